"""The editors' pages: who may open what, and that every button does what it says, once."""

from __future__ import annotations

import datetime as dt
import email
import re
from email import policy
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse

from newsletter import editions, sending
from newsletter.models import Edition, Issue, Revision
from subscribers import subscriptions
from subscribers.models import (
    AuditEntry,
    Category,
    ConsentEvent,
    Publication,
    Role,
    Subscription,
    Suppression,
)
from tests import builders

pytestmark = pytest.mark.django_db

DIGEST = """\
# Harbour Daily - 2026-03-03

## 1. Night ferries return

> **Category**: City
> **Source**: [The Riverside](https://example.org/ferries)

**Insight**: People cross the water after ten.

- **Three lines**: the last boat leaves at 23:40
- **Cost**: less than a night bus

## 2. Egrets are back

> **Category**: Nature
> **Source**: [Nature Notes](https://example.org/egrets)

**Insight**: It was the water level.

- **Thirty centimetres**: the park let the water fall
"""


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


@pytest.fixture
def city(daily: Publication) -> Category:
    return builders.category(daily, "City")


@pytest.fixture
def nature(daily: Publication) -> Category:
    return builders.category(daily, "Nature")


@pytest.fixture
def issue(daily: Publication, city: Category, nature: Category) -> Issue:
    """Two items in two categories, and a tail link."""
    made = builders.issue(daily)
    builders.item(made, city, "Night ferries return")
    builders.item(made, nature, "Egrets are back")
    builders.tail_link(made, "The tree map")
    return made


def user(name: str, publication: Publication | None = None, *kinds: str, **extra: Any) -> User:
    # Without a password: hashing one takes longer than the whole test.
    made = User.objects.create(
        username=name, email=f"{name}@example.org", is_staff=True, password="!", **extra
    )
    for kind in kinds:
        Role.objects.create(user=made, publication=publication, kind=kind)
    return made


def client(of: User) -> Client:
    made = Client()
    made.force_login(of)
    return made


def page(name: str, issue: Issue, *more: Any) -> str:
    return reverse(f"admin:newsletter_issue_{name}", args=[issue.pk, *more])


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"no field {name}"
    return found[1]


def ticks(html: str) -> list[str]:
    return re.findall(r'name="accept"\s+value="([^"]*)"', html)


def press(who: Client, issue: Issue, **more: Any) -> Any:
    """Open the send page and press its button, with every warning ticked."""
    shown = who.get(page("send", issue), {"at": more["at"]} if "at" in more else {})
    html = shown.content.decode()
    return who.post(
        page("send", issue), {"seen": hidden(html, "seen"), "accept": ticks(html), **more}
    )


# --- who may open what ------------------------------------------------------------------------

ROLES = ("editor", "sender", "approver", "reader_care", "owner")
SEE, EDIT, SEND = set(ROLES), {"editor", "sender", "owner"}, {"sender", "owner"}
APPROVE, READERS, SET_UP = {"approver", "owner"}, {"reader_care", "owner"}, {"owner"}

# name, method, arguments besides the issue, who may. GET pages answer 200 or move on (302).
ISSUE_ROUTES: list[tuple[str, str, tuple[Any, ...], set[str]]] = [
    ("change", "GET", (), SEE),
    ("about", "GET", (), EDIT),
    ("about", "POST", (), EDIT),
    ("order", "POST", (), EDIT),
    ("write", "GET", (), EDIT),
    ("live", "POST", (), EDIT),
    ("here", "POST", (), EDIT),
    ("item", "GET", ("item",), EDIT),
    ("item", "POST", ("item",), EDIT),
    ("preview", "GET", (), SEE),
    ("preview", "POST", (), READERS),
    ("shown", "GET", (), SEE),
    ("preflight", "GET", (), SEE),
    ("looked", "POST", (), EDIT),
    ("audience", "GET", (), SEE),
    ("test", "GET", (), EDIT),
    ("test", "POST", (), EDIT),
    ("send", "GET", (), SEND),
    ("send", "POST", (), SEND),
    ("approve", "GET", (), APPROVE),
    ("approve", "POST", (), APPROVE),
    ("ask", "POST", (), EDIT),
    ("discussion", "GET", (), SEE),
    ("discussion", "POST", (), SEE),
    ("mend", "POST", (), EDIT),
    ("quick_mend", "POST", (), EDIT),
    ("progress", "GET", (), SEE),
    ("now", "GET", (), SEE),
    *[
        ("act", method, (name,), SEND)
        for name in ("undo", "pause", "resume", "cancel", "retry-failed", "resend-in-doubt")
        for method in ("GET", "POST")
    ],
    ("failures", "GET", ("failed",), SEE),
    ("why", "GET", (), READERS),
    ("why", "POST", (), READERS),
    ("received", "GET", (1,), READERS),
    ("received_shown", "GET", (1,), READERS),
    ("draft_links", "GET", (), EDIT),
    ("draft_links", "POST", (), EDIT),
    ("draft_link_end", "POST", (1,), EDIT),
    ("history", "GET", (), SEE),
    ("withdraw", "GET", (), SEND),
    ("withdraw", "POST", (), SEND),
    ("correct", "GET", (), SEE),
    ("correct_head", "GET", (), EDIT),
    ("correct_head", "POST", (), EDIT),
    ("correct_item", "GET", ("item",), EDIT),
    ("correct_item", "POST", ("item",), EDIT),
]


@pytest.mark.parametrize("role", [*ROLES, "stranger", "reader", "nobody"])
def test_every_page_of_an_issue_asks_who_may(role: str, issue: Issue, daily: Publication) -> None:
    """Role x route x method: allowed, 403 for another act, 404 for a stranger to the publication.

    `stranger` owns another publication; `reader` is an account without the admin; `nobody` is
    not logged in.
    """
    other = builders.publication("other")
    if role == "stranger":
        who = client(user("sam", other, "owner"))
    elif role == "reader":
        plain = User.objects.create(username="rita", password="!")
        Role.objects.create(user=plain, publication=daily, kind="owner")
        who = client(plain)
    elif role == "nobody":
        who = Client()
    else:
        who = client(user("uma", daily, role))
    item = issue.items.order_by("number").first()
    assert item is not None
    wrong = []
    for name, method, arguments, allowed in ISSUE_ROUTES:
        # A draft each time: what one route did must not decide about the next one.
        Issue.objects.filter(pk=issue.pk).update(state="draft", send_at=None, approved_by=None)
        url = page(name, issue, *(item.pk if one == "item" else one for one in arguments))
        answer = who.get(url) if method == "GET" else who.post(url)
        if role in ("reader", "nobody"):
            right = answer.status_code == 302 and "/login/" in answer["Location"]
        elif role == "stranger":
            right = answer.status_code == 404
        elif role in allowed:
            # The empty `order` names no item of this issue, and nobody has received anything.
            nothing = name in ("order", "mend", "quick_mend", "received", "received_shown")
            nothing = nothing or name == "draft_link_end"
            right = answer.status_code in (200, 302, 404 if nothing else 200, 409, 422)
        else:
            right = answer.status_code == 403
        if not right:
            wrong.append((name, method, answer.status_code))
    assert wrong == []
    assert Issue.objects.get(pk=issue.pk).state == "draft"
    assert mail.outbox == []


def test_no_name_of_an_issue_page_is_given_twice() -> None:
    """The second would be reversed for both, and the first be reached by nobody."""
    names = [one.name for one in admin.site.get_model_admin(Issue).get_urls()]
    assert [name for name in names if names.count(name) > 1] == []


READER_ROUTES: list[tuple[str, str]] = [
    ("change", "GET"),
    ("suppress", "GET"),
    ("suppress", "POST"),
    ("erase", "GET"),
    ("erase", "POST"),
    ("export", "POST"),
]


@pytest.mark.parametrize("role", [*ROLES, "stranger"])
def test_readers_are_seen_only_by_those_who_care_for_them(role: str, daily: Publication) -> None:
    tie = builders.subscription(daily, "alice@example.org")
    other = builders.publication("other")
    who = client(user("sam", other, "owner") if role == "stranger" else user("u", daily, role))
    for name, method in READER_ROUTES:
        url = reverse(f"admin:subscribers_subscriber_{name}", args=[tie.subscriber_id])
        answer = who.get(url) if method == "GET" else who.post(url, {"do": "nothing"})
        if role in READERS:
            assert answer.status_code in (200, 404 if name == "suppress" else 200, 422), name
        elif role == "stranger":
            assert answer.status_code == 404, name
        else:
            assert answer.status_code == 403, name
        assert b"alice@example.org" not in answer.content or role in READERS
    for name in ("choice", "state"):
        url = reverse(f"admin:subscribers_subscriber_{name}", args=[tie.subscriber_id, tie.pk])
        assert who.get(url).status_code == 405
        expected = {"stranger": 404}.get(role, 302 if role in READERS else 403)
        answer = who.post(url, {"do": "unsubscribe"})
        assert answer.status_code == expected, name
    tie.refresh_from_db()
    assert tie.state == ("unsubscribed" if role in READERS else "active")


@pytest.mark.parametrize("role", [*ROLES, "stranger"])
def test_set_up_is_the_owners(role: str, daily: Publication, city: Category) -> None:
    other = builders.publication("other")
    who = client(user("sam", other, "owner") if role == "stranger" else user("u", daily, role))
    publication = reverse("admin:subscribers_publication_change", args=[daily.pk])
    routes = [
        reverse("admin:subscribers_category_add", args=[daily.slug]),
        reverse("admin:subscribers_category_change", args=[city.pk]),
        reverse("admin:subscribers_category_retire", args=[city.pk]),
        reverse("admin:subscribers_category_merge", args=[city.pk]),
    ]
    expected = 200 if role == "owner" else 404 if role == "stranger" else 403
    for url in routes:
        assert who.get(url).status_code == expected, url
    shown = who.get(publication)
    # Django moves on to its index, with a message, from what is not there.
    assert shown.status_code == (302 if role == "stranger" else 200)
    changed = who.post(publication, {"name": "Taken over"})
    assert changed.status_code == {"owner": 200, "stranger": 302}.get(role, 403)
    daily.refresh_from_db()
    assert daily.name == "Harbour Daily"
    assert who.get(reverse("admin:subscribers_publication_add")).status_code == 403
    audit = who.get(reverse("admin:subscribers_auditentry_changelist"))
    assert audit.status_code == (200 if role in ("owner", "stranger") else 403)


def test_lists_hold_only_ones_own_publications(issue: Issue, daily: Publication) -> None:
    other = builders.publication("other", name="Other Weekly")
    secret = builders.issue(other, title="Not for everybody")
    who = client(user("uma", daily, "owner"))
    html = who.get(reverse("admin:newsletter_issue_changelist")).content.decode()
    assert "Harbour Daily - 2026-03-02" in html
    assert secret.title not in html and "Other Weekly" not in html
    assert secret.title not in who.get(reverse("admin:index")).content.decode()
    form = who.get(reverse("admin:newsletter_issue_import")).content.decode()
    assert "Harbour Daily" in form and "Other Weekly" not in form


def test_a_role_taken_away_ends_at_once(issue: Issue, daily: Publication) -> None:
    uma = user("uma", daily, "sender")
    who = client(uma)
    assert who.get(page("send", issue)).status_code == 200
    Role.objects.filter(user=uma).delete()
    assert who.get(page("send", issue)).status_code == 404
    uma.is_active = False
    uma.save()
    assert who.get(page("change", issue)).status_code == 302


def test_a_form_without_its_token_is_refused(issue: Issue, daily: Publication) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user("uma", daily, "owner"))
    for name in ("about", "order", "test", "send", "approve", "why"):
        assert strict.post(page(name, issue)).status_code == 403, name
    assert strict.post(reverse("admin:newsletter_issue_import")).status_code == 403


def test_no_get_changes_anything(issue: Issue, daily: Publication) -> None:
    builders.subscription(daily, "alice@example.org")
    who = client(user("uma", daily, "owner"))
    item = issue.items.order_by("number").first()
    assert item is not None
    for name, method, arguments, _allowed in ISSUE_ROUTES:
        if method == "GET":
            who.get(page(name, issue, *(item.pk if one == "item" else one for one in arguments)))
    assert AuditEntry.objects.count() == 0
    assert Revision.objects.count() == 0
    assert Issue.objects.get(pk=issue.pk).state == "draft"


# --- import -----------------------------------------------------------------------------------


def look(who: Client, publication: Publication, text: str | bytes, **more: Any) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    data = text.encode() if isinstance(text, str) else text
    return who.post(
        reverse("admin:newsletter_issue_import"),
        {
            "publication": publication.pk,
            "shape": "auto",
            "file": SimpleUploadedFile("2026-03-03.md", data),
            **more,
        },
    )


def store(who: Client, looked: Any, **more: Any) -> Any:
    token = hidden(looked.content.decode(), "looked_at")
    return who.post(
        reverse("admin:newsletter_issue_import"), {"looked_at": token, "do": "store", **more}
    )


def test_an_import_is_looked_at_before_it_is_stored(
    daily: Publication, city: Category, nature: Category
) -> None:
    who = client(user("uma", daily, "editor"))
    looked = look(who, daily, DIGEST)
    html = looked.content.decode()
    assert looked.status_code == 200
    assert "Night ferries return" in html and "Egrets are back" in html
    assert "labelled" in html.lower() and "utf-8" in html.lower()
    assert Issue.objects.count() == 0 and AuditEntry.objects.count() == 0
    done = store(who, looked)
    issue = Issue.objects.get()
    assert done["Location"] == page("change", issue)
    assert [item.title for item in issue.items.all()] == ["Night ferries return", "Egrets are back"]
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.target) == (
        "uma",
        "digest imported",
        f"issue:{issue.pk}",
    )
    again = look(who, daily, DIGEST.replace("Egrets are back", "Herons are back"))
    assert "This is the same digest again." in again.content.decode()
    assert "Herons are back" in again.content.decode()
    store(who, again)
    assert Issue.objects.count() == 1
    assert issue.items.filter(title="Herons are back").exists()


def test_an_unknown_category_is_offered_to_be_created(daily: Publication, city: Category) -> None:
    who = client(user("uma", daily, "editor"))
    looked = look(who, daily, DIGEST)
    html = looked.content.decode()
    assert looked.status_code == 200  # A refused request would stand in the browser's console.
    assert "“Nature” is no category of this publication" in html
    assert "Create the categories that do not exist yet" in html
    assert '<span class="ln">14</span>' in html  # The heading of the item stands there.
    assert Issue.objects.count() == 0
    token = hidden(html, "looked_at")
    better = who.post(
        reverse("admin:newsletter_issue_import"),
        {"looked_at": token, "do": "look", "create": "1"},
    )
    assert better.status_code == 200
    assert not Category.objects.filter(name="Nature").exists()
    store(who, better, create="1")
    assert Category.objects.get(name="Nature").bit == 1
    assert Issue.objects.get().items.count() == 2


def test_what_does_not_parse_is_not_stored_and_says_where(daily: Publication) -> None:
    who = client(user("uma", daily, "editor"))
    for data in (b"", b"\0\0\0\1\2", b"\x89PNG\r\n\x1a\n" + bytes(range(256))):
        looked = look(who, daily, data)
        assert looked.status_code in (200, 422)
        assert b"store as a draft" not in looked.content.lower()
    assert Issue.objects.count() == 0


def test_the_encoding_of_the_file_is_named(
    daily: Publication, city: Category, nature: Category
) -> None:
    who = client(user("uma", daily, "editor"))
    text = DIGEST.replace("Night ferries return", "夜航渡轮回来了")
    assert "utf-16" in look(who, daily, text.encode("utf-16")).content.decode().lower()
    shown = look(who, daily, text.encode("gb18030")).content.decode()
    assert "gb18030" in shown.lower() and "夜航渡轮回来了" in shown


def test_a_looked_at_file_stays_with_its_publication(daily: Publication, city: Category) -> None:
    """Who lost the role between looking and storing does not get to store."""
    builders.category(daily, "Nature")
    uma = user("uma", daily, "editor")
    who = client(uma)
    looked = look(who, daily, DIGEST)
    Role.objects.filter(user=uma).delete()
    Role.objects.create(user=uma, publication=builders.publication("other"), kind="editor")
    assert store(who, looked).status_code == 302
    assert Issue.objects.count() == 0
    forged = who.post(
        reverse("admin:newsletter_issue_import"), {"looked_at": "x" * 40, "do": "store"}
    )
    assert forged["Location"] == reverse("admin:newsletter_issue_import")


# --- items ------------------------------------------------------------------------------------


def test_items_are_moved_hidden_and_filed(issue: Issue, daily: Publication, city: Category) -> None:
    who = client(user("uma", daily, "editor"))
    first, second = issue.items.order_by("number")
    who.post(page("order", issue), {"item": second.pk, "do": "up"})
    assert [item.pk for item in issue.items.order_by("number")] == [second.pk, first.pk]
    who.post(page("order", issue), {"item": second.pk, "do": "up"})  # It is the first already.
    who.post(page("order", issue), {"item": first.pk, "do": "hide"})
    who.post(page("order", issue), {"item": second.pk, "do": "file", "category": city.pk})
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.hidden and second.category == city
    assert AuditEntry.objects.filter(action="item edited").count() == 3
    # One sitting of one person is one revision.
    revision = Revision.objects.get()
    assert revision.kind == "edit" and revision.note == "order; hidden items; categories"
    assert [item["title"] for item in revision.digest["items"]] == ["Egrets are back"]


def test_a_category_of_another_publication_is_not_one(issue: Issue, daily: Publication) -> None:
    foreign = builders.category(builders.publication("other"), "Foreign")
    item = issue.items.order_by("number").first()
    assert item is not None
    who = client(user("uma", daily, "editor"))
    answer = who.post(page("order", issue), {"item": item.pk, "do": "file", "category": foreign.pk})
    assert answer.status_code == 404
    other = builders.issue(daily, "2026-03-09")
    strange = builders.item(other, None, "Elsewhere")
    answer = who.post(page("order", issue), {"item": strange.pk, "do": "hide"})
    assert answer.status_code == 404
    strange.refresh_from_db()
    assert not strange.hidden


def item_data(**changed: str) -> dict[str, str]:
    return {
        "title": "Night ferries return",
        "source_lines": "The Riverside | https://example.org/ferries",
        "date": "",
        "insight": "",
        "bullet_lines": "",
        "body": "",
        "category": "",
        **changed,
    }


def test_an_item_is_edited_as_lines_of_text(
    issue: Issue, daily: Publication, city: Category
) -> None:
    who = client(user("uma", daily, "editor"))
    item = issue.items.order_by("number").first()
    assert item is not None
    shown = who.get(page("item", issue, item.pk)).content.decode()
    assert "- **First:** one thing\n- another" in shown
    answer = who.post(
        page("item", issue, item.pk),
        item_data(
            category=str(city.pk),
            bullet_lines="- **Three lines:** until 23:40\n  - one each hour\n- no lead",
            source_lines="The Riverside | https://example.org/a\nBy word of mouth",
        ),
    )
    assert answer.status_code == 302
    item.refresh_from_db()
    assert item.bullets == [
        {
            "lead": "Three lines",
            "text": "until 23:40",
            "children": [{"lead": "", "text": "one each hour", "children": []}],
        },
        {"lead": "", "text": "no lead", "children": []},
    ]
    assert [(link.label, link.url) for link in item.links.order_by("number")] == [
        ("The Riverside", "https://example.org/a"),
        ("By word of mouth", ""),
    ]


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("bullet_lines", "no dash", "Line 1: begin each bullet with"),
        ("source_lines", "X | javascript:alert(1)", "Line 1: write an address that begins with"),
        ("source_lines", "ok | https://example.org\nX | data:text/html,x", "Line 2:"),
        ("title", "", "This field is required."),
        ("bullet_lines", "- x\n" * 201, "More than 200 bullets."),
    ],
)
def test_a_bad_line_is_named(
    field: str, text: str, message: str, issue: Issue, daily: Publication
) -> None:
    who = client(user("uma", daily, "editor"))
    item = issue.items.order_by("number").first()
    assert item is not None
    answer = who.post(page("item", issue, item.pk), item_data(**{field: text}))
    assert answer.status_code == 422 and message in answer.content.decode()
    assert AuditEntry.objects.count() == 0


def test_an_edit_takes_an_approval_back(issue: Issue, daily: Publication) -> None:
    Issue.objects.filter(pk=issue.pk).update(approved_by=user("ann", daily, "approver"))
    item = issue.items.order_by("number").first()
    assert item is not None
    who = client(user("uma", daily, "editor"))
    who.post(page("order", issue), {"item": item.pk, "do": "hide"})
    assert Issue.objects.get(pk=issue.pk).approved_by is None


@pytest.mark.parametrize("state", ["scheduled", "archived"])
def test_only_a_draft_is_edited(state: str, issue: Issue, daily: Publication) -> None:
    Issue.objects.filter(pk=issue.pk).update(state=state, send_at=builders.NOW)
    item = issue.items.order_by("number").first()
    assert item is not None
    who = client(user("uma", daily, "editor"))
    answer = who.post(page("order", issue), {"item": item.pk, "do": "hide"}, follow=True)
    assert "Nothing was changed" in answer.content.decode()
    who.post(page("item", issue, item.pk), item_data(title="Changed"))
    who.post(page("about", issue), {"title": "Changed"})
    item.refresh_from_db()
    issue.refresh_from_db()
    assert not item.hidden and item.title == "Night ferries return"
    assert issue.title == "Harbour Daily - 2026-03-02"


def test_a_subject_with_a_line_break_is_refused(issue: Issue, daily: Publication) -> None:
    who = client(user("uma", daily, "editor"))
    for bad in ("A\nBcc: x@example.org", "A\rB", "A\x85B", "A\u2028B"):
        answer = who.post(page("about", issue), {"title": "T", "subject": bad})
        # A form field may drop a break itself; what is stored never holds one.
        assert answer.status_code in (302, 422)
        subject = Issue.objects.get(pk=issue.pk).subject
        assert not re.search("[\x00-\x1f\x7f\x85\u2028\u2029]", subject)


# --- preview ----------------------------------------------------------------------------------


def test_the_preview_is_a_stranger_to_the_site(issue: Issue, daily: Publication) -> None:
    who = client(user("uma", daily, "editor"))
    frame = who.get(page("preview", issue)).content.decode()
    assert re.search(r"<iframe\s+sandbox\s+src=", frame)
    for form in ("mail", "text", "feed", "web"):
        shown = who.get(page("shown", issue), {"as": form})
        assert shown.status_code == 200, form
        rules = shown["Content-Security-Policy"]
        assert rules.startswith("sandbox;") and "default-src 'none'" in rules
        assert "script-src" not in rules and "allow-scripts" not in rules
        assert "no-store" in shown["Cache-Control"]
        assert shown["X-Frame-Options"] == "SAMEORIGIN"
        assert "Night ferries return" in shown.content.decode(), form


def test_a_preview_holds_the_ticked_categories(issue: Issue, daily: Publication) -> None:
    who = client(user("uma", daily, "editor"))
    shown = who.get(page("shown", issue), {"picked": "1", "c": "nature"}).content.decode()
    assert "Egrets are back" in shown and "Night ferries return" not in shown
    assert "The tree map" not in shown
    tail = who.get(page("shown", issue), {"picked": "1", "c": "nature", "tail": "1"})
    assert "The tree map" in tail.content.decode()
    empty = who.get(page("preview", issue), {"picked": "1"}).content.decode()
    assert "such a reader gets no mail of this issue" in empty


def test_a_preview_shows_what_a_named_reader_gets(
    issue: Issue, daily: Publication, nature: Category
) -> None:
    builders.subscription(daily, "bob@example.org", [nature])
    who = client(user("uma", daily, "owner"))
    found = who.post(page("preview", issue), {"reader": "Bob@example.org"})
    assert "bob" not in found["Location"]  # Addresses in web addresses end up in logs.
    html = who.get(found["Location"]).content.decode()
    assert "bob@example.org" in html and "gets 1 item." in html
    frame = re.search(r'<iframe\s+sandbox\s+src="([^"]*)"', html)
    assert frame
    shown = who.get(frame[1].replace("&amp;", "&")).content.decode()
    assert "Egrets are back" in shown and "Night ferries return" not in shown
    # Nobody's personal links, whoever the reader is.
    assert "SUDI--SLOT" not in shown
    editor = client(user("ed", daily, "editor"))
    html = editor.get(found["Location"]).content.decode()
    assert "bob@example.org" not in html


def test_dark_and_light_are_the_previews_choice(issue: Issue, daily: Publication) -> None:
    who = client(user("uma", daily, "editor"))
    for form in ("mail", "web"):
        light = who.get(page("shown", issue), {"as": form, "look": "light"}).content.decode()
        dark = who.get(page("shown", issue), {"as": form, "look": "dark"}).content.decode()
        assert "prefers-color-scheme" not in re.sub(r"<meta[^>]*>", "", light + dark)
        assert "@media not all" in light and "@media all" in dark


# --- test mail --------------------------------------------------------------------------------


def test_a_test_mail_is_marked_and_in_no_ledger(issue: Issue, daily: Publication) -> None:
    who = client(user("uma", daily, "sender"))
    answer = who.post(
        page("test", issue),
        {"addresses": "uma@example.org, bob@example.org", "picked": "1", "c": "nature"},
    )
    assert answer.status_code == 302
    assert sorted(one.to[0] for one in mail.outbox) == ["bob@example.org", "uma@example.org"]
    sent = email.message_from_bytes(mail.outbox[0].message().as_bytes(), policy=policy.default)
    assert str(sent["Subject"]) == "[Test] Egrets are back"
    assert Edition.objects.count() == 0
    entry = AuditEntry.objects.get()
    assert entry.action == "send_test" and entry.actor == "uma"
    assert "@" not in str(entry.detail)  # How many; an address would outlive an erasure.


@pytest.mark.parametrize(
    ("addresses", "message"),
    [
        ("", "This field is required."),
        ("alice@", "alice@"),
        ("a@example.org\u2028Bcc:x@example.org", "Bcc:x@example.org"),
        (" ".join(f"r{n}@example.org" for n in range(11)), "At most ten addresses."),
    ],
)
def test_a_bad_address_of_a_test_is_named(
    addresses: str, message: str, issue: Issue, daily: Publication
) -> None:
    who = client(user("uma", daily, "editor"))
    answer = who.post(page("test", issue), {"addresses": addresses})
    assert answer.status_code == 422 and message in answer.content.decode()
    assert mail.outbox == []


# --- send -------------------------------------------------------------------------------------


def test_the_send_page_says_what_it_will_do(
    issue: Issue, daily: Publication, city: Category
) -> None:
    Publication.objects.update(undo_seconds=180)
    third = builders.category(daily, "Sport")
    builders.subscription(daily, "alice@example.org")
    builders.subscription(daily, "bob@example.org", [city])
    builders.subscription(daily, "charlie@example.org", [third])
    who = client(user("uma", daily, "sender"))
    html = who.get(page("send", issue)).content.decode()
    assert "Send to 2 readers in 3 minutes" in html
    assert "nothing in the chosen categories" in html
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "Send Harbour Daily - 2026-03-02 to 2 readers in 2 editions in 3 minutes" in text
    assert "get all of it 1 get part of it 1 get nothing 1" in text
    done = press(who, issue)
    assert done["Location"] == page("progress", issue)
    issue.refresh_from_db()
    assert issue.state == "scheduled"
    shown = who.get(page("progress", issue)).content.decode()
    assert "Undo: back to a draft" in shown and "data-countdown" in shown


def test_pressing_twice_sends_once(issue: Issue, daily: Publication) -> None:
    builders.subscription(daily, "alice@example.org")
    who = client(user("uma", daily, "sender"))
    html = who.get(page("send", issue)).content.decode()
    data = {"seen": hidden(html, "seen"), "accept": ticks(html)}
    who.post(page("send", issue), data)
    again = who.post(page("send", issue), data, follow=True)
    assert "It was already released by uma. Nothing was sent twice." in again.content.decode()
    assert AuditEntry.objects.filter(action="release").count() == 1
    assert sending.freeze(issue.pk) is True
    assert sending.freeze(issue.pk) is False
    assert issue.editions.count() == 1


def test_a_stale_form_is_refused_with_the_difference(
    issue: Issue, daily: Publication, nature: Category
) -> None:
    builders.subscription(daily, "alice@example.org")
    who = client(user("uma", daily, "sender"))
    html = who.get(page("send", issue)).content.decode()
    data = {"seen": hidden(html, "seen"), "accept": ticks(html)}
    item = issue.items.order_by("number").first()
    assert item is not None
    item.title = "Night ferries are cancelled"
    item.save()
    builders.item(issue, nature, "A late item")
    builders.subscription(daily, "bob@example.org")
    answer = who.post(page("send", issue), data)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Changed: “Night ferries are cancelled”." in html
    assert "New in the issue: “A late item”." in html
    assert "Readers who would get it: 1 before, 2 now." in html
    assert Issue.objects.get(pk=issue.pk).state == "draft"
    assert press(who, issue).status_code == 302


def test_a_warning_has_to_be_ticked(issue: Issue, daily: Publication, city: Category) -> None:
    builders.subscription(daily, "alice@example.org")
    builders.item(issue, city, "No source at all", url="")
    who = client(user("uma", daily, "sender"))
    html = who.get(page("send", issue)).content.decode()
    assert ticks(html)
    answer = who.post(page("send", issue), {"seen": hidden(html, "seen")})
    assert answer.status_code == 422 and "Not ticked:" in answer.content.decode()
    assert Issue.objects.get(pk=issue.pk).state == "draft"
    assert press(who, issue).status_code == 302


def test_a_blocker_cannot_be_passed(issue: Issue, daily: Publication) -> None:
    builders.subscription(daily, "alice@example.org")
    builders.item(issue, None, "Filed under nothing")
    who = client(user("uma", daily, "sender"))
    html = who.get(page("send", issue)).content.decode()
    assert "Must be mended before sending" in html
    assert re.search(r'<button\s+class="sudi-button big"\s+disabled\s*>', html)
    answer = press(who, issue)
    assert answer.status_code == 422
    assert Issue.objects.get(pk=issue.pk).state == "draft"


def test_a_time_is_read_in_the_publications_zone(issue: Issue, daily: Publication) -> None:
    Publication.objects.update(time_zone="Europe/Paris")
    builders.subscription(daily, "alice@example.org")
    who = client(user("uma", daily, "sender"))
    with time_machine.travel(builders.NOW, tick=False):
        html = who.get(page("send", issue), {"at": "2026-03-03T07:30"}).content.decode()
        assert "Send to 1 reader tomorrow at 07:30 (Paris)" in html
        assert "2026-03-03 07:30 Europe/Paris (CET) ·" in html
        answer = press(who, issue, at="2026-03-03T07:30")
    assert answer.status_code == 302
    issue.refresh_from_db()
    assert issue.send_at == dt.datetime(2026, 3, 3, 6, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("2026-03-01T07:30", "This time has passed."),
        ("2026-03-29T02:30", "2026-03-29 02:30 does not exist: the clocks are put forward then."),
        ("2062-03-03T07:30", "That is more than a year ahead."),
        ("tomorrow", "Write the time as 2026-03-02T07:30."),
        ("2026-13-03T07:30", "Write the time as 2026-03-02T07:30."),
    ],
)
def test_a_bad_time_is_refused(typed: str, message: str, issue: Issue, daily: Publication) -> None:
    Publication.objects.update(time_zone="Europe/Paris")
    builders.subscription(daily, "alice@example.org")
    who = client(user("uma", daily, "sender"))
    with time_machine.travel(builders.NOW, tick=False):
        answer = press(who, issue, at=typed)
    assert answer.status_code == 422 and message in answer.content.decode()
    assert Issue.objects.get(pk=issue.pk).state == "draft"


def test_a_time_that_comes_twice_is_asked(issue: Issue, daily: Publication) -> None:
    Publication.objects.update(time_zone="Europe/Paris")
    builders.subscription(daily, "alice@example.org")
    who = client(user("uma", daily, "sender"))
    with time_machine.travel(builders.NOW, tick=False):
        html = who.get(page("send", issue), {"at": "2026-10-25T02:30"}).content.decode()
        assert "2026-10-25 02:30 comes twice" in html
        for written, said in (
            ("2026-10-25T02:30+02:00", "2026-10-25 02:30 Europe/Paris (CEST)"),
            ("2026-10-25T02:30+01:00", "2026-10-25 02:30 Europe/Paris (CET)"),
        ):
            assert re.search(rf'value="at:{re.escape(written)}"\s*>\s*{re.escape(said)}', html)
        assert press(who, issue, at="2026-10-25T02:30").status_code == 422
        assert press(who, issue, at="2026-10-25T02:30+01:00").status_code == 302
    issue.refresh_from_db()
    assert issue.send_at == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)


def test_a_second_person_approves(issue: Issue, daily: Publication) -> None:
    Publication.objects.update(needs_approval=True)
    builders.subscription(daily, "alice@example.org")
    uma = client(user("uma", daily, "sender", "approver"))
    ann = client(user("ann", daily, "approver"))
    html = uma.get(page("send", issue)).content.decode()
    assert "A second person must approve the issue first." in html
    assert press(uma, issue).status_code == 422
    shown = ann.get(page("approve", issue)).content.decode()
    ann.post(page("approve", issue), {"seen": hidden(shown, "seen")})
    approved = Issue.objects.get(pk=issue.pk).approved_by
    assert approved is not None and approved.get_username() == "ann"
    assert press(uma, issue).status_code == 302
    assert Issue.objects.get(pk=issue.pk).state == "scheduled"


def test_what_changed_since_the_yes_is_shown_and_it_can_be_sent_back(
    issue: Issue, daily: Publication
) -> None:
    Publication.objects.update(needs_approval=True)
    builders.subscription(daily, "alice@example.org")
    ann = client(user("ann", daily, "approver"))
    shown = ann.get(page("approve", issue)).content.decode()
    assert "Since ann approved it" not in shown
    ann.post(page("approve", issue), {"seen": hidden(shown, "seen")})
    first = issue.items.order_by("number").first()
    assert first is not None
    issue.items.filter(pk=first.pk).update(title="Something else")
    shown = ann.get(page("approve", issue)).content.decode()
    assert "Since ann approved it" in shown and "words of “Something else”" in shown
    # Without words nothing is sent back.
    ann.post(page("approve", issue), {"what": "back", "words": " "})
    assert issue.comments.count() == 0
    ann.post(page("approve", issue), {"what": "back", "words": "The title is <b>wrong</b>."})
    assert Issue.objects.get(pk=issue.pk).approved_by is None
    erin = client(user("erin", daily, "editor"))
    html = erin.get(page("discussion", issue)).content.decode()
    assert "The title is &lt;b&gt;wrong&lt;/b&gt;." in html and "sent back" in html
    said = issue.comments.get()
    erin.post(page("settled", issue, said.pk))
    said.refresh_from_db()
    assert said.done_by is not None and said.done_by.get_username() == "erin"
    erin.post(page("ask", issue))
    assert AuditEntry.objects.filter(action="approval asked", actor="erin").count() == 1


def test_a_comment_is_about_an_item_of_this_issue_and_is_no_book(
    issue: Issue, daily: Publication
) -> None:
    erin = client(user("erin", daily, "editor"))
    first = issue.items.order_by("number").first()
    assert first is not None
    erin.post(page("discussion", issue), {"words": "Is this new?", "item": first.pk})
    assert issue.comments.get().item_id == first.pk
    answer = erin.post(page("discussion", issue), {"words": "x", "item": "999999"})
    assert answer.status_code == 404
    long = "é" * 2001
    answer = erin.post(page("discussion", issue), {"words": long})
    html = answer.content.decode()
    assert answer.status_code == 422 and long in html
    assert "A comment has at most 2000 characters; this one has 2001." in html
    assert issue.comments.count() == 1


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("title-date", {"title": "Harbour 2026-03-09"}, {"title": "Harbour 2026-03-02"}),
        ("title-date", {"title": "海港 2026年12月31日"}, {"title": "海港 2026年03月02日"}),
        ("title-count", {"title": "Harbour - 99 items"}, {"title": "Harbour - 2 items"}),
    ],
)
def test_what_has_one_right_answer_is_mended_by_one_click(
    issue: Issue, daily: Publication, code: str, before: dict[str, str], after: dict[str, str]
) -> None:
    assert issue.items.filter(hidden=False).count() == 2
    Issue.objects.filter(pk=issue.pk).update(**before)
    erin = client(user("erin", daily, "editor"))
    assert f'value="{code}"' in erin.get(page("preflight", issue)).content.decode()
    erin.post(page("quick_mend", issue), {"code": code})
    issue.refresh_from_db()
    assert {name: getattr(issue, name) for name in after} == after
    assert f'value="{code}"' not in erin.get(page("preflight", issue)).content.decode()
    assert erin.post(page("quick_mend", issue), {"code": "empty"}).status_code == 404


def test_who_approves_does_not_send(issue: Issue, daily: Publication) -> None:
    Publication.objects.update(needs_approval=True)
    builders.subscription(daily, "alice@example.org")
    uma = client(user("uma", daily, "sender", "approver"))
    shown = uma.get(page("approve", issue)).content.decode()
    uma.post(page("approve", issue), {"seen": hidden(shown, "seen")})
    assert "somebody else must send it" in uma.get(page("send", issue)).content.decode()
    assert press(uma, issue).status_code == 422
    assert Issue.objects.get(pk=issue.pk).state == "draft"


def test_an_approval_of_another_text_is_refused(issue: Issue, daily: Publication) -> None:
    Publication.objects.update(needs_approval=True)
    ann = client(user("ann", daily, "approver"))
    shown = ann.get(page("approve", issue)).content.decode()
    issue.items.filter(number=1).update(title="Something else")
    answer = ann.post(page("approve", issue), {"seen": hidden(shown, "seen")})
    assert answer.status_code == 409 and "Not approved" in answer.content.decode()
    assert Issue.objects.get(pk=issue.pk).approved_by is None


# --- on its way -------------------------------------------------------------------------------


@pytest.fixture
def frozen(issue: Issue, daily: Publication, nature: Category) -> Issue:
    """Released to Alice and Bob and frozen; nothing handed over yet."""
    builders.subscription(daily, "alice@example.org")
    builders.subscription(daily, "bob@example.org", [nature])
    sending.release(issue, by="test", now=True)
    assert sending.freeze(issue.pk)
    issue.refresh_from_db()
    return issue


def test_undo_is_a_draft_again(issue: Issue, daily: Publication) -> None:
    builders.subscription(daily, "alice@example.org")
    Publication.objects.update(undo_seconds=180)
    who = client(user("uma", daily, "sender"))
    press(who, issue)
    back = who.post(page("act", issue, "undo"), follow=True)
    assert "Taken back. Nothing was sent" in back.content.decode()
    issue.refresh_from_db()
    assert issue.state == "draft" and issue.send_at is None


def test_undo_after_the_freeze_says_so(frozen: Issue, daily: Publication) -> None:
    who = client(user("uma", daily, "sender"))
    answer = who.post(page("act", frozen, "undo"), follow=True)
    assert "Not done. The issue is now “sending”." in answer.content.decode()
    assert Issue.objects.get(pk=frozen.pk).state == "sending"


def test_pause_go_on_and_stop(frozen: Issue, daily: Publication) -> None:
    who = client(user("uma", daily, "sender"))
    who.post(page("act", frozen, "pause"))
    assert Issue.objects.get(pk=frozen.pk).state == "paused"
    html = who.get(page("progress", frozen)).content.decode()
    assert "Go on sending" in html and "Pause sending" not in html
    who.post(page("act", frozen, "resume"))
    assert Issue.objects.get(pk=frozen.pk).state == "sending"
    asked = who.get(page("act", frozen, "cancel")).content.decode()
    assert "This cannot be undone." in asked
    assert Issue.objects.get(pk=frozen.pk).state == "sending"
    who.post(page("act", frozen, "cancel"))
    assert Issue.objects.get(pk=frozen.pk).state == "cancelled"
    html = who.get(page("progress", frozen)).content.decode()
    assert "2 readers did not get it." in html
    acts = AuditEntry.objects.filter(actor="uma").order_by("id").values_list("action", flat=True)
    assert list(acts) == ["pause", "resume", "cancel"]


def test_the_live_part_costs_the_same_however_many_readers(
    frozen: Issue, daily: Publication, django_assert_max_num_queries: Any
) -> None:
    who = client(user("uma", daily, "sender"))
    who.get(page("now", frozen))  # The session and the content types are looked up once.
    # Three of them are the relays and their limits, for the forecast.
    with django_assert_max_num_queries(23):
        html = who.get(page("now", frozen)).content.decode()
    assert 'data-state="sending frozen"' in html
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "waiting 2" in text and "readers in all 2" in text


def test_failures_are_listed_with_what_the_server_said(frozen: Issue, daily: Publication) -> None:
    from newsletter.models import Delivery, Outcome

    first, second = Delivery.objects.filter(issue=frozen).order_by("id")
    failed = {"state": "failed", "code": 550, "status": "5.1.1", "detail": "no such user"}
    Outcome.objects.create(delivery_id=first.pk, round=1, **failed)
    Outcome.objects.create(delivery_id=second.pk, round=1, **failed)
    Outcome.objects.create(delivery_id=second.pk, round=2, state="sent", code=250)
    owner = client(user("uma", daily, "owner"))
    html = owner.get(page("failures", frozen, "failed")).content.decode()
    address = Subscription.objects.get(pk=first.subscription_id).subscriber.address
    later = Subscription.objects.get(pk=second.subscription_id).subscriber.address
    assert address in html and "5.1.1 no such user" in html
    assert later not in html  # Its latest outcome is another one.
    sender = client(user("sue", daily, "sender"))
    html = sender.get(page("failures", frozen, "failed")).content.decode()
    assert address not in html and f"{address[0]}…@example.org" in html
    assert owner.get(page("failures", frozen, "nonsense")).status_code == 404


def test_why_did_somebody_not_get_it(frozen: Issue, daily: Publication) -> None:
    sport = builders.category(daily, "Sport")
    builders.subscription(daily, "charlie@example.org", [sport])
    who = client(user("uma", daily, "reader_care"))

    def ask(address: str) -> str:
        return who.post(page("why", frozen), {"address": address}).content.decode()

    assert "Waiting to be sent (items: 2)." in ask("ALICE@example.org")
    assert "The reader was not active when the issue was frozen." in ask("charlie@example.org")
    assert "Nobody with this name or address is or was subscribed" in ask("dora@example.org")
    assert "Nobody with this name or address" in ask("dora@@example.org")


# --- history and corrections ------------------------------------------------------------------


def test_two_revisions_are_compared(daily: Publication, city: Category, nature: Category) -> None:
    who = client(user("uma", daily, "editor"))
    store(who, look(who, daily, DIGEST))
    issue = Issue.objects.get()
    item = issue.items.get(number=2)
    who.post(
        page("item", issue, item.pk),
        item_data(
            title="Herons are back",
            category=str(nature.pk),
            source_lines="Nature Notes | https://example.org/egrets",
            insight="It was the water level.",
            bullet_lines="- **Thirty centimetres:** the park let the water fall",
        ),
    )
    html = who.get(page("history", issue)).content.decode()
    assert "imported a digest" in html and "edited an item" in html
    compared = who.get(page("compare", issue), {"from": "1", "to": "2"}).content.decode()
    assert "Herons are back – title" in compared and "Egrets are back" in compared
    assert "Night ferries" not in compared
    assert who.get(page("compare", issue), {"from": "1", "to": "99"}).status_code == 404
    assert who.get(page("compare", issue), {"from": "x", "to": ""}).status_code == 404
    source = who.get(page("revision", issue, 1)).content.decode()
    assert "The source as it was received" in source and "## 2. Egrets are back" in source


def test_the_released_text_can_be_compared(frozen: Issue, daily: Publication) -> None:
    who = client(user("uma", daily, "editor"))
    released = frozen.revisions.get(kind="release")
    html = who.get(page("revision", frozen, released.number)).content.decode()
    assert "Night ferries return" in html and "City" in html


def test_a_correction_needs_a_note_and_is_public(frozen: Issue, daily: Publication) -> None:
    who = client(user("uma", daily, "sender"))
    item = frozen.items.get(number=1)
    nature = item_data(
        category=str(item.category_id),
        title="Night ferries return in May",
        source_lines="The Paper | https://example.org/2026-03-02/1",
        insight=item.insight,
        bullet_lines="- **First:** one thing\n- another",
        seen=hidden(who.get(page("correct_item", frozen, item.pk)).content.decode(), "seen"),
    )
    bare = who.post(page("correct_item", frozen, item.pk), nature)
    assert bare.status_code == 422
    item.refresh_from_db()
    assert item.title == "Night ferries return"
    before = Publication.objects.get(pk=daily.pk).changed_at
    note = "The month was missing."
    done = who.post(page("correct_item", frozen, item.pk), {**nature, "note": note})
    assert done.status_code == 302
    item.refresh_from_db()
    frozen.refresh_from_db()
    assert item.title == "Night ferries return in May"
    assert item.corrected_at is not None and frozen.corrected_at == item.corrected_at
    assert Publication.objects.get(pk=daily.pk).changed_at > before
    revision = frozen.revisions.get(kind="correction")
    assert revision.note == note and revision.by is not None
    assert AuditEntry.objects.get(action="issue corrected").detail["fields"] == ["title"]
    site = Client().get(f"/{daily.slug}/{frozen.slug}/").content.decode()
    assert "Night ferries return in May" in site and note in site
    nature["seen"] = hidden(who.get(page("correct_item", frozen, item.pk)).content.decode(), "seen")
    nothing = who.post(page("correct_item", frozen, item.pk), {**nature, "note": "x"})
    assert nothing.status_code == 422 and "Nothing was different" in nothing.content.decode()


# --- publications and categories --------------------------------------------------------------


def publication_data(publication: Publication, **changed: str) -> dict[str, str]:
    return {
        "name": publication.name,
        "language": "en",
        "time_zone": "UTC",
        "from_name": publication.from_name,
        "from_address": publication.from_address,
        "open": "on",
        "undo_seconds": "180",
        "canary_size": "0",
        "canary_max_failures": "0",
        "late_start_minutes": "60",
        "welcome_days": "7",
        "slot_notice_minutes": "30",
        "labels": "{}",
        **changed,
    }


def test_the_look_of_a_publication(daily: Publication) -> None:
    who = client(user("uma", daily, "owner"))
    url = reverse("admin:subscribers_publication_change", args=[daily.pk])
    data = publication_data(
        daily, accent="#123456", **{"name_zh-Hans": "港湾日报"}, slug="elsewhere"
    )
    assert who.post(url, data).status_code == 302
    daily.refresh_from_db()
    assert daily.theme == {"accent": "#123456"}
    assert daily.translations == {"zh-Hans": {"name": "港湾日报"}}
    assert daily.slug == "daily"  # Permanent, whatever a form brings.
    entry = AuditEntry.objects.get(action="publication changed")
    assert entry.actor == "uma" and entry.publication == daily


@pytest.mark.parametrize(
    "bad",
    [
        {"accent": "red"},
        {"logo": "javascript:alert(1)", "logo_alt": "x", "logo_width": "9", "logo_height": "9"},
        {"from_name": "A\nBcc: x@example.org"},
        {"from_address": "a b@example.org"},
        {"reply_to": "news@localhost"},
        {"undo_seconds": "1801"},
        {"send_from": "08:00"},
        {"time_zone": "Mars/Olympus"},
        {"labels": "["},
    ],
)
def test_a_bad_setting_is_refused(bad: dict[str, str], daily: Publication) -> None:
    who = client(user("uma", daily, "owner"))
    url = reverse("admin:subscribers_publication_change", args=[daily.pk])
    answer = who.post(url, publication_data(daily, **bad))
    stored = Publication.objects.get(pk=daily.pk)
    if "from_name" in bad:  # A text field drops the break itself.
        assert "\n" not in stored.from_name
    else:
        assert answer.status_code == 200
        assert stored.theme == {} and AuditEntry.objects.count() == 0


def test_a_category_gets_a_bit_and_keeps_its_slug(daily: Publication, city: Category) -> None:
    who = client(user("uma", daily, "owner"))
    add = reverse("admin:subscribers_category_add", args=[daily.slug])
    who.post(add, {"name": "市场动态", "visibility": "open"})
    made = Category.objects.get(name="市场动态")
    assert (made.slug, made.bit) == ("市场动态", 1)
    url = reverse("admin:subscribers_category_change", args=[made.pk])
    who.post(url, {"name": "Markets", "slug": "markets", "visibility": "open", "position": "1"})
    made.refresh_from_db()
    assert (made.name, made.slug, made.bit, made.aliases) == (
        "Markets",
        "市场动态",
        1,
        ["市场动态"],
    )
    twice = who.post(add, {"name": "City", "visibility": "open"})
    assert twice.status_code == 422
    closed = who.post(add, {"name": "Staff", "visibility": "private"})
    assert closed.status_code == 302 and Category.objects.get(name="Staff").bit == 48


def test_merging_moves_readers_and_unsent_items(
    issue: Issue, daily: Publication, city: Category, nature: Category
) -> None:
    alice = builders.subscription(daily, "alice@example.org", [city])
    bob = builders.subscription(daily, "bob@example.org", [nature])
    who = client(user("uma", daily, "owner"))
    url = reverse("admin:subscribers_category_merge", args=[city.pk])
    assert who.post(url, {"into": city.pk}).status_code == 422
    assert who.post(url, {"into": nature.pk}).status_code == 302
    alice.refresh_from_db()
    bob.refresh_from_db()
    city.refresh_from_db()
    nature.refresh_from_db()
    assert alice.choice == bob.choice
    assert city.retired_at is not None and city.merged_into == nature
    assert "City" in nature.aliases
    assert not issue.items.filter(category=city).exists()
    entry = AuditEntry.objects.get(action="category merged")
    assert (entry.detail["readers"], entry.detail["items"]) == (1, 1)


def test_a_freed_place_follows_who_wants_new_ones(daily: Publication, city: Category) -> None:
    everything = builders.subscription(daily, "alice@example.org")
    only = builders.subscription(daily, "bob@example.org", [city])
    who = client(user("uma", daily, "owner"))
    url = reverse("admin:subscribers_category_retire", args=[city.pk])
    who.post(url, {"do": "free"})  # Not retired yet: nothing happens.
    city.refresh_from_db()
    assert city.bit == 0
    who.post(url, {"do": "retire"})
    who.post(url, {"do": "free"})
    city.refresh_from_db()
    assert city.bit is None
    everything.refresh_from_db()
    only.refresh_from_db()
    assert everything.choice & 1 == 1 and only.choice & 1 == 0
    who.post(url, {"do": "restore"})
    city.refresh_from_db()
    assert city.retired_at is not None  # Its place was given away.


# --- readers ----------------------------------------------------------------------------------


def search(who: Client, text: str) -> Any:
    return who.post(reverse("admin:subscribers_subscriber_changelist"), {"address": text})


def test_a_reader_is_found_by_any_part_of_the_address(daily: Publication) -> None:
    tie = builders.subscription(daily, "Alice.Adams@example.org")
    builders.subscription(daily, "alicia@example.org")
    builders.subscription(builders.publication("other"), "alina@example.org")
    who = client(user("uma", daily, "reader_care"))
    whole = search(who, "alice.adams@EXAMPLE.org")
    assert whole["Location"] == reverse(
        "admin:subscribers_subscriber_change", args=[tie.subscriber_id]
    )
    html = search(who, "ali").content.decode()
    assert "Alice.Adams@example.org" in html and "alicia@example.org" in html
    assert "alina@example.org" not in html
    assert search(who, "adams")["Location"] == whole["Location"]
    assert search(who, "alina@example.org").status_code == 200
    assert (
        "Nobody with an address or name like this."
        in search(who, "alina@example.org").content.decode()
    )


def test_the_list_of_readers_goes_by_key(
    daily: Publication, django_assert_max_num_queries: Any
) -> None:
    for number in range(120):
        moment = builders.NOW + dt.timedelta(minutes=number // 7)  # Several at one moment.
        builders.subscription(daily, f"r{number:03}@example.org", created_at=moment)
    who = client(user("uma", daily, "owner"))
    url = reverse("admin:subscribers_subscriber_changelist")
    seen: list[str] = []
    pages: list[list[str]] = []
    query = "publication=daily"
    while query:
        with django_assert_max_num_queries(30) as counted:
            html = who.get(f"{url}?{query}").content.decode()
        assert not any("COUNT(" in one["sql"].upper() for one in counted.captured_queries)
        assert not any("OFFSET" in one["sql"].upper() for one in counted.captured_queries)
        pages.append(re.findall(r">(r\d{3}@example\.org)<", html))
        seen += pages[-1]
        older = re.search(r'rel="next" href="\?([^"]*)"', html)
        query = older[1].replace("&amp;", "&") if older else ""
    assert seen == [f"r{number:03}@example.org" for number in reversed(range(120))]
    back = re.search(r'rel="prev" href="\?([^"]*)"', html)
    assert back
    html = who.get(f"{url}?{back[1].replace('&amp;', '&')}").content.decode()
    assert re.findall(r">(r\d{3}@example\.org)<", html) == pages[-2]
    for nonsense in ("x", "[]", '["x",1]', "[null,null]", "[1,2,3]"):
        assert who.get(url, {"older": nonsense}).status_code == 200


def test_everything_about_a_reader_is_on_one_page(frozen: Issue, daily: Publication) -> None:
    tie = Subscription.objects.get(subscriber__address="bob@example.org")
    ConsentEvent.objects.create(
        subscriber=tie.subscriber, publication=daily, kind="confirmed", form="hosted"
    )
    who = client(user("uma", daily, "reader_care"))
    url = reverse("admin:subscribers_subscriber_change", args=[tie.subscriber_id])
    html = who.get(url).content.decode()
    assert "Waiting to be sent (items: 1)." in html
    assert "confirmed" in html and "hosted" in html
    assert "Nature" in html


def test_a_change_at_a_readers_wish_is_on_record(
    daily: Publication, city: Category, nature: Category
) -> None:
    tie = builders.subscription(daily, "alice@example.org", [city])
    who = client(user("uma", daily, "reader_care"))
    url = reverse("admin:subscribers_subscriber_choice", args=[tie.subscriber_id, tie.pk])
    who.post(url, {"c": ["nature"], "tail": "1"})
    tie.refresh_from_db()
    assert tie.choice & 3 == 2
    event = ConsentEvent.objects.get()
    assert (event.kind, event.form) == ("changed", "admin")
    assert event.detail["before"]["choice"]["categories"] == ["city"]
    assert event.detail["after"]["choice"]["categories"] == ["nature"]
    assert event.detail["by"] == "uma"


def test_a_publication_says_how_many_joined_and_left(daily: Publication) -> None:
    for name in ("alice", "bob", "charlie"):
        subscriptions.enter(daily, f"{name}@example.org", form="admin", active=True)
    subscriptions.leave(
        Subscription.objects.filter(subscriber__address="bob@example.org"), form="mail"
    )
    who = client(user("uma", daily, "owner"))
    page = who.get(reverse("admin:subscribers_publication_change", args=[daily.pk]))
    assert "In the last seven days 3 joined and 1 left." in page.content.decode()


def test_making_active_needs_a_proof(daily: Publication) -> None:
    tie = builders.subscription(daily, "alice@example.org", state="unsubscribed")
    who = client(user("uma", daily, "reader_care"))
    url = reverse("admin:subscribers_subscriber_state", args=[tie.subscriber_id, tie.pk])
    for proof in ("", "wrote to me from alice@example.org"):
        who.post(url, {"do": "activate", "proof": proof})
        assert Subscription.objects.get(pk=tie.pk).state == "unsubscribed"
    who.post(url, {"do": "activate", "proof": "asked by phone, 2 March"})
    assert Subscription.objects.get(pk=tie.pk).state == "active"
    assert ConsentEvent.objects.get().detail["proof"] == "asked by phone, 2 March"


def test_suppressing_and_lifting_are_on_record(daily: Publication) -> None:
    tie = builders.subscription(daily, "alice@example.org")
    who = client(user("uma", daily, "reader_care"))
    url = reverse("admin:subscribers_subscriber_suppress", args=[tie.subscriber_id])
    who.post(url, {"do": "suppress", "note": "asked to"})
    standing = Suppression.objects.get()
    assert standing.reason == "manual" and standing.evidence == {"who": "uma", "note": "asked to"}
    state = reverse("admin:subscribers_subscriber_state", args=[tie.subscriber_id, tie.pk])
    who.post(state, {"do": "unsubscribe"})
    who.post(state, {"do": "activate", "proof": "phone"})
    assert Subscription.objects.get(pk=tie.pk).state == "unsubscribed"  # Suppressed: not so.
    who.post(url, {"do": "lift"})
    standing.refresh_from_db()
    assert standing.lifted_by == "uma"
    who.post(url, {"do": "lift"})
    assert AuditEntry.objects.filter(action="suppression lifted").count() == 1


def test_a_reader_is_added_with_proof_or_asked(daily: Publication) -> None:
    who = client(user("uma", daily, "reader_care"))
    url = reverse("admin:subscribers_subscriber_add")
    base = {"address": "alice@example.org", "publication": daily.pk, "name": "", "proof": ""}
    assert who.post(url, {**base, "state": "active"}).status_code == 422
    assert who.post(url, {**base, "state": "pending", "address": "a b@c"}).status_code == 422
    who.post(url, {**base, "state": "pending"})
    tie = Subscription.objects.get()
    assert tie.state == "pending" and tie.asked_at is None
    again = who.post(url, {**base, "state": "active", "proof": "phone"}, follow=True)
    assert "nothing was changed" in again.content.decode()
    assert Subscription.objects.get().state == "pending"


def test_erasing_asks_for_the_address(daily: Publication) -> None:
    tie = builders.subscription(daily, "alice@example.org")
    who = client(user("uma", daily, "reader_care"))
    url = reverse("admin:subscribers_subscriber_erase", args=[tie.subscriber_id])
    assert who.post(url, {"address": "bob@example.org"}).status_code == 422
    who.post(url, {"address": "alice@example.org"})
    tie.subscriber.refresh_from_db()
    assert tie.subscriber.erased_at is not None and tie.subscriber.address == ""
    assert who.get(url).status_code == 404
    for entry in AuditEntry.objects.all():
        assert "alice" not in f"{entry.target}{entry.detail}"


def test_one_cannot_erase_a_reader_of_others(daily: Publication) -> None:
    tie = builders.subscription(daily, "alice@example.org")
    builders.subscription(builders.publication("other"), "alice@example.org")
    who = client(user("uma", daily, "owner"))
    url = reverse("admin:subscribers_subscriber_erase", args=[tie.subscriber_id])
    answer = who.post(url, {"address": "alice@example.org"})
    assert answer.status_code == 422
    tie.subscriber.refresh_from_db()
    assert tie.subscriber.erased_at is None


# --- language ---------------------------------------------------------------------------------


def test_the_admin_speaks_the_browsers_language_and_remembers_a_choice(daily: Publication) -> None:
    who = client(user("uma", daily, "editor"))
    url = reverse("admin:newsletter_issue_changelist")
    assert 'lang="zh-hans"' in who.get(url, HTTP_ACCEPT_LANGUAGE="zh-CN,zh").content.decode()
    assert 'lang="en"' in who.get(url, HTTP_ACCEPT_LANGUAGE="fr").content.decode()
    who.post(reverse("set_language"), {"language": "zh-hans", "next": url})
    assert 'lang="zh-hans"' in who.get(url, HTTP_ACCEPT_LANGUAGE="en").content.decode()


def test_an_edition_in_the_plan_is_an_edition_of_the_view(issue: Issue) -> None:
    """The send page and the preview speak of the same selections."""
    view = editions.load(issue)
    builders.subscription(issue.publication, "alice@example.org")
    plan = sending.plan(issue)
    assert [edition.selection for edition in plan.editions] == [view.mask]


def test_an_empty_site_says_what_to_do_first() -> None:
    root = client(User.objects.create(username="root", is_staff=True, is_superuser=True))
    html = root.get(reverse("admin:index")).content.decode()
    assert "There is no publication yet." in html and "Create a publication" in html
    assert reverse("first_steps") in html
    for name in (
        "newsletter_issue_changelist",
        "newsletter_issue_import",
        "subscribers_category_changelist",
        "subscribers_subscriber_changelist",
        "subscribers_subscriber_add",
        "subscribers_importjob_changelist",
        "subscribers_suppression_changelist",
        "subscribers_auditentry_changelist",
        "subscribers_publication_changelist",
        "subscribers_publication_add",
        "auth_user_changelist",
    ):
        assert root.get(reverse(f"admin:{name}")).status_code == 200, name


def test_staff_without_a_role_see_nothing(issue: Issue, daily: Publication) -> None:
    who = client(user("una"))
    html = who.get(reverse("admin:index")).content.decode()
    assert "You have no role in any publication yet." in html and "Harbour Daily" not in html
    for name in ("newsletter_issue_changelist", "subscribers_subscriber_changelist"):
        assert who.get(reverse(f"admin:{name}")).status_code == 403
    assert who.get(page("change", issue)).status_code == 404


def test_a_publication_is_created_with_its_address_for_good(daily: Publication) -> None:
    root = client(User.objects.create(username="root", is_staff=True, is_superuser=True))
    url = reverse("admin:subscribers_publication_add")
    data = publication_data(daily, name="Weekly", slug="weekly")
    assert root.post(url, data).status_code == 302
    assert Publication.objects.get(slug="weekly").name == "Weekly"
    for slug in ("admin", "s", "daily", "no spaces"):
        assert root.post(url, {**data, "slug": slug}).status_code == 200, slug
    assert AuditEntry.objects.get().action == "publication created"


def test_an_archived_issue_offers_no_sending(issue: Issue, daily: Publication) -> None:
    Issue.objects.filter(pk=issue.pk).update(state="archived", published_at=builders.NOW)
    who = client(user("uma", daily, "owner"))
    html = who.get(page("change", issue)).content.decode()
    assert "Review and send" not in html and "Correct" in html
    assert "has no audience" in who.get(page("audience", issue)).content.decode()
    answer = who.post(page("send", issue), follow=True)
    assert "cannot be sent" in answer.content.decode()
    assert Issue.objects.get(pk=issue.pk).state == "archived"


def test_each_row_of_several_publications_has_its_own_clock(daily: Publication) -> None:
    Publication.objects.update(time_zone="Europe/Berlin")
    lord = builders.publication("lord", name="Lord Howe Weekly", time_zone="Australia/Lord_Howe")
    at = dt.datetime(2026, 7, 1, 6, 0, tzinfo=dt.UTC)
    when = {"send_at": at.isoformat()}
    for publication in (daily, lord, None):
        AuditEntry.objects.create(
            at=at, actor="uma", publication=publication, action="release", detail=when
        )
    root = client(User.objects.create(username="root", is_staff=True, is_superuser=True))
    html = root.get(reverse("admin:subscribers_auditentry_changelist")).content.decode()
    for said in (
        "2026-07-01 08:00:00 Europe/Berlin (CEST)",
        "2026-07-01 16:30:00 Australia/Lord_Howe (UTC+10:30)",
        "2026-07-01 06:00:00 UTC",
        # A time in the details, too, and not as it is stored.
        "send at: 2026-07-01 08:00 Europe/Berlin (CEST)",
    ):
        assert said in html
