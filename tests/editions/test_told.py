"""What had reached a reader before is left out of their edition: SQL, Python, plan and freeze."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from newsletter import editions, sending
from newsletter.editions import audience, reached
from newsletter.importing import link_key
from newsletter.issues import stories, twins
from newsletter.models import PLACES, Chunk, Delivery, Edition, Issue, Item, Link, Outcome, Worker
from subscribers.models import Publication, Subscription
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)

NOW = dt.datetime(2026, 3, 4, 9, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
FERRY, YARD, CORN = "Night ferry starts in spring", "The new yard opens", "Corn is up again"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as moment:
        yield moment


@pytest.fixture
def daily() -> Publication:
    made = builders.publication(leave_out_told=True)
    for name in ("Ships", "Trade"):
        builders.category(made, name)
    return made


def issue(daily: Publication, date: str, *titles: str) -> Issue:
    """Ships are told of ferries and yards, trade of corn; a title has one page in every issue."""
    made = builders.issue(daily, date)
    for title in titles:
        category = daily.categories.get(name="Trade" if title == CORN else "Ships")
        url = f"https://example.org/{title.replace(' ', '-')}"
        item = builders.item(made, category, title, url=url)
        Link.objects.filter(item=item).update(url_key=link_key(url))
    return made


def confirmed(made: Issue) -> None:
    """A person says that it may go although another issue tells the same."""
    for twin in twins.unconfirmed(made):
        twins.confirm(made, twin.slug, "alice")


def mailed(made: Issue, **outcomes: str) -> Issue:
    """Freeze it and write what became of it: name -> state; without one nothing did yet."""
    confirmed(made)
    sending.release(made, by="alice", now=True)
    assert sending.freeze(made.pk)
    for name, state in outcomes.items():
        delivery = Delivery.objects.get(
            issue=made, subscription__subscriber__address=f"{name}@example.org"
        )
        Outcome.objects.create(delivery=delivery, round=1, state=state)
    return made


def reader(daily: Publication, name: str, *categories: str) -> Subscription:
    chosen = [daily.categories.get(name=one) for one in categories] or None
    return builders.subscription(daily, f"{name}@example.org", chosen)


def gets(made: Issue) -> dict[str, list[str] | str]:
    """Name -> the titles of the reader's edition, or why none. Plan, SQL and Python must agree
    with the freeze."""
    view = stories.marked(editions.load(made), made)
    asked = reached.starts_of(made, view)
    planned = sending.plan(made)
    ties = Subscription.objects.filter(publication=made.publication).select_related(
        "subscriber", "publication"
    )
    said = {tie.pk: audience.answer(made, view.mask, tie, asked) for tie in ties}
    source = audience.readers(audience.audience_of(made, view.mask, asked), timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, none, picked, start FROM ({source.sql}) q", source.params)
        for pk, none, picked, start in cursor.fetchall():
            got = said[pk]
            assert got.none_because == audience.REASONS[none]
            assert none or (got.selection, got.start) == (picked, start)
    confirmed(made)
    sending.release(made, by="alice", now=True)
    assert sending.freeze(made.pk)
    titles = dict(Item.objects.values_list("pk", "title"))
    found: dict[str, list[str] | str] = {}
    for delivery in Delivery.objects.filter(issue=made).select_related(
        "edition", "subscription__subscriber"
    ):
        one, got = delivery.edition, said[delivery.subscription_id]
        assert (one.none_because, one.selection, one.start) == (
            got.none_because, got.selection, 0 if got.none_because else got.start,
        )  # fmt: skip
        name = delivery.subscription.subscriber.address.partition("@")[0]
        found[name] = one.none_because or [titles[pk] for pk in one.items]
    made.refresh_from_db()
    counted = [one for one in found.values() if isinstance(one, str)]
    assert planned.none == {reason: counted.count(reason) for reason in set(counted)}
    assert planned.mails == len(found) - len(counted)
    return found


def test_who_had_it_gets_the_rest(daily: Publication) -> None:
    for name, *chosen in (
        ("had",), ("doubt",), ("failed",), ("skipped",), ("waiting",),
        ("ships", "Ships"), ("trade", "Trade"),
    ):  # fmt: skip
        reader(daily, name, *chosen)
    first = issue(daily, "2026-03-02", FERRY, CORN)
    mailed(first, had="sent", doubt="in_doubt", failed="failed", skipped="skipped", ships="sent",
           trade="sent")  # fmt: skip
    reader(daily, "joined")
    second = issue(daily, "2026-03-04", FERRY, YARD)
    both = [FERRY, YARD]
    assert gets(second) == {
        "had": [YARD], "doubt": [YARD], "ships": [YARD], "failed": both, "skipped": both,
        "waiting": both, "joined": both, "trade": "no_item",
    }  # fmt: skip
    assert sending.ledger(second)["skipped"] == 1


def test_who_had_all_of_it_gets_no_mail_and_the_ledger_says_so(daily: Publication) -> None:
    reader(daily, "ships", "Ships")
    reader(daily, "both")
    mailed(issue(daily, "2026-03-02", FERRY), ships="sent", both="sent")
    second = issue(daily, "2026-03-04", FERRY, CORN)
    assert gets(second) == {"ships": "told", "both": [CORN]}
    assert sending.ledger(second)["skipped"] == 1
    told = Edition.objects.get(issue=second, none_because="told")
    assert (told.readers, str(told.get_none_because_display())) == (
        1,
        "all of it had reached them before",
    )


def test_only_where_the_publication_says_so(daily: Publication) -> None:
    Publication.objects.update(leave_out_told=False)
    daily.refresh_from_db()
    reader(daily, "had")
    mailed(issue(daily, "2026-03-02", FERRY), had="sent")
    assert gets(issue(daily, "2026-03-04", FERRY, CORN)) == {"had": [FERRY, CORN]}


def test_a_follow_up_is_not_the_same(daily: Publication) -> None:
    reader(daily, "had")
    first = mailed(issue(daily, "2026-03-02", FERRY), had="sent")
    second = issue(daily, "2026-03-04", FERRY, CORN)
    stories.decide(second, second.items.get(number=1), first.items.get(), "follow_up", "erin")
    assert gets(second) == {"had": [FERRY, CORN]}


def test_two_issues_held_a_part_each(daily: Publication) -> None:
    reader(daily, "had")
    mailed(issue(daily, "2026-03-01", FERRY, CORN), had="sent")
    mailed(issue(daily, "2026-03-02", FERRY), had="sent")
    mailed(issue(daily, "2026-03-03", YARD), had="failed")
    second = issue(daily, "2026-03-04", FERRY, YARD, "Something new")
    assert gets(second) == {"had": [YARD, "Something new"]}


def test_what_is_on_the_wire_may_have_reached(daily: Publication) -> None:
    reader(daily, "flying")
    first = mailed(issue(daily, "2026-03-02", FERRY))
    chunk = Chunk.objects.get(issue=first)
    Chunk.objects.filter(pk=chunk.pk).update(window=[1], state="leased", **lease())
    second = issue(daily, "2026-03-04", FERRY, CORN)
    assert gets(second) == {"flying": [CORN]}
    assert Delivery.objects.get(issue=first).pk == first.pk * PLACES + 1


def lease() -> dict[str, Any]:
    """The columns of a chunk that a worker holds."""
    owner = Worker.objects.create(**{
        field.name: NOW
        for field in Worker._meta.fields
        if field.get_internal_type() == "DateTimeField" and not field.null
    })  # fmt: skip
    return {"owner": owner, "epoch": 1, "lease_until": NOW + DAY}


def test_another_publication(daily: Publication) -> None:
    sister = builders.publication("evening", leave_out_told=True)
    for name in ("Ships", "Trade"):
        builders.category(sister, name)
    for name in ("both", "evening"):
        reader(sister, name)
    for name in ("both", "daily"):
        reader(daily, name)
    mailed(issue(sister, "2026-03-02", FERRY), both="sent", evening="sent")
    daily.memory_of.add(sister)
    assert gets(issue(daily, "2026-03-04", FERRY, CORN)) == {
        "both": [CORN],
        "daily": [FERRY, CORN],
    }


def test_a_round_up_brought_it(daily: Publication) -> None:
    Publication.objects.update(roundup="weekly")
    daily.refresh_from_db()
    reader(daily, "single")
    weekly = reader(daily, "weekly")
    Subscription.objects.filter(pk=weekly.pk).update(rhythm="weekly")
    first = mailed(issue(daily, "2026-03-02", FERRY), single="failed")
    made = builders.issue(daily, "2026-03-03", slug="week", kind="roundup")
    copy = builders.item(
        made, daily.categories.get(name="Ships"), FERRY, url=None, copied_from=first.items.get()
    )
    edition = Edition.objects.create(issue=made, selection=1, items=[copy.pk], readers=1)
    delivery = Delivery.objects.create(
        id=made.pk * PLACES + 1, issue=made, subscription=weekly, edition=edition
    )
    Outcome.objects.create(delivery=delivery, round=1, state="sent")
    Subscription.objects.filter(pk=weekly.pk).update(rhythm="every")
    assert gets(issue(daily, "2026-03-04", FERRY, CORN)) == {
        "single": [FERRY, CORN],
        "weekly": [CORN],
    }


def test_a_later_wave_leaves_out_the_same(daily: Publication) -> None:
    reader(daily, "had")
    mailed(issue(daily, "2026-03-02", FERRY), had="sent")
    second = mailed(issue(daily, "2026-03-04", FERRY, CORN), had="sent")
    Chunk.objects.filter(issue=second).update(state="done", sent=1)
    Issue.objects.filter(pk=second.pk).update(state="sent", finished_at=NOW, sent=1)
    late = reader(daily, "late")
    first = Issue.objects.get(slug="2026-03-02")
    edition = Edition.objects.get(issue=first)
    Outcome.objects.create(
        delivery=Delivery.objects.create(
            id=first.pk * PLACES + 2, issue=first, subscription=late, edition=edition
        ),
        round=1,
        state="sent",
    )
    second.refresh_from_db()
    assert sending.mail_rest(second, by="alice") == 1
    edition = Delivery.objects.get(issue=second, subscription=late).edition
    assert [Item.objects.get(pk=pk).title for pk in edition.items] == [CORN]
