"""Ctrl+K and the list of keys are on every page of the admin that somebody signed in can open."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from subscribers.models import Publication
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def root() -> Client:
    made = Client()
    made.force_login(User.objects.create_superuser("root", "root@example.org", "pass-word-1"))
    return made


def pages(publication: Publication) -> list[str]:
    """The first page of every model, every tab of an issue, forms, help and operation."""
    issue = builders.issue(publication)
    item = builders.item(issue, publication.categories.get(), "Ferries")
    tabs = ("change", "write", "preview", "preflight", "audience", "pair", "discussion", "history")
    reverse("admin:index")  # Reads in all pages, which register themselves.
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in list(admin.site._registry)
        if model._meta.app_label in ("newsletter", "subscribers", "auth")
    ]
    named = ["admin:index", "help", "look", "first_steps", "operation", "operation_tasks",
             "operation_limits", "operation_errors", "admin:password_change",
             "admin:newsletter_issue_new", "admin:newsletter_issue_import",
             "admin:subscribers_publication_add", "admin:auth_user_add"]  # fmt: skip
    return [
        *lists,
        *(reverse(f"admin:newsletter_issue_{tab}", args=[issue.pk]) for tab in tabs),
        reverse("admin:newsletter_issue_item", args=[issue.pk, item.pk]),
        reverse("admin:subscribers_publication_change", args=[publication.pk]),
        *(reverse(name) for name in named),
        "/admin/nothing/here/",
    ]


def test_every_page_has_both(root: Client) -> None:
    publication = builders.publication()
    builders.category(publication, "City")
    for url in pages(publication):
        answer = root.get(url, follow=True)
        html = answer.content.decode()
        assert answer.status_code in (200, 404), url
        assert 'id="sudi-palette"' in html and 'id="sudi-keys"' in html, url
        assert "newsletter/palette." in html, url
