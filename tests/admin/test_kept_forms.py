"""Every form that changes something stored keeps what was typed, and tells two people apart."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from newsletter.models import Comment, Webhook
from subscribers import erasure
from subscribers.models import Category, FormDraft, Publication, Role
from tests import builders

from .test_people import client, person

pytestmark = pytest.mark.django_db
UNSAVED = "/admin/unsaved/"


@pytest.fixture
def daily() -> Publication:
    made = builders.publication()
    builders.category(made, "City")
    return made


@pytest.fixture
def root() -> Client:
    return client(User.objects.create_superuser("root", "root@example.org", "pass-word-1"))


def hook(daily: Publication) -> Webhook:
    return Webhook.objects.create(
        publication=daily, name="Wall", url="https://example.org/wall", types=["issue.sent"],
        secret="whsec_0",
    )  # fmt: skip


def addresses(daily: Publication) -> dict[str, tuple[str, str, str]]:
    """Name -> (address of the page, a text field of the form, where the form is sent)."""
    issue = builders.issue(daily)
    item = builders.item(issue, daily.categories.get(), "Ferries")
    city = daily.categories.get()
    out = builders.issue(daily, "2026-03-01", state="published", published_at=builders.NOW)
    slots = f"{reverse('admin:newsletter_slot_changelist')}?publication=daily"
    tokens = f"{reverse('admin:newsletter_token_changelist')}?publication=daily"

    def at(name: str, *args: Any) -> str:
        return reverse(f"admin:{name}", args=args)

    pages = {
        "category": (at("subscribers_category_change", city.pk), "description"),
        "new category": (at("subscribers_category_add", "daily"), "name"),
        "publication": (at("subscribers_publication_change", daily.pk), "from_name"),
        "new publication": (at("subscribers_publication_add"), "name"),
        "reader": (at("subscribers_subscriber_add"), "name"),
        "webhook": (at("newsletter_webhook_change", hook(daily).pk), "name"),
        "new webhook": (at("newsletter_webhook_add"), "name"),
        "slot": (slots, "edition"),
        "day off": (slots, "note"),
        "token": (tokens, "name"),
        "invitation": (at("subscribers_publication_people", "daily"), "address"),
        "new issue": (f"{at('newsletter_issue_new')}?publication=daily", "title"),
        "import": (at("newsletter_issue_import"), "text"),
        "comment": (at("newsletter_issue_discussion", issue.pk), "words"),
        "words of an approver": (at("newsletter_issue_approve", issue.pk), "words"),
        "withdrawal": (at("newsletter_issue_withdraw", out.pk), "note"),
        "item": (at("newsletter_issue_item", issue.pk, item.pk), "insight"),
        "account": (at("auth_user_change", User.objects.get(username="root").pk), "last_name"),
        "title page": (at("newsletter_issue_about", issue.pk), "subject"),
    }
    return {name: (url, field, url) for name, (url, field) in pages.items()}


FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)


def form_with(page: str, field: str) -> str:
    found = [one for one in FORM.findall(page) if f'name="{field}"' in one and "unsaved" in one]
    assert found, field
    return found[0]


def hidden(part: str, name: str) -> str:
    for tag in re.findall(r"<input\b[^>]*>", part):
        if f'name="{name}"' in tag:
            value = re.search(r'value="([^"]*)"', tag)
            return html.unescape(value[1]) if value else ""
    return ""


def offered(part: str) -> dict[str, list[str]]:
    found = re.search(r"data-offered.*?<script[^>]*>(.*?)</script>", part, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_every_form_keeps_what_was_typed_for_its_owner_alone(
    root: Client, daily: Publication
) -> None:
    every = addresses(daily)
    olga = client(person("olga", daily))
    for name, (url, field, _to) in every.items():
        part = form_with(root.get(url).content.decode(), field)
        assert "data-offered" not in part, name
        key = hidden(part, "unsaved")
        typed = {"unsaved": key, field: f"half a {name}", "version": hidden(part, "version")}
        assert root.post(UNSAVED, typed).json() == {"kept": True}, name
        other = Client()
        other.force_login(User.objects.get(username="root"))  # Another machine.
        page = other.get(url).content.decode()
        if name in ("item", "title page"):  # Those come back filled in.
            assert f"half a {name}" in page
        else:
            again = form_with(page, field)
            assert offered(again)[field] == [f"half a {name}"], name
            assert "Take it" in again and "Throw it away" in again
        if name != "new publication":
            assert f"half a {name}" not in olga.get(url).content.decode(), name
        assert other.post(UNSAVED, {"unsaved": key, "do": "drop"}).json() == {"kept": False}
        assert f"half a {name}" not in other.get(url).content.decode(), name
    assert not FormDraft.objects.exists()


def test_the_offer_says_which_fields_would_differ(root: Client, daily: Publication) -> None:
    url = reverse("admin:subscribers_category_change", args=[daily.categories.get().pk])
    part = form_with(root.get(url).content.decode(), "name")
    sent = {"unsaved": hidden(part, "unsaved"), "name": "City", "position": "0"}
    root.post(UNSAVED, {**sent, "description": "Quays & <b>", "visibility": "hidden"})
    again = form_with(root.get(url).content.decode(), "name")
    said = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", again)
    assert ("Visibility", "hidden") in [(a, b.lower()) for a, b in said]
    assert ("Description", "Quays &amp; &lt;b&gt;") in said
    assert "Name" not in [a for a, _b in said]


def test_saving_ends_it_and_a_refused_save_keeps_it(root: Client, daily: Publication) -> None:
    url = reverse("admin:subscribers_category_add", args=["daily"])
    part = form_with(root.get(url).content.decode(), "name")
    sent = {"unsaved": hidden(part, "unsaved"), "name": "City", "visibility": "open"}
    assert root.post(url, sent).status_code == 422  # There is one of this name.
    assert FormDraft.objects.get().values["name"] == ["City"]
    assert root.post(url, {**sent, "name": "Harbour"}).status_code == 302
    assert not FormDraft.objects.exists()


@pytest.mark.parametrize("name", ["publication", "webhook", "new category", "comment"])
def test_a_session_that_ended_before_the_save_loses_nothing(
    name: str, root: Client, daily: Publication
) -> None:
    url, field, to = addresses(daily)[name]
    part = form_with(root.get(url).content.decode(), field)
    sent = {"unsaved": hidden(part, "unsaved"), field: "before lunch"}
    Session.objects.all().delete()
    answer = root.post(to, sent)
    assert answer.status_code == 302 and "login" in answer.headers["Location"]
    again = Client()
    again.force_login(User.objects.get(username="root"))
    assert offered(form_with(again.get(url).content.decode(), field))[field] == ["before lunch"]


def test_passwords_are_never_kept(root: Client, daily: Publication) -> None:
    url = reverse("admin:subscribers_category_add", args=["daily"])
    key = hidden(form_with(root.get(url).content.decode(), "name"), "unsaved")
    root.post(UNSAVED, {"unsaved": key, "name": "x", "password1": "secret", "new_password2": "s"})
    assert set(FormDraft.objects.get().values) == {"name"}


def test_an_erased_address_is_in_no_kept_form(root: Client, daily: Publication) -> None:
    tie = builders.subscription(daily, "bob@example.org")
    url = reverse("admin:subscribers_subscriber_add")
    key = hidden(form_with(root.get(url).content.decode(), "name"), "unsaved")
    root.post(UNSAVED, {"unsaved": key, "address": "Bob@Example.org", "name": "Bob"})
    erasure.erase(tie.subscriber, by="root")
    assert not FormDraft.objects.exists()


# --- two people ---------------------------------------------------------------------------------


def test_a_webhook_of_two_people(root: Client, daily: Publication) -> None:
    url = reverse("admin:newsletter_webhook_change", args=[hook(daily).pk])
    part = form_with(root.get(url).content.decode(), "types")
    mine = {
        "action": "save", "version": hidden(part, "version"), "publication": str(daily.pk),
        "name": "Wall", "url": "https://example.org/wall", "types": ["issue.sent"],
    }  # fmt: skip
    Webhook.objects.update(name="Kitchen wall")
    root.post(url, {**mine, "types": ["issue.sent", "issue.failed"]})
    row = Webhook.objects.get()
    assert row.name == "Kitchen wall"  # Theirs stays, mine comes in.
    answer = root.post(url, {**mine, "name": "Hall wall"})
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert 'value="Hall wall"' in shown and "<pre>Kitchen wall</pre>" in shown
    assert Webhook.objects.get().name == "Kitchen wall"


def test_roles_of_two_owners(root: Client, daily: Publication) -> None:
    li = person("li", daily, "editor")
    person("olga", daily)
    url = reverse("admin:subscribers_publication_person", args=["daily", li.pk])
    version = hidden(root.get(url).content.decode(), "version")
    Role.objects.create(user=li, publication=daily, kind="sender")
    sent = {"version": version, "kinds": ["editor", "approver"]}
    answer = root.post(url, sent)
    assert answer.status_code == 409 and b"What is stored now" in answer.content
    assert sorted(li.sudi_roles.values_list("kind", flat=True)) == ["editor", "sender"]
    again = hidden(answer.content.decode(), "version")
    assert root.post(url, {**sent, "version": again}).status_code == 302
    assert sorted(li.sudi_roles.values_list("kind", flat=True)) == ["approver", "editor"]


def test_what_is_taken_later_meets_what_changed_since(root: Client, daily: Publication) -> None:
    city = daily.categories.get()
    url = reverse("admin:subscribers_category_change", args=[city.pk])
    part = form_with(root.get(url).content.decode(), "name")
    typed = {
        "unsaved": hidden(part, "unsaved"), "version": hidden(part, "version"), "name": "Town",
        "position": str(city.position), "visibility": "open", "colour": "", "description": "",
    }  # fmt: skip
    root.post(UNSAVED, typed)
    Category.objects.update(description="Streets and quays")
    page = form_with(root.get(url).content.decode(), "name")
    taken = {name: texts[0] for name, texts in offered(page).items()}
    assert taken["version"] != hidden(page, "version")  # That of the text, not of the page.
    assert root.post(url, taken).status_code == 302
    city.refresh_from_db()
    assert (city.name, city.description) == ("Town", "Streets and quays")


def test_a_comment_is_stored_once_it_is_said(root: Client, daily: Publication) -> None:
    url, field, _to = addresses(daily)["comment"]
    part = form_with(root.get(url).content.decode(), field)
    root.post(UNSAVED, {"unsaved": hidden(part, "unsaved"), field: "Is it"})
    root.post(url, {"unsaved": hidden(part, "unsaved"), field: "Is it so?"})
    assert Comment.objects.get().text == "Is it so?"
    assert not FormDraft.objects.exists()


def test_two_hundred_tabs_keep_a_text_each_within_bounds(
    root: Client, daily: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = reverse("admin:newsletter_issue_discussion", args=[builders.issue(daily).pk])
    keys = [
        hidden(form_with(root.get(url).content.decode(), "words"), "unsaved") for _ in range(200)
    ]
    for number, key in enumerate(keys):
        root.post(UNSAVED, {"unsaved": key, "words": f"Text {number}."})
    assert {row.values["words"][0] for row in FormDraft.objects.all()} == {
        f"Text {number}." for number in range(200)
    }
    # Of more than fits the oldest go; the last one stays whatever it has.
    monkeypatch.setattr("subscribers.admin.form_drafts._MOST_OF_ALL", 1_000)
    root.post(UNSAVED, {"unsaved": keys[0], "words": "x" * 2_000})
    assert [row.values["words"] for row in FormDraft.objects.all()] == [["x" * 2_000]]
