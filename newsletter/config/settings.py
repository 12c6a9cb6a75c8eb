"""All settings, read from the environment, loud on nonsense. The README lists each one.

Whatever may be known to the outside (addresses, rates, looks) is in the database; whatever is
secret or belongs to the machine is here.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from newsletter.config import data_dir, first_setup, logs, mail_options, old_hosts, written

# Registers itself with `check --deploy`; here, since that collects its checks before any page.
from newsletter.config import deploy_checks as deploy_checks
from newsletter.config.admin_look import UNFOLD as UNFOLD
from newsletter.config.name_server import split as split_server
from newsletter.smtp.server import is_loopback
from subscribers import language_table
from subscribers.addresses import BadAddress, normalise

_PACKAGE = Path(__file__).resolve().parents[1]
_data_dir = data_dir.find(os.environ)
_KEPT = data_dir.kept(_data_dir / "settings.env")


def _text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or _KEPT.get(name, "") or default


def _flag(name: str, default: bool = False) -> bool:
    value = _text(name).lower()
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    if value:
        raise ImproperlyConfigured(f"{name}={value!r}: write 1 or 0.")
    return default


_base_url = _text("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
_base = urlsplit(_base_url)
if not written.is_site(_base):
    raise ImproperlyConfigured(
        f"BASE_URL={_base_url!r}: write the address readers use, like https://news.example.org"
    )
_local = is_loopback(_base.hostname or "")
FORCE_SCRIPT_NAME = _base.path or None  # The web server in front takes it off, links have it.
DEBUG = _flag("DEBUG")
if DEBUG and not _local:
    raise ImproperlyConfigured(
        f"DEBUG shows secrets to visitors, and BASE_URL={_base_url} is public. Unset DEBUG."
    )
_tasks_engine = _text("TASKS_ENGINE", "embedded")
if _tasks_engine not in ("embedded", "celery"):
    raise ImproperlyConfigured(f"TASKS_ENGINE={_tasks_engine!r}: write embedded or celery.")
if _tasks_engine == "celery":
    written.need("celery", "TASKS_ENGINE=celery", "celery")


_ONE_FOR_ALL = (
    "{name} is not set. With TASKS_ENGINE=celery every machine needs the same one: take it from"
    " one that runs this site, or for a new site make it once and give it to all: {name}={fresh}"
)


def _secret(name: str, fresh: str, may_make: Callable[[], None] = lambda: None) -> str:
    """A secret from the environment, or made once and kept in DATA_DIR/secrets (mode 600).

    Several machines must share their secrets, so there nothing is made up. `may_make` raises
    where it would do harm.
    """
    if value := _text(name):
        return value
    path = _data_dir / "secrets" / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    if _tasks_engine == "celery":
        raise ImproperlyConfigured(_ONE_FOR_ALL.format(name=name, fresh=fresh))
    may_make()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".{name}.{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(fresh)
    try:
        os.link(temporary, path)  # Fails if another process was first: then its secret holds.
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_text().strip()


def _link_keys(text: str) -> dict[int, bytes]:
    """`1:secret,2:secret` -> {version: key}; the highest version signs, every one opens."""
    keys: dict[int, bytes] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        version, colon, secret = part.partition(":")
        if not colon or not version.isdigit() or not 1 <= int(version) <= 255 or len(secret) < 32:
            raise ImproperlyConfigured(
                "LINK_KEYS: write VERSION:SECRET, separated by commas; versions 1 to 255, "
                "secrets of at least 32 characters (`openssl rand -hex 32` makes one)."
            )
        keys[int(version)] = secret.encode()
    if not keys:
        raise ImproperlyConfigured("LINK_KEYS is empty.")
    return keys


SECRET_KEY = _secret("SECRET_KEY", secrets.token_urlsafe(50))


def _database(url: str) -> dict[str, Any]:
    """`sqlite:///path`, `postgres://user:password@host:port/name?option=value` -> Django's dict."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(parts.path.removeprefix("/")) if parts.netloc == "" else ""
        if not path:
            raise ImproperlyConfigured(f"DATABASE_URL={url!r}: write sqlite:///PATH/TO/FILE")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path if path.startswith("/") else str(_data_dir / path),
            # Opening the file anew for each request costs more than the request.
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                # A busy writer is waited for; an authorisation to send must survive power loss.
                "timeout": 60,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                " PRAGMA secure_delete=ON;"  # What is erased is overwritten, not only unlinked.
                " PRAGMA cache_size=-8000;",  # KiB. Bulk work takes more for itself.
            },
        }
    if parts.scheme in ("postgres", "postgresql"):
        written.need("psycopg", "DATABASE_URL", "postgres")
        options = dict(p.partition("=")[::2] for p in parts.query.split("&") if p)
        host = unquote(options.pop("host", "") or parts.hostname or "")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            # A host behind a firewall does not refuse: the system would wait for two minutes.
            "OPTIONS": {"connect_timeout": "10", **options},
        }
    raise ImproperlyConfigured("DATABASE_URL: begin with sqlite:/// or postgres://")


DATABASES = {"default": _database(_text("DATABASE_URL", "sqlite:///sudi.sqlite3"))}
data_dir.make(_data_dir)

# smtp://user:password@host:port, smtps:// for implicit TLS, several separated by spaces.
# Optional query: name=, starttls=required|optional|never, connections=10. Rates: in the database.
_smtp_urls = written.relays("SMTP_URL", _text("SMTP_URL", "smtp://127.0.0.1:25"))

# Mail outside an issue (confirmations, notices) goes through Django and the first relay; where
# there are several, each through one of those that its publication's issues go by.
_first = mail_options.of_relay(_smtp_urls[0])
EMAIL_BACKEND = "newsletter.config.relay_backend.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _first["host"], _first["port"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _first["username"], _first["password"]
EMAIL_USE_SSL, EMAIL_USE_TLS = _first["use_ssl"], _first["use_tls"]
EMAIL_TIMEOUT = 60
# Another relay for alerts, of a provider of its own: what they tell of may be the first one.
_alert_urls = written.mail_server("ALERT_SMTP_URL", _text("ALERT_SMTP_URL"))
# Mailboxes that collect reports of undeliverable mail, separated by spaces, read every minute by
# the worker: imaps://USER:PASSWORD@HOST/FOLDER, pop3s://USER:PASSWORD@HOST, maildir:///PATH. With
# imap:// and pop3:// the password is sent only after STARTTLS, or to this machine. Special
# characters in a password are written %XX.
_bounce_mailboxes = written.mailboxes("BOUNCE_MAILBOX", _text("BOUNCE_MAILBOX"))
# Webhooks of mail providers (the `providers` extra), by django-anymail's names: "mailgun postmark".
# Its settings are read from the environment as ANYMAIL_…; ANYMAIL_WEBHOOK_SECRET (USER:PASSWORD,
# made up by you and written into the provider's webhook address) is required.
_webhook_providers = _text("WEBHOOK_PROVIDERS").replace(",", " ").split()
ANYMAIL = {
    _name.removeprefix("ANYMAIL_"): _value
    for _name, _value in os.environ.items()
    if _name.startswith("ANYMAIL_") and _value.strip()
}
if _webhook_providers and ":" not in ANYMAIL.get("WEBHOOK_SECRET", ""):
    raise ImproperlyConfigured("WEBHOOK_PROVIDERS: set ANYMAIL_WEBHOOK_SECRET=USER:PASSWORD too.")
if _webhook_providers:
    written.need("anymail", "WEBHOOK_PROVIDERS", "providers")

# Hosts the site had before: reading there leads to BASE_URL (`newsletter.config.old_hosts`).
_old_hosts = old_hosts.names(_text("OLD_HOSTS"), _base.hostname or "")
ALLOWED_HOSTS = [_base.hostname, "127.0.0.1", "localhost"] if _local else [_base.hostname]
ALLOWED_HOSTS += _old_hosts
CSRF_TRUSTED_ORIGINS = [f"{_base.scheme}://{_base.netloc}"]
_trusted_proxies = written.networks("TRUSTED_PROXIES", _text("TRUSTED_PROXIES"))
if _trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
_https = _base.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "newsletter.config.errors.stale_token"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
# Not ours: other hosts of the domain (W005, W021), and the redirect of the server in front (W008).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# While it is set, every mail of the site goes to this address and none to a reader.
_rehearsal_address = _text("REHEARSAL_ADDRESS")
if _rehearsal_address:
    try:
        _rehearsal_address = normalise(_rehearsal_address)
    except BadAddress as _error:
        raise ImproperlyConfigured(
            f"REHEARSAL_ADDRESS={_rehearsal_address!r}: write one mail address ({_error})"
        ) from None

# Which accounts must give a code of an app beside their password.
_second_factor = _text("SECOND_FACTOR", "optional").lower()
if _second_factor not in ("optional", "senders", "all"):
    raise ImproperlyConfigured(f"SECOND_FACTOR={_second_factor!r}: write optional, senders or all.")

_dns_resolver = _text("DNS_RESOLVER")
if _dns_resolver:
    try:
        split_server(_dns_resolver)
    except ValueError:
        raise ImproperlyConfigured(
            f"DNS_RESOLVER={_dns_resolver!r}: write an address and perhaps a port, 192.0.2.53:53"
        ) from None
_relay_addresses = written.addresses("RELAY_ADDRESSES", _text("RELAY_ADDRESSES"))
_metrics_networks = written.networks("METRICS_NETWORKS", _text("METRICS_NETWORKS"))

# What is ours: `subscribers.conf` and `newsletter.conf` alone read it, and say what each means.
SUDI: dict[str, Any] = {
    "BASE_URL": _base_url,
    "OLD_HOSTS": _old_hosts,
    "DATA_DIR": _data_dir,
    "LINK_KEYS": _link_keys(
        _secret(
            "LINK_KEYS",
            f"1:{secrets.token_hex(32)}",
            lambda: first_setup.refuse_beside_others(DATABASES["default"]),
        )
    ),
    "TRUSTED_PROXIES": _trusted_proxies,
    "SMTP_URLS": _smtp_urls,
    "SERVICE_RELAYS": [mail_options.of_relay(_url) for _url in _smtp_urls],
    "DKIM_KEYS": _text("DKIM_KEYS"),
    "ALERT_SMTP_URLS": _alert_urls,
    "ALERT_RELAY": mail_options.of_relay(_alert_urls[0]) if _alert_urls else {},
    # Mail for this domain must reach `receive_report` or the listener.
    "BOUNCE_DOMAIN": written.domain("BOUNCE_DOMAIN", _text("BOUNCE_DOMAIN")),
    "BOUNCE_MAILBOXES": _bounce_mailboxes,
    "WEBHOOK_PROVIDERS": _webhook_providers,
    "CHECK_LINKS": _flag("CHECK_LINKS"),
    "REHEARSAL_ADDRESS": _rehearsal_address,
    "SECOND_FACTOR": _second_factor,
    "TASKS_ENGINE": _tasks_engine,
    "BROKER_URL": _text("BROKER_URL", "redis://127.0.0.1:6379/0"),
    "METRICS": _flag("METRICS"),
    "PURGE_HOOK": _text("PURGE_HOOK"),
    "CARD_FONT": _text("CARD_FONT"),
    "MCP_TOKEN": _text("MCP_TOKEN"),
    "METRICS_TOKEN": _text("METRICS_TOKEN"),
    "METRICS_NETWORKS": _metrics_networks,
    "DNS_RESOLVER": _dns_resolver,
    "RELAY_ADDRESSES": _relay_addresses,
}

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin.apps.SimpleAdminConfig",  # Its pages are read in with the addresses.
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "subscribers",
    "newsletter",
]
MIDDLEWARE = [
    "newsletter.config.old_hosts.middleware",
    # Before all others: what is finished went through all the others when it was built.
    "newsletter.archive.finished.serving.finished_bytes",
    "newsletter.config.middleware.headers",
    "newsletter.config.forwarded.middleware",
    "newsletter.config.logs.middleware",
    "newsletter.config.metrics.middleware",
    "newsletter.config.health.by_any_host",
    "newsletter.config.arriving.bodies",
    "newsletter.config.busy.writers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "newsletter.config.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "newsletter.config.programs.before",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "newsletter.config.second_factor.middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "newsletter.config.programs.behind",
]
if DEBUG:
    MIDDLEWARE.append("newsletter.config.middleware.own_not_found")
ROOT_URLCONF = "newsletter.config.urls"
WSGI_APPLICATION = "newsletter.config.wsgi.application"
ASGI_APPLICATION = "newsletter.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Over those of the admin and its theme, on our own site alone.
        "DIRS": [_PACKAGE / "templates" / "site"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
TASKS = {
    "default": {
        "BACKEND": "newsletter.config.celery.CeleryBackend"
        if _tasks_engine == "celery"
        else "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "sending", "mail"],
    }
}

FORMS_URLFIELD_ASSUME_HTTPS = True  # What Django 6 does anyway.
LANGUAGE_CODE = "en"
LANGUAGES = [(language.django, _(language.english)) for language in language_table.LANGUAGES]
LOCALE_PATHS = [_PACKAGE / "locale"]
TIME_ZONE = "UTC"
USE_I18N = USE_TZ = True

STATIC_URL = f"{_base.path}/static/"
STATIC_ROOT = _data_dir / "static"
STATICFILES_FINDERS = ["newsletter.config.static_files.Finder"]
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns of a missing folder
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "newsletter.config.static_files.HashedStorage"},
}
if _pictures := _text("PICTURE_STORAGE"):
    STORAGES["pictures"] = written.storage("PICTURE_STORAGE", _pictures)
WHITENOISE_USE_FINDERS = True  # No collectstatic; a proxy may serve STATIC_ROOT instead.
WHITENOISE_AUTOREFRESH = False

_log_level = _text("LOG_LEVEL", "INFO").upper()
_log_format = _text("LOG_FORMAT", "line")
if _log_level not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
    raise ImproperlyConfigured(f"LOG_LEVEL={_log_level!r}: write DEBUG, INFO, WARNING or ERROR.")
if _log_format not in ("line", "json"):
    raise ImproperlyConfigured(f"LOG_FORMAT={_log_format!r}: write line or json.")
LOGGING = logs.configuration(_data_dir, _log_level, _log_format)
