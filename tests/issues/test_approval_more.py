"""More ways in which an approved issue comes to be another: by hand, by a click, by others.

As in `test_approval_outcome`, what readers would get is made before and after each act.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from newsletter import sending
from newsletter.editions import pairing
from newsletter.issues import arranging, quick_mends, steps
from newsletter.issues.beginning import set_tail
from newsletter.models import Issue, Item, Link
from subscribers import categories as life
from subscribers.models import Category
from tests import builders

from .test_approval_outcome import (
    Desk,
    by_the_step,
    desk,
    document,
    fields,
    of_category,
    to_and_fro,
)

pytestmark = pytest.mark.django_db
__all__ = ["desk"]


def items(number: int, **changed: Any) -> Callable[[Desk], object]:
    return lambda desk: Item.objects.filter(issue=desk.pk, number=number).update(**changed)


def issues(**changed: Any) -> Callable[[Desk], object]:
    return lambda desk: Issue.objects.filter(pk=desk.pk).update(**changed)


def pressed(what: str, **more: str) -> Callable[[Desk], object]:
    def act(desk: Desk) -> None:
        page = reverse("admin:newsletter_issue_order", args=[desk.pk])
        data = {"do": what, "item": desk.item(2).pk, **more}
        assert desk.client(desk.sender).post(page, data).status_code == 302

    return act


def filed(desk: Desk) -> None:
    pressed("file", category=str(desk.sport.pk))(desk)


def texts_swapped(desk: Desk) -> None:
    one, two = desk.item(1).insight, desk.item(2).insight
    items(1, insight=two)(desk)
    items(2, insight=one)(desk)


def sources_swapped(desk: Desk) -> None:
    Link.objects.filter(item=desk.item(1), kind="source").update(number=2)
    Link.objects.create(issue=desk.issue, item=desk.item(1), kind="source", number=1,
                        label="The Tide", url="https://example.org/tide-pier")  # fmt: skip


def taken_out_and_written_again(desk: Desk) -> None:
    row = desk.item(2)
    said = {"title": row.title, "insight": row.insight}
    by_the_step(lambda desk: arranging.take_out(row))(desk)
    by_the_step(lambda desk: arranging.add(desk.issue, category=desk.sea, **said))(desk)


def parted(desk: Desk) -> None:
    items(1, body="One.\n\nTwo.\n\nThree.")(desk)
    sending.approve(desk.issue, by=desk.approver)
    by_the_step(lambda desk: arranging.split(desk.item(1), 2))(desk)


def hidden_and_shown(desk: Desk) -> None:
    pressed("hide")(desk)
    pressed("show")(desk)


def undone_by_another(desk: Desk) -> None:
    with transaction.atomic(), steps.step(desk.issue, desk.approver, "a step"):
        arranging.duplicate(desk.item(1))
    sending.approve(desk.issue, by=desk.approver)
    last = steps.last(desk.issue, desk.approver)
    assert last is not None
    with transaction.atomic():
        steps.undo(last)


def title_by_a_click(desk: Desk) -> None:
    issues(title="Harbour Daily - 2026-03-09")(desk)
    sending.approve(desk.issue, by=desk.approver)
    assert quick_mends.mend(desk.issue, "title-date", dt.date(2026, 3, 2))


def invisible_by_a_click(desk: Desk) -> None:
    items(1, insight="It is\u202e long.")(desk)
    sending.approve(desk.issue, by=desk.approver)
    assert quick_mends.mend(desk.issue, "invisible", dt.date(2026, 3, 2))


def given_by_a_program(desk: Desk) -> None:
    page = reverse("admin:newsletter_issue_about", args=[desk.pk])
    said = {"title": desk.issue.title, "date": "2026-03-02", "listed": "on",
            "intro": "Good morning, all.", "tail_lines": ""}  # fmt: skip
    assert desk.client(desk.sender).post(page, said).status_code == 302


def a_free_bit(desk: Desk) -> None:
    life.retire(desk.sport)
    life.free(Category.objects.get(pk=desk.sport.pk))
    builders.category(desk.publication, "Weather")


def memory_emptied(desk: Desk) -> None:
    desk.publication.memory_of.add(builders.publication("evening"))
    fields(leave_out_told=True)(desk)
    sending.approve(desk.issue, by=desk.approver)
    desk.publication.memory_of.clear()


def parted_from_its_translation(desk: Desk) -> None:
    other = builders.issue(desk.publication, "2026-03-02", slug="2026-03-02-zh", language="zh-Hans")
    builders.item(other, desk.news, "码头开放")
    pairing.pair(other, desk.issue, by=desk.sender)
    sending.approve(desk.issue, by=desk.approver)
    pairing.part(Issue.objects.get(pk=other.pk), by=desk.sender)


def language_said_otherwise(desk: Desk) -> None:
    issues(language="en-GB")(desk)


ACTS: dict[str, Callable[[Desk], object]] = {
    "address name of a category": of_category("News", slug="town"),
    "other names of a category": of_category("News", aliases=["Town"]),
    "place of a category": of_category("Sport", position=7),
    "filed by a button": filed,
    "hidden by a button": pressed("hide"),
    "copied by a button": pressed("duplicate"),
    "moved by a button": pressed("to", place="1"),
    "hidden and shown": hidden_and_shown,
    "texts of two items changed places": texts_swapped,
    "another source before the first": sources_swapped,
    "a source without its address": lambda d: Link.objects.filter(item=d.item(1)).update(url=""),
    "taken out and written again": taken_out_and_written_again,
    "parted": parted,
    "copied and undone": to_and_fro(lambda desk: arranging.duplicate(desk.item(1))),
    "a copy of before the yes taken back": undone_by_another,
    "title by one click": title_by_a_click,
    "invisible letters by one click": invisible_by_a_click,
    "introduction on the title page": given_by_a_program,
    "no tail": lambda d: set_tail(d.issue, "", []),
    "label of a tail link": lambda d: d.issue.links.filter(kind="tail").update(label="Elsewhere"),
    "anchor of an item": items(1, anchor="pier-2"),
    "points within a point": items(
        1, bullets=[{"lead": "Where", "text": "by the mill", "children": [{"text": "north"}]}]
    ),
    "a point in other letters": items(1, bullets=[{"lead": "Where", "text": "by the Mill"}]),
    "an invisible letter": items(2, insight="It is\u00adfast."),
    "a space": items(2, insight="It is  fast."),
    "a date of an item": items(2, date=dt.date(2026, 3, 1)),
    "another picture": items(1, picture="0" * 32 + "-640x480.jpg", picture_alt="A pier"),
    "name of an edition": issues(edition="evening"),
    "language said otherwise": language_said_otherwise,
    "out of the archive": issues(listed=False),
    "address name of the publication": fields(slug="harbour-daily"),
    "no reply": fields(reply_to="desk@harbour.example.org"),
    "a freed place taken": a_free_bit,
    "memory of another publication emptied": memory_emptied,
    "parted from its translation": parted_from_its_translation,
    "document with another tail": document("https://example.org/tide", "https://example.org/tide2"),
    "document with another title": document("# Harbour Daily -", "# Harbour Weekly -"),
    "document in another order of points": document("- Where: by the mill",
                                                    "- When: today\n- Where: by the mill"),
}  # fmt: skip

# Another item with the same words is another item; what was mended to be as it was before, what
# stands on the site alone, and a rule by which nobody happens to be chosen ask as well.
ASKS_ALL_THE_SAME = {
    "hidden and shown", "a copy of before the yes taken back", "title by one click",
    "anchor of an item", "a date of an item", "memory of another publication emptied",
    "parted from its translation", "invisible letters by one click",
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_it_asks_whenever_readers_would_get_something_else(desk: Desk, name: str) -> None:
    sending.approve(desk.issue, by=desk.approver)
    before = desk.gets()
    ACTS[name](desk)
    desk.publication.refresh_from_db()
    after = desk.gets()
    asked = bool(desk.asks())
    assert asked == (before != after or name in ASKS_ALL_THE_SAME), desk.asks()
