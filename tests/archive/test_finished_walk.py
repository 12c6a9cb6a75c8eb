"""No stored page is ever older than the rows it shows: every column of every model is changed.

The walk builds every address, notes which tables that reads, and changes each column of each of
them by hand, behind the back of all our code. What the store then hands out must be what a fresh
build gives. A model that pages begin to read, or a column that is wrongly called unseen, fails.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from unittest import mock

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newsletter.archive.finished import serving
from newsletter.editions import search
from newsletter.models import (
    Issue,
    Item,
    Link,
    Revision,
    SearchEntry,
    ToldBefore,
    Withdrawal,
    change_triggers,
)
from subscribers.models import Category, Publication
from tests import builders
from tests.committed import COMMITTED

pytestmark = COMMITTED

MODELS: tuple[type[models.Model], ...] = (
    Publication, Category, Issue, Item, Link, Revision, Withdrawal,
    ToldBefore, SearchEntry,
)  # fmt: skip
MONDAY = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
TUESDAY = MONDAY + dt.timedelta(days=1)
# One of every kind; two issues, a translation in a sister publication, and one that remembers
# the stories of the first.
ADDRESSES = (
    "/", "/opml", "/sitemap.xml", "/daily/", "/daily/look.css", "/daily/sitemap.xml",
    "/daily/feeds/", "/daily/feed.atom", "/daily/items.atom", "/daily/feed.json?month=2026-03",
    "/gang/",
    "/daily/c/ships/",
    "/daily/feed.rss?category=ships&category=tides", "/daily/2026-03-02/", "/daily/2026-03-03/",
    "/daily/2026-03-04/",
    "/gang/2026-03-02/", "/gang/feed.json",
    "/daily/months/", "/daily/months/2026-03/", "/daily/sources/example.org/",
    "/daily/2026-03-02/item-1/", "/daily/2026-03-04/item-1/", "/gang/2026-03-02/item-1/",
    "/fleet/2026-03-05/", "/fleet/2026-03-05/item-1/", "/fleet/items.atom",
)  # fmt: skip


@pytest.fixture
def site(db: None) -> dict[type[models.Model], list[models.Model]]:
    """Two publications; an issue with a correction, its translation, and what corrects it. A third
    goes on with its stories."""
    daily = builders.publication()
    gang = builders.publication("gang", language="zh-Hans", sister_of=daily)
    ships, tides = builders.category(daily, "Ships"), builders.category(daily, "Tides")
    old = builders.category(daily, "Old", merged_into=ships, retired_at=MONDAY)
    harbour = builders.category(gang, "港口", slug="port")
    first = builders.issue(
        daily, "2026-03-02", state="archived", published_at=MONDAY, intro="Of the harbour."
    )
    second = builders.issue(daily, "2026-03-03", state="archived", published_at=TUESDAY)
    third = builders.issue(
        daily, "2026-03-04", kind="correction", corrects=first, state="archived",
        published_at=TUESDAY + dt.timedelta(days=1),
    )  # fmt: skip
    other = builders.issue(
        gang, "2026-03-02", original=first, state="archived", published_at=MONDAY
    )
    items = [
        builders.item(first, ships, "A ship", published_at=MONDAY, corrected_at=TUESDAY,
                      body="It came in.", extra={"note": "seen"}, score=2.0),
        builders.item(first, old, "An old one", published_at=MONDAY),
        builders.item(second, tides, "A tide", published_at=TUESDAY),
        builders.item(third, ships, "Again", published_at=TUESDAY),
        builders.item(other, harbour, "一艘船", published_at=MONDAY),
    ]  # fmt: skip
    Item.objects.filter(pk=items[2].pk).update(follows=items[0])
    search.write(Item.objects.all())
    again = ToldBefore.objects.create(item=items[3], earlier=items[0])
    fleet = builders.publication("fleet")
    later = builders.issue(
        fleet, "2026-03-05", state="archived", published_at=TUESDAY + dt.timedelta(days=2)
    )
    crews = builders.category(fleet, "Crews")
    update = builders.item(later, crews, "A ship, and its crew", follows=items[0],
                           published_at=TUESDAY + dt.timedelta(days=2))  # fmt: skip
    ToldBefore.objects.create(item=update, earlier=items[2])
    builders.tail_link(first, "More")
    note = Revision.objects.create(
        issue=first, number=1, kind="correction", note="It was two ships.", item=items[0]
    )
    gone = Withdrawal.objects.create(
        issue=first, item=items[1], by="uma", note="It was not ours.", was_public=True
    )
    return {
        Publication: [daily, gang], Category: [ships, old, harbour],
        Issue: [first, second, other], Item: items[:1],
        Link: [Link.objects.get(item=items[0]), Link.objects.get(kind="tail")], Revision: [note],
        Withdrawal: [gone], ToldBefore: [again],
        SearchEntry: [SearchEntry.objects.get(item=items[0])],
    }  # fmt: skip


def pages(client: Client) -> dict[str, tuple[int, bytes]]:
    """What each address answers, from the store where it is there."""
    found = {}
    for address in ADDRESSES:
        response = client.get(address)
        found[address] = (response.status_code, response.content)
    return found


def fresh(client: Client) -> dict[str, tuple[int, bytes]]:
    """The same, all of it built now."""
    serving.clear()
    return pages(client)


def handed_out(client: Client) -> dict[str, bytes]:
    """What the store answers as the rows are now; what it would have built is not built."""
    with mock.patch.object(serving, "_build", lambda *_: HttpResponse(status=204)):
        answers = {address: client.get(address) for address in ADDRESSES}
    return {one: it.content for one, it in answers.items() if it.status_code == 200}


def stale(client: Client, stored: dict[str, bytes] | None = None) -> list[str]:
    """The addresses that the store answers otherwise than a fresh build would."""
    stored = handed_out(client) if stored is None else stored
    serving.clear()
    return [one for one, octets in stored.items() if client.get(one).content != octets]


_JSON: dict[str, Any] = {
    "theme": {"accent": "#123456"},
    "translations": {"zh-Hans": {"name": "新的", "description": "新"}, "en": {"name": "New"}},
    "labels": {"category": ["Desk"]},
    "aliases": ["Another"],
    "extra": {"note": "new"},
    "bullets": [{"lead": "New", "text": "thing"}],
    "problems": [{"code": "new"}],
    "digest": {"title": "new"},
}


def others(row: models.Model, field: models.Field[Any, Any]) -> Iterator[Any]:
    """Values of that column the row does not have, the likeliest to be allowed first."""
    old = getattr(row, field.attname)
    if field.choices:
        yield from (value for value, _label in field.choices if value != old)
    elif isinstance(field, models.ForeignKey):
        known = field.related_model._base_manager.exclude(pk=old).exclude(pk=row.pk)  # type: ignore[union-attr]
        if field.null and old is not None:
            yield None
        yield from known.values_list("pk", flat=True)[:3]
    elif isinstance(field, models.BooleanField):
        yield not old
    elif isinstance(field, models.JSONField):
        yield _JSON.get(field.name, {})
    elif isinstance(field, models.DateTimeField):
        yield (old or MONDAY) + dt.timedelta(hours=5)
        if field.null:
            yield None
    elif isinstance(field, models.DateField):
        yield (old or MONDAY.date()) + dt.timedelta(days=40)
    elif isinstance(field, models.TimeField):
        yield dt.time(3, 4)
    elif isinstance(field, models.UUIDField):
        yield "12345678123456781234567812345678"
    elif isinstance(field, models.FloatField | models.IntegerField):
        yield from ((old or 0) + 7, (old or 0) - 1)  # An hour of the day ends at 23.
    elif field.name in ("language", "time_zone"):
        yield {"language": "zh-Hans", "time_zone": "Asia/Tokyo"}[field.name]
        yield {"language": "en", "time_zone": "UTC"}[field.name]
    elif field.name == "colour":
        yield "#ff0000"
    elif field.name == "url":
        yield "https://example.org/elsewhere"
    elif isinstance(field, models.EmailField):
        yield "new@example.org"
    else:
        yield f"new-{old}"[: field.max_length]


# What no update changes: keys, and what the database refuses alone.
UNCHANGED = {
    "publication.id", "category.id", "issue.id", "item.id", "link.id", "revision.id",
    "withdrawal.id", "toldbefore.id", "searchentry.place", "searchentry.item",
    "publication.send_from", "publication.send_until",  # Both or neither.
    "issue.recipients", "issue.sent", "issue.deferred", "issue.failed", "issue.in_doubt",
    "issue.skipped", "issue.suppressed", "issue.cancelled", "issue.frozen_at", "issue.rehearses",
    "issue.rehearsed_to", "issue.frozen", "issue.mailed", "issue.mending",
    "revision.by", "revision.mail", "issue.approved_by", "issue.released_by",  # Nobody else there.
    "category.publication", "issue.publication",  # Names and bits are taken there.
    "revision.issue", "item.issue", "link.issue", "link.kind",
}  # fmt: skip


def _walked(model: type[models.Model]) -> Any:
    """On PostgreSQL the columns take minutes; they are the same, and walked there when asked for.
    That its triggers note a change of each table, the rows that come and go show."""
    again = connection.vendor == "postgresql"
    return pytest.param(model, marks=[pytest.mark.long] if again else [])


@pytest.mark.parametrize(
    "model", [_walked(model) for model in MODELS], ids=lambda model: model.__name__.lower()
)
def test_no_change_of_any_column_leaves_a_page_stale(
    client: Client, site: dict[type[models.Model], list[models.Model]], model: type[models.Model]
) -> None:
    fresh(client)
    full = dict(serving.STORE._entries)
    row = site[model][0]
    everything = handed_out(client)
    found: list[str] = []
    unchanged: set[str] = set()
    unseen: dict[str, Any] = {}

    def walk(changed: dict[str, Any], name: str) -> None:
        with transaction.atomic():
            model._base_manager.filter(pk=row.pk).update(**changed)
            stored = handed_out(client)
            if stored.keys() == everything.keys() and name:
                unseen.update(changed)  # Built anew with all that no page shows, below.
            else:
                found.extend(f"{name or changed}: {address}" for address in stale(client, stored))
            raise _Undo

    for field in model._meta.concrete_fields:
        name = f"{model._meta.model_name}.{field.name}"
        unchanged.add(name)
        for value in others(row, field) if not field.primary_key else ():
            try:
                walk({field.attname: value}, f"{name}={value!r}")
            except _Undo:
                unchanged.remove(name)
                _as_before(client, full)
                break
            except IntegrityError:
                continue
    # All of them at once: were one shown after all, the fresh page would differ.
    with suppress(_Undo):
        walk(unseen, "")
    assert found == []
    assert unchanged <= UNCHANGED


def _as_before(client: Client, full: dict[Any, Any]) -> None:
    """As if nothing had been changed, and all of it stored."""
    serving.clear()
    client.get("/healthz")
    serving.CHANGES.may_serve()
    serving.STORE._entries.update(full)


class _Undo(Exception):
    """Takes a change back."""


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__.lower())
def test_no_row_that_goes_leaves_a_page_stale(
    client: Client, site: dict[type[models.Model], list[models.Model]], model: type[models.Model]
) -> None:
    """Deleted as an ORM cascade does, and rows that come: those of the fixture, put back."""
    fresh(client)
    for row in site[model]:
        try:
            with transaction.atomic():
                row.delete()
                assert stale(client) == []
                raise _Undo
        except (_Undo, models.ProtectedError, models.RestrictedError):
            fresh(client)


def test_new_rows_of_every_kind_are_shown(
    client: Client, site: dict[type[models.Model], list[models.Model]]
) -> None:
    fresh(client)
    daily = site[Publication][0]
    first = site[Issue][0]
    makers = [
        lambda: builders.publication("third"),
        lambda: builders.category(daily, "Wind"),
        lambda: builders.issue(daily, "2026-03-09", state="archived", published_at=TUESDAY),
        lambda: builders.item(first, site[Category][0], "New", published_at=MONDAY, url=""),
        lambda: builders.tail_link(first, "One more"),
        lambda: Revision.objects.create(issue=first, number=9, kind="correction", note="Again."),
        lambda: Withdrawal.objects.create(
            issue=first, item=site[Item][0], note="Nor was this.", was_public=True
        ),
        lambda: ToldBefore.objects.create(
            item=Item.objects.get(title="A tide"), earlier=Item.objects.get(title="Again")
        ),
        lambda: builders.issue(
            site[Publication][1], "2026-03-08", original=site[Issue][1], published_at=TUESDAY,
            state="archived",
        ),
    ]  # fmt: skip
    for make in makers:
        before = pages(client)
        make()
        assert pages(client) != before
        assert stale(client) == []


def test_pages_read_no_table_that_is_not_watched(client: Client, site: Any) -> None:
    serving.clear()
    with CaptureQueriesContext(connection) as queries:
        pages(client)
    read = {
        name
        for query in queries.captured_queries
        for name in re.findall(
            r'(?:FROM|JOIN) "?((?:newsletter|subscribers)_\w+)', str(query["sql"])
        )
    }
    watched = {rule.model._meta.db_table for rule in change_triggers.rules()}
    # SQLite's index over the entries of the search is kept by triggers of its own.
    assert read - {"newsletter_change", "newsletter_searchindex"} == watched
