"""Accounts: an owner sees the people of their publications, an administrator changes everybody."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from subscribers.models import AuditEntry, Publication, Role
from tests import builders

from .test_kept_forms import hidden
from .test_people import client, person

pytestmark = pytest.mark.django_db
LIST = "/admin/auth/user/"


def at(name: str, user: User) -> str:
    return reverse(f"admin:auth_user_{name}", args=[user.pk])


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


@pytest.fixture
def root() -> Client:
    return client(User.objects.create_superuser("root", "root@example.org", "pass-word-1"))


def form(who: Client, user: User, **changed: Any) -> dict[str, Any]:
    version = hidden(who.get(at("change", user)).content.decode(), "version")
    rights = {name: "on" for name in ("is_active", "is_staff") if getattr(user, name)}
    known = {"username": user.username, "email": user.email, "last_name": user.last_name}
    return {"version": version, "first_name": user.first_name, **known, **rights, **changed}


def test_an_owner_sees_only_the_people_of_their_publications(daily: Publication) -> None:
    other = builders.publication("other", name="Other Weekly")
    olga, li = person("olga", daily), person("li", daily, "editor")
    Role.objects.create(user=li, publication=other, kind="sender")
    eve = person("eve", other)
    who = client(olga)
    html = who.get(LIST).content.decode()
    assert "li@harbour" in html and "olga@harbour" in html and "editor" in html
    assert "eve@" not in html and "Other Weekly" not in html and ">sender<" not in html
    assert "eve@" not in who.post(LIST, {"q": "e"}).content.decode()
    page = who.get(at("change", li)).content.decode()
    assert "Harbour Daily" in page and "Other Weekly" not in page and "<input" in page
    assert 'name="username"' not in page and "permission" not in page.lower()
    assert who.get(at("change", eve)).status_code == 404
    for name in ("change", "password", "delete"):
        assert who.post(at(name, li), {"username": "x"}).status_code == 403, name
    assert who.get("/admin/auth/user/add/").status_code == 403
    assert sorted(User.objects.values_list("username", flat=True)) == ["eve", "li", "olga"]


@pytest.mark.parametrize("kind", ["editor", "sender", "approver", "reader_care"])
def test_who_sets_up_nothing_sees_no_accounts(kind: str, daily: Publication) -> None:
    olga, who = person("olga", daily), client(person("eve", daily, kind))
    assert who.get(LIST).status_code == 403
    assert who.get(at("change", olga)).status_code == 403


def test_an_administrator_changes_an_account_on_record(root: Client, daily: Publication) -> None:
    li = person("li", daily, "editor")
    page = root.get(at("change", li)).content.decode()
    for raw in ("user_permissions", "groups", "is staff", "superuser status"):
        assert raw not in page.replace('name="is_superuser"', "").replace("id_is_superuser", "")
    answer = root.post(at("change", li), form(root, li, last_name="Wei", is_staff=""))
    assert answer.status_code == 302
    li.refresh_from_db()
    assert (li.last_name, li.is_staff, li.is_active) == ("Wei", False, True)
    entry = AuditEntry.objects.get(action="user changed")
    assert entry.detail == {"user": "li", "fields": ["is_staff", "last_name"]}


def test_two_administrators_at_one_account(root: Client, daily: Publication) -> None:
    li = person("li", daily, "editor")
    mine = form(root, li, last_name="Wei", first_name="Lily")
    User.objects.filter(pk=li.pk).update(last_name="Li", email="li@example.net")
    answer = root.post(at("change", li), mine)
    assert answer.status_code == 409 and b"<pre>Li</pre>" in answer.content
    li.refresh_from_db()
    assert (li.first_name, li.last_name, li.email) == ("", "Li", "li@example.net")


def test_an_account_from_nothing_to_its_password(root: Client) -> None:
    sent = {"username": "mo", "email": "mo@example.org", "is_active": "on", "is_staff": "on"}
    answer = root.post("/admin/auth/user/add/", sent)
    mo = User.objects.get(username="mo")
    assert answer.headers["Location"] == at("password", mo)
    assert not mo.has_usable_password() and mo.is_staff and not mo.is_superuser
    weak = root.post(at("password", mo), {"new_password1": "1234", "new_password2": "1234"})
    assert weak.status_code == 422 and b"too short" in weak.content
    good = {"new_password1": "ferry-quay-77", "new_password2": "ferry-quay-77"}
    assert root.post(at("password", mo), good).status_code == 302
    assert Client().login(username="mo", password="ferry-quay-77")
    taken = root.post(
        "/admin/auth/user/add/", {**sent, "username": "mo2", "email": "MO@example.org"}
    )
    assert taken.status_code == 422 and b"Another account has this address." in taken.content
    assert root.post(at("delete", mo)).status_code == 302
    assert not User.objects.filter(username="mo").exists()
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "user created", "password set", "user deleted",
    ]  # fmt: skip


def test_many_accounts_a_page_at_a_time(root: Client) -> None:
    User.objects.bulk_create(User(username=f"user{n:03}", password="!") for n in range(120))
    first = root.get(LIST)
    assert "user047" in first.content.decode() and "user060" not in first.content.decode()
    older = first.context["slice"].older
    assert "user060" in root.get(f"{LIST}?{older}").content.decode()
    assert "user119" in root.post(LIST, {"q": "R119"}).content.decode()
