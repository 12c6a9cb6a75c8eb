"""Two people change one thing: nothing is lost, and what both changed is shown side by side."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from newsletter.digest import to_json
from newsletter.issues.revisions import add_revision, digest_of
from newsletter.models import Issue, Revision
from subscribers.models import Category, Publication, Subscription
from tests import builders

from .test_pages import (  # noqa: F401
    DIGEST,
    city,
    client,
    daily,
    hidden,
    issue,
    item_data,
    look,
    nature,
    page,
    publication_data,
    store,
    user,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(daily: Publication) -> Client:  # noqa: F811
    return client(user("alice", daily, "owner"))


@pytest.fixture
def bob(daily: Publication) -> Client:  # noqa: F811
    return client(user("bob", daily, "owner"))


def opened(who: Client, url: str) -> str:
    return hidden(who.get(url).content.decode(), "version")


def item_page(issue: Issue) -> str:  # noqa: F811
    first = issue.items.order_by("number").first()
    assert first is not None
    return page("item", issue, first.pk)


def data(issue: Issue, **changed: str) -> dict[str, str]:  # noqa: F811
    first = issue.items.order_by("number").first()
    assert first is not None
    from newsletter.admin.item_form import ItemForm
    from subscribers.admin.versioned import as_sent

    form = ItemForm(instance=first)
    stored = {
        name: as_sent(field, form.get_initial_for_field(field, name))
        for name, field in form.fields.items()
        if name != "version"
    }
    return {**{k: v for k, v in stored.items() if isinstance(v, str) and v}, **changed}


def test_different_fields_of_one_item_both_stay(alice: Client, bob: Client, issue: Issue) -> None:  # noqa: F811
    url = item_page(issue)
    before = data(issue)
    version = opened(alice, url)
    assert opened(bob, url)
    bob.post(url, {**before, "insight": "Bob's insight.", "version": opened(bob, url)})
    answer = alice.post(url, {**before, "title": "Alice's title", "version": version})
    assert answer.status_code == 302
    first = issue.items.order_by("number").first()
    assert first is not None
    assert (first.title, first.insight) == ("Alice's title", "Bob's insight.")


def test_one_field_of_both_is_shown_side_by_side(alice: Client, bob: Client, issue: Issue) -> None:  # noqa: F811
    url = item_page(issue)
    before = data(issue)
    version = opened(alice, url)
    bob.post(url, {**before, "insight": "Bob <b>wrote</b> this.", "version": opened(bob, url)})
    mine = {**before, "insight": "Alice wrote that.", "title": "Hers", "version": version}
    answer = alice.post(url, mine)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Alice wrote that." in html
    assert escape("Bob <b>wrote</b> this.") in html
    first = issue.items.order_by("number").first()
    assert first is not None
    assert (first.title != "Hers", first.insight) == (True, "Bob <b>wrote</b> this.")
    # Having seen both, she decides: hers, or with the tick, his.
    again = {**mine, "version": hidden(html, "version")}
    assert alice.post(url, {**again, "theirs": "insight"}).status_code == 302
    first.refresh_from_db()
    assert (first.title, first.insight) == ("Hers", "Bob <b>wrote</b> this.")
    later = {**again, "version": opened(alice, url), "insight": "At last."}
    assert alice.post(url, later).status_code == 302
    first.refresh_from_db()
    assert first.insight == "At last."


def test_a_form_that_was_seen_twice_asks_again(alice: Client, bob: Client, issue: Issue) -> None:  # noqa: F811
    """Bob goes on while Alice looks at the comparison: she is asked about that, too."""
    url = item_page(issue)
    before = data(issue)
    version = opened(alice, url)
    bob.post(url, {**before, "insight": "One.", "version": opened(bob, url)})
    mine = {**before, "insight": "Mine.", "version": version}
    seen = hidden(alice.post(url, mine).content.decode(), "version")
    bob.post(url, {**before, "insight": "Two.", "version": opened(bob, url)})
    answer = alice.post(url, {**mine, "version": seen})
    assert answer.status_code == 409
    assert "Two." in answer.content.decode()


def test_the_same_words_of_both_are_no_conflict(alice: Client, bob: Client, issue: Issue) -> None:  # noqa: F811
    url = item_page(issue)
    before = data(issue)
    version = opened(alice, url)
    bob.post(url, {**before, "insight": "The same.", "version": opened(bob, url)})
    answer = alice.post(url, {**before, "insight": "The same.", "version": version})
    assert answer.status_code == 302


def test_line_ends_of_a_browser_are_no_change(alice: Client, bob: Client, issue: Issue) -> None:  # noqa: F811
    first = issue.items.order_by("number").first()
    assert first is not None
    first.body = "One\n\nTwo"
    first.save()
    url = item_page(issue)
    before = data(issue, body="One\r\n\r\nTwo")
    version = opened(alice, url)
    bob.post(url, {**before, "body": "One\r\n\r\nTwo and three", "version": opened(bob, url)})
    assert alice.post(url, {**before, "title": "T", "version": version}).status_code == 302
    first.refresh_from_db()
    assert (first.title, first.body) == ("T", "One\n\nTwo and three")


def test_an_unreadable_version_overwrites_nothing(alice: Client, issue: Issue) -> None:  # noqa: F811
    url = item_page(issue)
    answer = alice.post(url, {**data(issue), "insight": "Mine.", "version": "tampered"})
    assert answer.status_code == 409
    first = issue.items.order_by("number").first()
    assert first is not None
    assert first.insight != "Mine."


def test_a_conflict_takes_no_approval_back(alice: Client, bob: Client, issue: Issue) -> None:  # noqa: F811
    url = item_page(issue)
    before = data(issue)
    version = opened(alice, url)
    bob.post(url, {**before, "insight": "Bob's.", "version": opened(bob, url)})
    approver = user("ann", issue.publication, "approver")
    Issue.objects.filter(pk=issue.pk).update(approved_by=approver)
    revisions = Revision.objects.count()
    assert alice.post(url, {**before, "insight": "A.", "version": version}).status_code == 409
    issue.refresh_from_db()
    assert issue.approved_by == approver
    assert Revision.objects.count() == revisions


def test_an_item_deleted_meanwhile_is_said(alice: Client, bob: Client, issue: Issue) -> None:  # noqa: F811
    url = item_page(issue)
    sent = data(issue, version=opened(alice, url))
    first = issue.items.order_by("number").first()
    assert first is not None
    bob.post(page("order", issue), {"do": "delete", "item": first.pk})
    assert alice.post(url, sent).status_code == 404


def test_an_item_that_somebody_types_in_is_not_deleted(
    alice: Client,
    bob: Client,
    issue: Issue,  # noqa: F811
) -> None:
    """By a button, or by a way back to a version that lacks it."""
    url = item_page(issue)
    first = issue.items.order_by("number").first()
    assert first is not None
    without = to_json(dataclasses.replace(digest_of(issue), items=digest_of(issue).items[1:]))
    old = add_revision(issue, Revision.Kind.EDIT, None, note="", digest=without)
    sent = data(issue, version=opened(alice, url), insight="Half a thought of Alice")
    alice.post(reverse("unsaved"), {**sent, "unsaved": unsaved_key(alice, url)})
    answer = bob.post(page("order", issue), {"do": "delete", "item": first.pk}, follow=True)
    assert "alice has text in item 1 that is not saved yet." in answer.content.decode()
    answer = bob.post(page("restore_revision", issue, old.number), follow=True)
    assert "is hidden, not deleted: somebody has text in it" in answer.content.decode()
    first.refresh_from_db()
    assert first.hidden
    assert "Half a thought of Alice" in alice.get(url).content.decode()


def test_an_item_that_is_brought_back_has_what_was_typed_in_it(
    alice: Client,
    bob: Client,
    issue: Issue,  # noqa: F811
) -> None:
    """What came to the server after the item was deleted is found where it is again."""
    url = item_page(issue)
    first = issue.items.order_by("number").first()
    assert first is not None
    sent = data(issue, version=opened(alice, url), insight="Half a thought of Alice")
    sent["unsaved"] = unsaved_key(alice, url)
    bob.post(page("order", issue), {"do": "delete", "item": first.pk})
    assert alice.post(url, sent).status_code == 404
    bob.post(page("order", issue), {"do": "undo"})
    assert "Half a thought of Alice" in alice.get(url).content.decode()


def unsaved_key(who: Client, url: str) -> str:
    return str(who.get(url).context["unsaved_key"])


def test_the_title_page(alice: Client, bob: Client, issue: Issue) -> None:  # noqa: F811
    builders.tail_link(issue, "Old")
    url = page("about", issue)
    before = {"title": issue.title, "date": "2026-03-02", "listed": "on",
              "tail_lines": "Old | https://example.org/tail"}  # fmt: skip
    version = opened(alice, url)
    bob.post(url, {**before, "subject": "Bob's subject", "version": opened(bob, url)})
    sent = {**before, "date": "2026-03-04", "tail_title": "More", "version": version}
    assert alice.post(url, sent).status_code == 302
    issue.refresh_from_db()
    assert (issue.subject, issue.slug, issue.extra["tail_title"]) == (
        "Bob's subject",
        "2026-03-04",
        "More",
    )
    version = opened(alice, url)
    bob.post(url, {**sent, "subject": "Other", "version": opened(bob, url)})
    answer = alice.post(url, {**sent, "subject": "Hers", "version": version})
    assert answer.status_code == 409


def test_a_category(alice: Client, bob: Client, city: Category) -> None:  # noqa: F811
    url = reverse("admin:subscribers_category_change", args=[city.pk])
    before = {"name": "City", "visibility": "open", "position": "0"}
    version = opened(alice, url)
    bob.post(url, {**before, "description": "Bob's", "version": opened(bob, url)})
    assert alice.post(url, {**before, "colour": "#112233", "version": version}).status_code == 302
    city.refresh_from_db()
    assert (city.description, city.colour) == ("Bob's", "#112233")
    version = opened(alice, url)
    bob.post(url, {**before, "description": "2", "version": opened(bob, url)})
    sent = {**before, "description": "3", "version": version}
    assert alice.post(url, sent).status_code == 409
    city.refresh_from_db()
    assert city.description == "2"


def test_a_publication(alice: Client, bob: Client, daily: Publication) -> None:  # noqa: F811
    url = reverse("admin:subscribers_publication_change", args=[daily.pk])
    before = {**publication_data(daily), "postal_identity": daily.postal_identity}
    version = opened(alice, url)
    bob.post(url, {**before, "reply_to": "bob@harbour.example.org", "version": opened(bob, url)})
    sent = {**before, "postal_identity": "2 Quay Street", "version": version}
    answer = alice.post(url, sent)
    assert answer.status_code == 302, answer.content.decode()
    daily.refresh_from_db()
    assert (daily.reply_to, daily.postal_identity) == ("bob@harbour.example.org", "2 Quay Street")
    answer = alice.post(url, {**sent, "reply_to": "alice@harbour.example.org"})
    assert answer.status_code == 200
    assert "bob@harbour.example.org" in answer.content.decode()
    daily.refresh_from_db()
    assert daily.reply_to == "bob@harbour.example.org"


def test_a_readers_own_change_stays(alice: Client, daily: Publication, city: Category) -> None:  # noqa: F811
    """The page was open while the reader left one category; an editor adds another one."""
    sport = builders.category(daily, "Sport")
    tie = builders.subscription(daily, "reader@example.org", [city])
    url = reverse("admin:subscribers_subscriber_change", args=[tie.subscriber_id])
    before = hidden(alice.get(url).content.decode(), "opened")
    Subscription.objects.filter(pk=tie.pk).update(choice=0)
    choice = reverse("admin:subscribers_subscriber_choice", args=[tie.subscriber_id, tie.pk])
    alice.post(choice, {"c": ["city", "sport"], "opened": before})
    tie.refresh_from_db()
    assert tie.choice == 1 << (sport.bit or 0)


def test_a_program_without_a_version_is_taken_at_its_word(alice: Client, issue: Issue) -> None:  # noqa: F811
    answer: Any = alice.post(item_page(issue), item_data(title="Sent by a script"))
    assert answer.status_code == 302


def test_an_import_meanwhile_and_a_hand_both_stay(
    alice: Client,
    bob: Client,
    daily: Publication,  # noqa: F811
    city: Category,  # noqa: F811
    nature: Category,  # noqa: F811
) -> None:
    store(bob, look(bob, daily, DIGEST))
    issue = Issue.objects.get()  # noqa: F811
    url = item_page(issue)
    sent = data(issue, title="Alice's title", version=opened(alice, url))
    store(bob, look(bob, daily, DIGEST.replace("People cross", "Everybody crosses")))
    assert alice.post(url, sent).status_code == 302
    first = issue.items.order_by("number").first()
    assert first is not None
    assert first.title == "Alice's title"
    assert first.insight == "Everybody crosses the water after ten."
