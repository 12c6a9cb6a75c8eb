"""The settings of a project that hosts the apps. `HOST_ADMIN=unfold` gives it that theme."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_DATA = tempfile.mkdtemp(prefix="sudi-host-")

SECRET_KEY = "the-host's-own-" + "k" * 40
ALLOWED_HOSTS = ["shop.example.org"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORMS_URLFIELD_ASSUME_HTTPS = True
AUTH_USER_MODEL = "accounts.Member"
ROOT_URLCONF = "tests.host.urls"
STATIC_URL = "/assets/"
INSTALLED_APPS = [
    *(["unfold"] if os.environ.get("HOST_ADMIN") == "unfold" else []),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "tests.host.accounts",
    "django_tasks",
    "django_tasks_db",
    "subscribers",
    "newsletter",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{_DATA}/host.sqlite3",
        "OPTIONS": {"timeout": 60, "transaction_mode": "IMMEDIATE"},
        "TEST": {"NAME": f"{_DATA}/test.sqlite3"},
    }
}
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "sending", "mail"],
    }
}

SUDI = {
    "BASE_URL": "https://shop.example.org/a/b",
    "DATA_DIR": _DATA,
    "LINK_KEYS": {1: b"the-keys-of-the-readers'-links-" + b"k" * 32},
    "SMTP_URLS": ["smtp://127.0.0.1:1?starttls=never"],
    "VISITOR": "tests.host.urls.visitor",
}
