"""An approval asks again exactly when some reader would get other octets, or others are readers.

What readers would get is worked out here by the way out itself, reader by reader, and compared
before and after each act. The acts go through the rooms that perform them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import importing, rendering, sending
from newsletter.editions import audience, load, pairing
from newsletter.issues import (
    approvals,
    arranging,
    beginning,
    comments,
    deleted,
    quick_mends,
    restoring,
    steps,
    stories,
)
from newsletter.issues.revisions import add_revision
from newsletter.models import Issue, Item, Revision, Slot
from subscribers import categories as life
from subscribers import subscriptions
from subscribers.models import Category, Publication, Role, Subscription
from tests import builders

pytestmark = pytest.mark.django_db

DOCUMENT = """# Harbour Daily - 2026-03-02

## The pier opens

> **Category:** News
> **Source:** [The Paper](https://example.org/pier)

**Insight:** It is long.

**Summary:**

- Where: by the mill

## The ferry sails

> **Category:** Sea
> **Source:** [The Paper](https://example.org/ferry)

**Insight:** It is fast.

---

## More links

- [Tide tables](https://example.org/tide)
- [Weather](https://example.org/weather)
"""


FAST = "**Insight:** It is fast."


class Desk:
    """An imported issue of two items, read by three readers of different choices."""

    def __init__(self) -> None:
        self.publication = builders.publication(needs_approval=True)
        self.news = builders.category(self.publication, "News")
        self.sea = builders.category(self.publication, "Sea")
        self.sport = builders.category(self.publication, "Sport")
        self.approver = self._user("petra", "approver", "editor")
        self.sender = self._user("sam", "sender", "editor")
        self.imported(DOCUMENT)
        builders.subscription(self.publication, "alice@example.org")
        builders.subscription(self.publication, "bob@example.org", [self.news])
        builders.subscription(self.publication, "carol@example.org", [self.sport])
        builders.subscription(self.publication, "dong@example.org", language="zh-Hans")

    def _user(self, name: str, *kinds: str) -> Any:
        user = get_user_model().objects.create_user(name, password="x", is_staff=True)
        for kind in kinds:
            Role.objects.create(user=user, publication=self.publication, kind=kind)
        return user

    def imported(self, text: str) -> None:
        report = importing.import_digest(
            self.publication, text.encode(), "2026-03-02.md", by=self.sender
        )
        assert report.issue is not None, report.problems
        self.pk = report.issue.pk

    @property
    def issue(self) -> Issue:
        return Issue.objects.select_related("publication").get(pk=self.pk)

    def item(self, number: int) -> Item:
        return Item.objects.get(issue=self.pk, number=number)

    def client(self, who: Any) -> Client:
        made = Client()
        made.force_login(who)
        return made

    def gets(self) -> dict[int, tuple[Any, ...]]:
        """Subscription -> subject, headers, HTML and text; who gets nothing is not there."""
        issue = self.issue
        view = stories.marked(load(issue), issue)
        prepared = rendering.prepare(view, issue.publication)
        found = {}
        for tie in Subscription.objects.select_related("subscriber", "publication"):
            if tie.publication_id != issue.publication_id:
                continue
            answer = audience.answer(issue, view.mask, tie)
            if answer.outside or answer.none_because:
                continue
            made = prepared.edition(answer.selection, answer.start)
            # Numbers of rows and anchors within the mail are seen by nobody.
            html = re.sub(r'(id="|name="|#)i\d+', "", made.html)
            found[tie.pk] = (made.subject, made.preheader, made.headers, html, made.text)
        return found

    def asks(self) -> list[str]:
        return approvals.lacking(self.issue)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def fields(**changed: Any) -> Callable[[Desk], object]:
    def act(desk: Desk) -> None:
        Publication.objects.filter(pk=desk.publication.pk).update(**changed)

    return act


def of_category(called: str, /, **changed: Any) -> Callable[[Desk], object]:
    return lambda desk: Category.objects.filter(publication=desk.publication, name=called).update(
        **changed
    )


def document(old: str, new: str) -> Callable[[Desk], object]:
    assert old in DOCUMENT
    return lambda desk: desk.imported(DOCUMENT.replace(old, new))


def by_the_step(act: Callable[[Desk], object]) -> Callable[[Desk], object]:
    def within(desk: Desk) -> None:
        with transaction.atomic(), steps.step(desk.issue, desk.sender, "a step"):
            act(desk)

    return within


def to_and_fro(act: Callable[[Desk], object]) -> Callable[[Desk], object]:
    def both(desk: Desk) -> None:
        by_the_step(act)(desk)
        last = steps.last(desk.issue, desk.sender)
        assert last is not None
        with transaction.atomic():
            assert steps.undo(last) == []

    return both


def a_release_undone(desk: Desk) -> None:
    later = timezone.now() + dt.timedelta(hours=1)
    sending.release(desk.issue, by=desk.sender, at=later)
    sending.reschedule(desk.issue, by=desk.sender, at=later + dt.timedelta(hours=2))
    sending.unschedule(desk.issue, by=desk.sender)


def restored(desk: Desk) -> None:
    first = desk.issue.revisions.order_by("number")[0]
    Item.objects.filter(pk=desk.item(1).pk).update(insight="Another.")
    add_revision(desk.issue, Revision.Kind.EDIT, desk.sender, note="")
    with transaction.atomic():
        restoring.restore(desk.issue, first, desk.sender)


def the_approver_writes(desk: Desk) -> None:
    page = reverse("admin:newsletter_issue_item", args=[desk.pk, desk.item(1).pk])
    who = desk.client(desk.approver)
    html = who.get(page).content.decode()
    version = re.search(r'name="version" value="([^"]*)"', html)
    said = {
        "version": version[1] if version else "", "title": "The pier opens",
        "category": desk.news.pk, "insight": "It is very long.", "bullets": "- Where: by the mill",
        "sources": "[The Paper](https://example.org/pier)",
    }  # fmt: skip
    assert who.post(page, said).status_code == 302


def freed(desk: Desk) -> None:
    life.retire(desk.sea)
    life.free(Category.objects.get(pk=desk.sea.pk))


def merged_in(desk: Desk) -> None:
    life.merge(desk.sport, desk.sea)


def merged_away(desk: Desk) -> None:
    life.merge(desk.sea, desk.sport)


def translated(desk: Desk) -> None:
    other = builders.issue(desk.publication, "2026-03-02", slug="2026-03-02-zh", language="zh-Hans")
    builders.item(other, desk.news, "码头开放")
    pairing.pair(other, desk.issue, by=desk.sender)


def a_deleted_draft_restored(desk: Desk) -> None:
    with transaction.atomic():
        kept = deleted.delete(desk.issue, desk.sender)
    with transaction.atomic():
        desk.pk = deleted.restore(kept).pk


def swap_tail(desk: Desk) -> None:
    links = [
        (one.label, one.url) for one in desk.issue.links.filter(kind="tail").order_by("number")
    ]
    beginning.set_tail(desk.issue, "More links", links[::-1])


def a_hidden_one(desk: Desk) -> None:
    row = arranging.add(desk.issue, desk.item(1), title="Later", category=desk.news)
    Item.objects.filter(pk=row.pk).update(hidden=True)


def moved_elsewhere(desk: Desk) -> None:
    tomorrow = builders.issue(desk.publication, "2026-03-03")
    row = desk.item(2)
    arranging.take_out(row)
    builders.item(tomorrow, desk.sea, row.title)


def follow_up(desk: Desk) -> None:
    before = builders.issue(desk.publication, "2026-03-01", published_at=builders.NOW)
    earlier = builders.item(before, desk.news, "The pier is planned", published_at=builders.NOW)
    stories.decide(desk.issue, desk.item(1), earlier, "follow_up", "sam")


def kept_story(desk: Desk) -> None:
    before = builders.issue(desk.publication, "2026-03-01", published_at=builders.NOW)
    earlier = builders.item(before, desk.news, "The pier is planned", published_at=builders.NOW)
    stories.decide(desk.issue, desk.item(1), earlier, "keep", "sam")


def roles(**kinds: Any) -> Callable[[Desk], object]:
    return lambda desk: Role.objects.filter(user=desk.approver, **kinds).delete()


def inactive(desk: Desk) -> None:
    get_user_model().objects.filter(pk=desk.approver.pk).update(is_active=False)


def no_staff(desk: Desk) -> None:
    get_user_model().objects.filter(pk=desk.approver.pk).update(is_staff=False)


def gone(desk: Desk) -> None:
    desk.approver.delete()


def sent_back(desk: Desk) -> None:
    page = reverse("admin:newsletter_issue_approve", args=[desk.pk])
    assert (
        desk.client(desk.approver).post(page, {"what": "back", "words": "No."}).status_code == 302
    )


def commented(desk: Desk) -> None:
    comments.add(desk.issue, "Fine by me.", by=desk.sender, item=desk.item(1))


def reader_changes(desk: Desk) -> None:
    tie = Subscription.objects.get(subscriber__address="bob@example.org")
    subscriptions.pause(tie, timezone.now() + dt.timedelta(days=9), form="admin", network="")


def sister_settings(desk: Desk) -> None:
    fields(sister_of=builders.publication("zeitung", language="de"))(desk)


ACTS: dict[str, Callable[[Desk], object]] = {
    # What a mail shows.
    "colour of a category": of_category("News", colour="#aa0000"),
    "name of a category in the issue's language": of_category(
        "News", translations={"en": {"name": "Town"}}
    ),
    "name of a category in another language": of_category(
        "News", translations={"de": {"name": "Stadt"}}
    ),
    "description of a category": of_category("News", description="Of the town"),
    "hidden category": of_category("Sea", visibility="hidden"),
    "a category not in it": of_category("Sport", name="Games", colour="#00aa00"),
    "retired category": lambda desk: life.retire(desk.sea),
    "retired and freed": freed,
    "renamed by its page": lambda desk: life.rename(desk.sea, "Water"),
    "merged into another": merged_away,
    "another merged into it": merged_in,
    "imprint where there was none": fields(imprint="Harbour Press"),
    "privacy text where there was none": fields(privacy="We keep little."),
    "closed for new readers": fields(open=False),
    "description of the publication": fields(description="All of it"),
    "name in the issue's language": fields(translations={"en": {"name": "The Daily"}}),
    "style": fields(theme={"style": "essay"}),
    "colours": fields(theme={"accent": "#005577"}),
    "for readers only": fields(readers_only=True),
    "hub": fields(hub_url="https://hub.example.org/"),
    "address of the issue": lambda d: Issue.objects.filter(pk=d.pk).update(slug="2026-03-02-x"),
    "dated by one click": lambda d: quick_mends.mend(d.issue, "not-today", dt.date(2026, 3, 3)),
    "order of the tail": swap_tail,
    # Items.
    "joined": by_the_step(lambda desk: arranging.merge_up(desk.item(2))),
    "doubled": by_the_step(lambda desk: arranging.duplicate(desk.item(2))),
    "moved up": by_the_step(lambda desk: arranging.move_to(desk.item(2), 1)),
    "moved and undone": to_and_fro(lambda desk: arranging.move_to(desk.item(2), 1)),
    "taken out and undone": to_and_fro(lambda desk: arranging.take_out(desk.item(2))),
    "a hidden one before it": a_hidden_one,
    "into tomorrow's issue": moved_elsewhere,
    "line of the document": lambda desk: Item.objects.filter(issue=desk.pk).update(line=77),
    "follow-up": follow_up,
    "kept story": kept_story,
    # Documents.
    "the same document again": document("It is long.", "It is long."),
    "another insight": document("It is long.", "It is short."),
    "another source": document("example.org/pier", "example.org/pier2"),
    "another category": document("**Category:** Sea", "**Category:** News"),
    "an item less": document("## More links", "## Other links"),
    "notes of a generator": document(FAST, f"<!-- x -->\n\n{FAST}"),
    # Versions and releases.
    "restored as it was": restored,
    "release undone": a_release_undone,
    "draft deleted and restored": a_deleted_draft_restored,
    "the approver writes": the_approver_writes,
    # Pairs and readers.
    "translation": translated,
    "sister": sister_settings,
    "a reader pauses": reader_changes,
    "comment": commented,
    "slot": lambda d: Slot.objects.create(publication=d.publication, weekdays=127, at=dt.time(22)),
}  # fmt: skip


# What none of these four readers gets is different, but by what rule they are chosen, or where the
# mail leads; and a draft that was deleted was given up.
ASKS_ALL_THE_SAME = {"hidden category", "for readers only", "sister", "draft deleted and restored"}
# Readers come and go without asking anybody.
ASKS_NOTHING = {"a reader pauses"}


@pytest.mark.parametrize("name", ACTS)
def test_it_asks_when_and_only_when_readers_would_get_something_else(desk: Desk, name: str) -> None:
    sending.approve(desk.issue, by=desk.approver)
    before = desk.gets()
    assert len(before) == 3 and desk.asks() == []
    ACTS[name](desk)
    desk.publication.refresh_from_db()
    after = desk.gets()
    asked = desk.asks()
    if name in ASKS_ALL_THE_SAME or name in ASKS_NOTHING:
        assert bool(asked) == (name in ASKS_ALL_THE_SAME)
    else:
        assert bool(asked) == (before != after), asked


@pytest.mark.parametrize("act", [roles(kind="approver"), inactive, no_staff, gone, sent_back])
def test_a_yes_of_somebody_who_may_not_or_took_it_back_is_none(
    desk: Desk, act: Callable[[Desk], object]
) -> None:
    sending.approve(desk.issue, by=desk.approver)
    act(desk)
    assert desk.asks()
    with pytest.raises(sending.ActRefused):
        sending.release(desk.issue, by=desk.sender)
