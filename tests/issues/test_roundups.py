"""The round-up's draft: which period, which items, and that it is made once."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command

from newsletter import editions, rendering, sending
from newsletter.issues import roundup_periods, roundups
from newsletter.issues.roundup_periods import Period
from newsletter.models import Issue, Item, Roundup
from newsletter.sending import roundups as chores
from subscribers.models import MOST_ROUNDUP_ITEMS, AuditEntry, Publication
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)

# A Friday; weekly periods end on Fridays at 17:00 in the publication's zone.
FRIDAY = dt.datetime(2026, 3, 6, 17, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(FRIDAY, tick=False) as moment:
        yield moment


def at(text: str, zone: str = "UTC") -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def harbour(**extra: Any) -> Publication:
    publication = builders.publication(**{"roundup": "weekly", **extra})
    for name in ("Ships", "Trade"):
        builders.category(publication, name)
    return publication


def issue_of(publication: Publication, moment: str, *titles: str, **extra: Any) -> Issue:
    """A published issue; a title `Trade: …` is filed there, others under Ships, `*` is a star."""
    when = at(moment)
    issue = builders.issue(
        publication,
        when.date().isoformat(),
        slug=extra.pop("slug", moment.replace("T", "-").replace(":", "-")),
        published_at=when,
        state=extra.pop("state", "archived"),
        **extra,
    )
    for title in titles:
        name = "Trade" if title.lstrip("*").startswith("Trade") else "Ships"
        builders.item(
            issue,
            publication.categories.get(name=name),
            title.lstrip("*"),
            starred=title.startswith("*"),
            published_at=when,
        )
    return issue


def week(publication: Publication) -> Period:
    period = roundups.due_period(publication, FRIDAY)
    assert period is not None
    return period


def titles(issue: Issue | None) -> list[str]:
    assert issue is not None
    return [item.title for item in issue.items.order_by("number")]


# ---- the period


def test_a_weekly_period_ends_at_its_hour_in_the_publications_zone() -> None:
    publication = harbour(time_zone="Asia/Shanghai", roundup_weekday=0, roundup_hour=8)
    now = at("2026-03-04T12:00", "Asia/Shanghai")
    period = roundup_periods.due(publication, None, now)
    assert period == Period(
        at("2026-02-23T08:00", "Asia/Shanghai"),
        at("2026-03-02T08:00", "Asia/Shanghai"),
        dt.date(2026, 2, 23),
        dt.date(2026, 3, 2),
    )
    assert roundup_periods.due(publication, period.ends_at, now) is None
    assert roundup_periods.next_end(publication, now) == at("2026-03-09T08:00", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("now", "begins", "ends"),
    [
        ("2026-03-31T18:00", "2026-02-28T17:00", "2026-03-31T17:00"),
        ("2026-03-31T16:00", "2026-01-31T17:00", "2026-02-28T17:00"),
        ("2028-02-29T17:00", "2028-01-31T17:00", "2028-02-29T17:00"),
        ("2027-01-01T00:00", "2026-11-30T17:00", "2026-12-31T17:00"),
    ],
)
def test_a_monthly_period_ends_on_the_months_last_day_where_it_is_shorter(
    now: str, begins: str, ends: str
) -> None:
    publication = harbour(roundup="monthly", roundup_day=31)
    period = roundup_periods.due(publication, None, at(now))
    assert period is not None
    assert (period.begins_at, period.ends_at) == (at(begins), at(ends))


def test_an_hour_that_the_clocks_skip_is_the_next_and_one_that_comes_twice_the_first() -> None:
    zone, day = ZoneInfo("Europe/Berlin"), dt.date
    skipped = roundup_periods.existing(day(2026, 3, 29), dt.time(2), zone)
    assert skipped.astimezone(zone).isoformat() == "2026-03-29T03:00:00+02:00"
    twice = roundup_periods.existing(day(2026, 10, 25), dt.time(2), zone)
    assert twice.astimezone(zone).isoformat() == "2026-10-25T02:00:00+02:00"


@pytest.mark.parametrize(
    ("zone", "weekday", "hour", "now", "begins", "ends"),
    [
        # Put forward at midnight, by half an hour, and by two hours: the first moment after it.
        ("Africa/Cairo", 4, 0, "2027-04-30T03:00", "2027-04-23T00:00", "2027-04-30T01:00"),
        ("America/Santiago", 6, 0, "2027-09-05T09:00", "2027-08-29T00:00", "2027-09-05T01:00"),
        ("Australia/Lord_Howe", 6, 2, "2026-10-04T03:00", "2026-09-27T02:00", "2026-10-04T02:30"),
        ("Antarctica/Troll", 6, 2, "2027-03-28T05:30", "2027-03-21T02:00", "2027-03-28T03:00"),
        ("Asia/Gaza", 5, 2, "2027-03-27T04:00", "2027-03-20T02:00", "2027-03-27T03:00"),
        # Put back: the first of the two.
        ("America/Santiago", 5, 23, "2027-04-04T12:00", "2027-03-27T23:00", "2027-04-03T23:00"),
        # For Ramadan the clocks go back and then forward.
        ("Africa/Casablanca", 6, 2, "2027-02-07T02:30", "2027-01-31T02:00", "2027-02-07T02:00"),
        ("Africa/Casablanca", 6, 2, "2027-03-14T04:00", "2027-03-07T02:00", "2027-03-14T03:00"),
        ("Pacific/Apia", 5, 7, "2027-01-02T07:00", "2026-12-26T07:00", "2027-01-02T07:00"),
        ("Pacific/Chatham", 6, 3, "2027-09-26T12:00", "2027-09-19T03:00", "2027-09-26T03:45"),
    ],
)
def test_a_period_ends_at_an_hour_that_exists_in_every_zone(
    zone: str, weekday: int, hour: int, now: str, begins: str, ends: str
) -> None:
    publication = harbour(time_zone=zone, roundup_weekday=weekday, roundup_hour=hour)
    period = roundup_periods.due(publication, None, at(now, zone))
    assert period is not None
    local = [
        one.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat("T", "minutes")
        for one in (period.begins_at, period.ends_at)
    ]
    assert local == [begins, ends]
    if zone == "America/Santiago" and hour == 23:
        assert period.ends_at == at("2027-04-04T02:00")


def test_a_period_begins_where_the_last_one_ended_however_late() -> None:
    publication = harbour()
    assert roundup_periods.due(publication, FRIDAY - 8 * DAY, FRIDAY) == Period(
        FRIDAY - 8 * DAY, FRIDAY, dt.date(2026, 2, 26), dt.date(2026, 3, 6)
    )
    long_ago = roundup_periods.due(publication, FRIDAY - 400 * DAY, FRIDAY)
    assert long_ago is not None and long_ago.begins_at == FRIDAY - roundup_periods.FURTHEST_BACK


def test_what_ended_before_it_was_switched_on_is_not_made() -> None:
    publication = harbour(roundup_changed_at=FRIDAY + DAY)
    assert roundup_periods.due(publication, None, FRIDAY + 2 * DAY) is None
    assert roundup_periods.due(publication, None, FRIDAY + 7 * DAY) is not None


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        ("2026-03-07", "2026-03-07", "since"),
        ("2026-03-01", "2026-03-07", "until"),
        ("2026-03-05", "2026-03-04", "until"),
        ("2025-01-01", "2026-03-06", "since"),
        ("0001-01-01", "2026-03-06", "since"),
        ("9999-12-31", "9999-12-31", "since"),
    ],
)
def test_a_period_that_cannot_be_is_answered_at_its_field(
    since: str, until: str, field: str
) -> None:
    harbour()
    with pytest.raises(roundup_periods.PeriodRefused) as refused:
        roundup_periods.of_days(
            dt.date.fromisoformat(since), dt.date.fromisoformat(until), dt.UTC, FRIDAY
        )
    assert refused.value.field == field
    with pytest.raises(CommandError, match=f"^--{field}: "):
        call_command("make_roundup", "daily", "--since", since, "--until", until)
    assert not Roundup.objects.exists()


def test_a_day_is_the_publications_day_and_today_ends_now() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    period = roundup_periods.of_days(dt.date(2026, 3, 6), dt.date(2026, 3, 7), zone, FRIDAY)
    assert period.begins_at == at("2026-03-05T16:00") and period.ends_at == FRIDAY


# ---- what it holds


def test_it_holds_copies_that_know_their_originals() -> None:
    publication = harbour()
    issue_of(publication, "2026-02-27T16:59", "Before the period")
    first = issue_of(publication, "2026-02-27T17:00", "The first moment", "Trade: hidden")
    first.items.filter(number=2).update(hidden=True)
    issue_of(publication, "2026-03-02T08:00", "Not listed", listed=False)
    issue_of(publication, "2026-03-03T08:00", "A correction", kind="correction")
    issue_of(publication, "2026-03-06T17:00", "The end is the next one's")
    made = roundups.make(publication, week(publication))
    assert titles(made.issue) == ["The first moment"]
    assert made.issue is not None
    copy, original = made.issue.items.get(), first.items.get(number=1)
    assert copy.copied_from == original and copy.pk != original.pk
    assert copy.entry_id != original.entry_id
    for name in ("insight", "bullets", "body", "date", "score", "extra", "category"):
        assert getattr(copy, name) == getattr(original, name)
    assert [(one.kind, one.label, one.url) for one in copy.links.all()] == [
        ("source", "The Paper", "https://example.org/2026-02-27-17-00/1")
    ]
    assert (made.issue.kind, made.issue.slug, made.issue.state) == (
        "roundup", "2026-03-06-roundup", "draft",
    )  # fmt: skip
    assert made.issue.title == "Harbour Daily: round-up, Feb. 27, 2026 – March 6, 2026"


def test_it_speaks_the_publications_language() -> None:
    publication = harbour(language="zh-Hans", name="港湾日报")
    issue_of(publication, "2026-03-02T08:00", "一艘船")
    issue = roundups.make(publication, week(publication)).issue
    assert issue is not None and "港湾日报" in issue.title and issue.language == "zh-Hans"


@pytest.mark.parametrize(
    ("order", "most", "each", "expected"),
    [
        ("issues", 9, 0, ["a", "Trade b", "c", "d", "Trade e"]),
        ("newest", 9, 0, ["c", "d", "Trade e", "a", "Trade b"]),
        ("starred", 9, 0, ["d", "Trade b", "c", "Trade e", "a"]),
        ("starred", 3, 0, ["d", "Trade b", "c"]),
        ("newest", 9, 1, ["c", "Trade e"]),
        ("issues", 1, 0, ["a"]),
        ("starred", 3, 2, ["d", "Trade b", "c"]),
    ],
)
def test_the_order_decides_what_is_left_out(
    order: str, most: int, each: int, expected: list[str]
) -> None:
    publication = harbour(roundup_order=order, roundup_items=most, roundup_per_category=each)
    issue_of(publication, "2026-03-02T08:00", "a", "*Trade b")
    issue_of(publication, "2026-03-03T08:00", "c", "*d", "Trade e")
    assert titles(roundups.make(publication, week(publication)).issue) == expected


def test_a_merged_category_is_the_one_it_was_merged_into_and_a_given_up_one_is_nobodys() -> None:
    publication = harbour()
    given_up = builders.category(publication, "Weather")
    issue = issue_of(publication, "2026-03-02T08:00", "A ship", "Trade: corn")
    builders.item(issue, given_up, "Rain", published_at=issue.published_at)
    ships, trade = publication.categories.filter(name__in=["Ships", "Trade"]).order_by("pk")
    type(trade).objects.filter(pk=trade.pk).update(merged_into=ships, retired_at=FRIDAY, bit=None)
    type(trade).objects.filter(pk=given_up.pk).update(retired_at=FRIDAY, bit=None)
    made = roundups.make(publication, week(publication)).issue
    assert made is not None
    assert [(i.title, i.category.name) for i in made.items.all() if i.category] == [
        ("A ship", "Ships"), ("Trade: corn", "Ships"),
    ]  # fmt: skip


def test_as_many_items_as_may_be_asked_for_fit_into_one_mail() -> None:
    publication = harbour(roundup_items=MOST_ROUNDUP_ITEMS, language="zh-Hans")
    issue = issue_of(publication, "2026-03-02T08:00")
    ships = publication.categories.get(name="Ships")
    for _number in range(MOST_ROUNDUP_ITEMS + 1):
        builders.item(issue, ships, "港口" * 40, insight="货船" * 200)
    Item.objects.update(published_at=issue.published_at)
    made = roundups.make(publication, week(publication)).issue
    assert made is not None and made.items.count() == MOST_ROUNDUP_ITEMS
    view = editions.load(made)
    assert rendering.prepare(view, publication).edition(view.mask).size <= rendering.LIMIT


# ---- once


def test_made_twice_it_is_one_draft_and_an_editors_changes_stay() -> None:
    publication = harbour()
    issue_of(publication, "2026-03-02T08:00", "a", "b")
    first = roundups.make(publication, week(publication))
    assert first.created and first.issue is not None
    first.issue.items.filter(number=1).update(title="shortened")
    issue_of(publication, "2026-03-03T08:00", "later")
    again = roundups.make(publication, Period(*_fields(first.row)))
    assert (again.issue, again.created) == (first.issue, False)
    assert titles(again.issue) == ["shortened", "b"]


def _fields(row: Roundup | None) -> tuple[Any, ...]:
    assert row is not None
    return row.begins_at, row.ends_at, row.since, row.until


def test_the_database_refuses_a_second_draft_of_a_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two at the same moment: neither sees the other's row before it writes its own."""
    publication = harbour()
    issue_of(publication, "2026-03-02T08:00", "a")
    period = week(publication)
    first = roundups.make(publication, period)
    looked: list[int] = []
    real = roundups._row

    def blind(*args: Any) -> Roundup | None:
        looked.append(1)
        return None if len(looked) == 1 else real(*args)

    monkeypatch.setattr(roundups, "_row", blind)
    second = roundups.make(publication, period)
    assert (second.issue, second.created) == (first.issue, False)
    assert Issue.objects.filter(kind="roundup").count() == 1


def test_an_empty_period_makes_no_draft_and_is_not_looked_at_again() -> None:
    publication = harbour()
    chores.sweep()
    row = Roundup.objects.get()
    assert row.issue is None and row.seen_at is None
    assert roundups.due_period(publication, FRIDAY) is None
    assert not Issue.objects.exists()


# ---- the job


def test_the_job_makes_the_draft_when_the_period_ends(clock: Any) -> None:
    publication = harbour()
    issue_of(publication, "2026-03-02T08:00", "a")
    clock.move_to(FRIDAY - dt.timedelta(seconds=1))
    chores.sweep()
    assert Roundup.objects.get().ends_at == FRIDAY - 7 * DAY  # The one before, empty.
    clock.move_to(FRIDAY)
    chores.sweep()
    chores.sweep()
    issue = Issue.objects.get(kind="roundup")
    assert (issue.state, titles(issue)) == ("draft", ["a"])
    Publication.objects.update(roundup="off")
    clock.move_to(FRIDAY + 7 * DAY)
    chores.sweep()
    assert Roundup.objects.count() == 2 and publication.issues.count() == 2


def test_it_goes_by_itself_through_the_undo_time() -> None:
    publication = harbour(roundup_by_itself=True, undo_seconds=180)
    issue_of(publication, "2026-03-02T08:00", "a")
    chores.sweep()
    issue = Issue.objects.get(kind="roundup")
    assert issue.state == "scheduled" and issue.send_at == FRIDAY + dt.timedelta(seconds=180)
    assert AuditEntry.objects.get(action="release").actor == "round-up"
    # Taken back it stays back.
    sending.unschedule(issue, by="alice")
    chores.sweep()
    issue.refresh_from_db()
    assert issue.state == "draft"


def test_where_a_second_person_must_approve_nothing_goes_by_itself() -> None:
    publication = harbour(roundup_by_itself=True, needs_approval=True)
    issue_of(publication, "2026-03-02T08:00", "a")
    chores.sweep()
    assert Issue.objects.get(kind="roundup").state == "draft"
    assert not Roundup.objects.get().goes


def test_approval_switched_on_in_between_keeps_it_back() -> None:
    publication = harbour(roundup_by_itself=True)
    issue_of(publication, "2026-03-02T08:00", "a")
    row = roundups.make(publication, week(publication), goes=True).row
    assert row is not None and row.goes
    Publication.objects.update(needs_approval=True)
    chores.sweep()
    assert Issue.objects.get(kind="roundup").state == "draft"
    assert not Roundup.objects.get().goes


def test_what_blocks_it_is_kept_for_the_editors() -> None:
    publication = harbour(roundup_by_itself=True, from_address="")
    issue_of(publication, "2026-03-02T08:00", "a")
    chores.sweep()
    row = Roundup.objects.select_related("issue").get()
    assert row.issue is not None and row.issue.state == "draft"
    assert (row.goes, row.problem) == (False, "The publication has no sender address.")
    assert publication.roundup_by_itself


# ---- the command


def test_make_roundup_prints_the_draft_and_twice_the_same(
    capsys: pytest.CaptureFixture[str], clock: Any
) -> None:
    publication = harbour()
    issue_of(publication, "2026-03-02T08:00", "a", "Trade: b", "c")
    args = ("make_roundup", "daily", "--since", "2026-03-01", "--until", "2026-03-04", "--json")
    for _time in range(2):
        call_command(*args)
        assert json.loads(capsys.readouterr().out) == {
            "issue": "2026-03-04-roundup", "items": 3, "categories": ["ships", "trade"],
        }  # fmt: skip
    assert publication.issues.filter(kind="roundup").count() == 1
    # Without dates: what has appeared since.
    issue_of(publication, "2026-03-05T08:00", "d")
    for hours in range(2):
        clock.move_to(FRIDAY + dt.timedelta(hours=hours))
        call_command("make_roundup", "daily", "--json")
        assert json.loads(capsys.readouterr().out) == {
            "issue": "2026-03-06-roundup", "items": 1, "categories": ["ships"],
        }  # fmt: skip


def test_make_roundup_says_when_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    harbour()
    call_command("make_roundup", "daily", "--json")
    assert json.loads(capsys.readouterr().out) == {"issue": None, "items": 0, "categories": []}
    call_command("make_roundup", "daily")
    assert "no draft was made" in capsys.readouterr().out
    assert not Roundup.objects.exists()


def test_make_roundup_refuses_where_none_is_kept() -> None:
    harbour(roundup="off")
    with pytest.raises(CommandError, match="keeps no round-up"):
        call_command("make_roundup", "daily")
    with pytest.raises(CommandError, match="no publication"):
        call_command("make_roundup", "other")
    with pytest.raises(CommandError, match="or neither"):
        call_command("make_roundup", "daily", "--since", "2026-03-01")
