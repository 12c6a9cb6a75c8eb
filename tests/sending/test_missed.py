""" "What you missed": offered after a pause, by one link, mailed once."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from newsletter import sending
from newsletter.models import Delivery, Issue, Outcome, Roundup
from newsletter.sending import roundups as chores
from subscribers import pauses, subscriptions
from subscribers.links import Purpose, make
from subscribers.models import ConsentEvent, Publication, Subscription
from tests import builders
from tests.sending.stage import relay_for

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(MONDAY, tick=False) as moment:
        yield moment


@pytest.fixture
def daily() -> Publication:
    publication = builders.publication(roundup="weekly", roundup_by_itself=True)
    for name in ("Ships", "Trade"):
        builders.category(publication, name)
    return publication


def publish(publication: Publication, moment: dt.datetime) -> Issue:
    """An issue of a ship and corn, mailed at this moment to whoever gets it."""
    issue = builders.issue(publication, moment.date().isoformat())
    for name in ("Ships", "Trade"):
        builders.item(issue, publication.categories.get(name=name), f"{name} {moment:%a}")
    with time_machine.travel(moment, tick=False):
        sending.release(issue, by="alice", now=True)
        assert sending.freeze(issue.pk)
        hand_over(issue)
    return issue


def hand_over(issue: Issue) -> None:
    """Everybody who is to get a mail of it has it."""
    rows = Delivery.objects.filter(
        issue=issue, edition_id__in=issue.editions.filter(none_because="")
    )
    Outcome.objects.bulk_create(
        Outcome(delivery_id=pk, round=1, state="sent") for pk in rows.values_list("pk", flat=True)
    )


def reader(publication: Publication, *categories: str, **extra: Any) -> Subscription:
    chosen = list(publication.categories.filter(name__in=categories)) if categories else None
    return builders.subscription(publication, "alice@example.org", chosen, **extra)


def pause(tie: Subscription, clock: Any, since: dt.datetime, until: dt.datetime) -> None:
    clock.move_to(since)
    subscriptions.pause(tie, until, form="mail", network="")
    tie.refresh_from_db()


def link(tie: Subscription) -> str:
    return f"/s/w/{make(Purpose.MISSED, tie.pk)}/"


def test_it_is_offered_after_the_pause_and_looking_changes_nothing(
    client: Client, daily: Publication, clock: Any
) -> None:
    tie = reader(daily, "Ships")
    publish(daily, MONDAY + DAY)
    pause(tie, clock, MONDAY + 2 * DAY, MONDAY + 5 * DAY)
    publish(daily, MONDAY + 3 * DAY)
    publish(daily, MONDAY + 4 * DAY)
    manage = f"/s/m/{make(Purpose.MANAGE, tie.pk)}/"
    clock.move_to(MONDAY + 4.5 * DAY)
    assert "what you missed" not in client.get(manage).content.decode()
    clock.move_to(MONDAY + 5 * DAY)
    publish(daily, MONDAY + 6 * DAY)
    clock.move_to(MONDAY + 6.5 * DAY)
    before = (Issue.objects.count(), Roundup.objects.count())
    assert link(tie) in client.get(manage).content.decode()
    page = client.get(link(tie)).content.decode()
    for text, shown in (
        ("Ships Thu", True), ("Ships Fri", True), ("Trade Thu", False), ("Ships Tue", False),
        ("Ships Sun", False), ("Mail me all of it, once", True),
    ):  # fmt: skip
        assert (text in page) is shown, text
    assert '/daily/2026-03-05/item-1/"' in page
    assert (Issue.objects.count(), Roundup.objects.count()) == before


def test_the_button_mails_one_round_up_and_no_second(
    client: Client, daily: Publication, clock: Any, tmp_path: Path
) -> None:
    tie = reader(daily, "Ships")
    builders.subscription(daily, "bob@example.org", rhythm="weekly")
    pause(tie, clock, MONDAY, MONDAY + 3 * DAY)
    publish(daily, MONDAY + DAY)
    publish(daily, MONDAY + 2 * DAY)
    clock.move_to(MONDAY + 4 * DAY)
    for _time in range(2):
        answer = client.post(link(tie))
        assert answer.status_code == 303 and "?done=mailed&" in answer["Location"]
    issue = Issue.objects.get(kind="roundup")
    assert (issue.state, issue.listed) == ("scheduled", False)
    with relay_for(tmp_path) as relay:
        sending.sweep()
        sending.drain(20)
        (mail,) = relay.accepted
    assert mail.recipient == "alice@example.org"
    message = email.message_from_bytes(mail.content or b"", policy=email.policy.default)
    text = "".join(part.get_content() for part in message.walk() if not part.is_multipart())
    assert "Ships Tue" in text and "Ships Wed" in text and "Trade" not in text
    assert f"/daily/{issue.slug}/" not in text and message["Archived-At"] is None
    assert "sent once" in client.get(link(tie)).content.decode()
    assert client.get(f"/daily/{issue.slug}/").status_code == 404
    clock.move_to(MONDAY + 40 * DAY)
    assert "too long ago" in client.get(link(tie)).content.decode()


def test_the_round_up_after_it_begins_where_it_ended(
    client: Client, daily: Publication, clock: Any
) -> None:
    """A weekly reader's pause from Tuesday to Thursday; the round-up on Friday has Thursday on."""
    tie = reader(daily, rhythm="weekly", rhythm_since=MONDAY - 90 * DAY, since=MONDAY - 90 * DAY)
    publish(daily, MONDAY + DAY / 2)
    pause(tie, clock, MONDAY + DAY, MONDAY + 3 * DAY)
    publish(daily, MONDAY + 1.5 * DAY)
    clock.move_to(MONDAY + 3 * DAY)
    client.post(link(tie))
    missed = Issue.objects.get(kind="roundup")
    assert sending.freeze(missed.pk)
    hand_over(missed)
    publish(daily, MONDAY + 3.5 * DAY)
    clock.move_to(MONDAY + 4 * DAY + dt.timedelta(hours=11))
    chores.sweep()
    issue = Issue.objects.get(kind="roundup", listed=True)
    assert sending.freeze(issue.pk)
    edition = issue.editions.get(pk=Delivery.objects.get(issue=issue).edition_id)
    titles = dict(issue.items.values_list("pk", "title"))
    assert [titles[pk] for pk in edition.items] == ["Ships Thu", "Trade Thu"]
    assert edition.start == 2


@pytest.mark.parametrize("how", ["off", "left", "suppressed-approval", "nothing"])
def test_it_is_not_mailed_where_that_cannot_be(
    client: Client, daily: Publication, clock: Any, how: str
) -> None:
    tie = reader(daily)
    pause(tie, clock, MONDAY, MONDAY + 2 * DAY)
    if how != "nothing":
        publish(daily, MONDAY + DAY)
    clock.move_to(MONDAY + 3 * DAY)
    if how == "off":
        Publication.objects.update(roundup="off")
    elif how == "left":
        subscriptions.leave([tie], form="mail")
    elif how == "suppressed-approval":
        Publication.objects.update(needs_approval=True)
        assert "Ships Tue" in client.get(link(tie)).content.decode()
    assert "?done=cannot&" in client.post(link(tie))["Location"]
    assert not Issue.objects.filter(kind="roundup").exists() and not Roundup.objects.exists()


def test_a_link_of_another_purpose_or_a_stranger_opens_nothing(
    client: Client, daily: Publication
) -> None:
    tie = reader(daily)
    for path in (f"/s/w/{make(Purpose.MANAGE, tie.pk)}/", f"/s/w/{'A' * 40}/", "/s/w/x/"):
        assert client.get(path).status_code == 404
    assert client.post(link(tie), headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def entry(tie: Subscription, kind: str, hours: float, until: float | None = None) -> None:
    detail = {} if until is None else {"until": (MONDAY + dt.timedelta(hours=until)).isoformat()}
    ConsentEvent.objects.create(
        subscriber=tie.subscriber, publication=tie.publication, kind=kind,
        at=MONDAY + dt.timedelta(hours=hours), detail=detail,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "now", "pause"),
    [
        ([], 9, None),
        ([("paused", 1, 5)], 4, None),
        ([("paused", 1, 5)], 5, (1, 5)),
        ([("paused", 1, 5), ("paused", 3, 8)], 9, (1, 8)),
        ([("paused", 1, 8), ("paused", 3, 5)], 9, (1, 5)),
        ([("paused", 1, 5), ("paused", 6, 8)], 9, (6, 8)),
        ([("paused", 1, 5), ("resumed", 3, None)], 4, (1, 3)),
        ([("paused", 1, 5), ("resumed", 7, None)], 9, (1, 5)),
        ([("paused", 1, 5), ("resumed", 2, None), ("paused", 3, 6)], 9, (3, 6)),
        ([("resumed", 1, None)], 9, None),
    ],
)
def test_the_last_pause_is_read_from_the_ledger(
    daily: Publication, entries: list[Any], now: float, pause: tuple[float, float] | None
) -> None:
    tie = reader(daily)
    for kind, at, until in entries:
        entry(tie, kind, at, until)
    found = pauses.last(tie, MONDAY + dt.timedelta(hours=now))
    hours = dt.timedelta(hours=1)
    expected = pauses.Pause(*(MONDAY + one * hours for one in pause)) if pause else None
    assert found == expected
