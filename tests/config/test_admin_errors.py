"""The admin's own 403, 404 and 500: in its frame, with a way on, and nothing of the site's."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from newsletter.config import errors
from subscribers.models import Role
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> Client:
    user = User.objects.create(username="ed", is_staff=True, password="!")
    Role.objects.create(user=user, publication=builders.publication(), kind="editor")
    made = Client(raise_request_exception=False)
    made.force_login(user)
    return made


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("/admin/newsletter/issue/999/", 404, "in which you have no role"),
        ("/admin/nothing/here/", 404, "The address is wrong"),
        ("/admin/auth/user/", 403, "An owner of the publication can give it to you."),
    ],
)
def test_in_the_admins_frame(path: str, code: int, words: str, editor: Client) -> None:
    answer = editor.get(path)
    html = answer.content.decode()
    assert answer.status_code == code and words in html
    assert 'id="sudi-main"' in html and 'href="/admin/"' in html
    assert "/admin/newsletter/issue/" in html  # The sidebar is there, too.
    assert "All publications" not in html


def test_who_may_not_open_the_admin_gets_the_sites_page() -> None:
    answer = Client().get("/nothing/at/all/")
    assert answer.status_code == 404 and "sudi-main" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/daily/feed.foo", "/daily/2026-03-02/", "/daily/no/such/page/"])
def test_a_trial_shows_no_list_of_patterns(path: str, settings: Any) -> None:
    """With DEBUG on; of an address without a view as well, and one without its slash is led on."""
    builders.publication()
    settings.DEBUG = True
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "newsletter.config.middleware.own_not_found"]
    answer = Client().get(path)
    html = answer.content.decode()
    assert answer.status_code == 404
    assert "Harbour Daily" in html and "URLconf" not in html and "Traceback" not in html
    assert Client().get("/daily").headers["Location"] == "/daily/"


def test_a_fault_of_ours_asks_the_database_nothing(
    editor: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    request = RequestFactory().get("/admin/newsletter/issue/")
    with django_assert_num_queries(0):
        answer = errors.broken(request)
    html = answer.content.decode()
    assert answer.status_code == 500 and "keep a copy of your text" in html
    # Its name may hold the digest of what it holds.
    assert re.search(r"/newsletter/broken\.([0-9a-f]{12}\.)?css", html)
    assert "<script" not in html and "style=" not in html
    assert "keep a copy" not in errors.broken(RequestFactory().get("/daily/")).content.decode()

    def fails(*_args: Any, **_named: Any) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("newsletter.admin.issues._issues", fails)
    shown = editor.get("/admin/newsletter/issue/")
    assert shown.status_code == 500 and "keep a copy of your text" in shown.content.decode()


def test_the_login_page_opens_for_who_is_nobody_yet() -> None:
    """The frame asks every part of the admin whether it is shown, for nobody as well."""
    assert Client().get("/admin/login/").status_code == 200


def test_too_much_text_is_said_in_words(editor: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    text = urlencode({"username": "word " * 40_000})
    kind = "application/x-www-form-urlencoded"
    answer = editor.post("/admin/login/", text, content_type=kind)
    html = answer.content.decode()
    assert answer.status_code == 413
    assert "what you typed is still in the form" in html and "97.7" in html
