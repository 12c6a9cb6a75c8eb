"""What is unlike the last issues is worth a look; what every issue has is not."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from newsletter.issues import usual
from newsletter.issues.usual import Around, Past, Reach
from tests import sample_issues as issues

MONDAY = dt.date(2026, 3, 2)


def past(days: int, **extra: object) -> Past:
    """The issue of so many days before Monday, sent on its day."""
    day = MONDAY - dt.timedelta(days=days)
    return Past(
        **{
            "title": f"Harbour Daily {day}",
            "subject": f"{day}",
            "intro": "Good morning.",
            "date": day,
            "went_out": day,
            "items": 10,
            "tail": 3,
            "mails": 100,
            "nothing": 5,
            "octets": 40_000,
            **extra,
        }  # type: ignore[arg-type]
    )


FIVE = tuple(past(days) for days in range(1, 6))


def day_codes(date: dt.date, on: dt.date, before: tuple[Past, ...] = FIVE) -> list[str]:
    view = dataclasses.replace(issues.view(3), date=date)
    return [one.code for one in usual.of_day(view, Around(on, before))]


@pytest.mark.parametrize(
    ("date", "on", "codes"),
    [
        (MONDAY, MONDAY, []),
        # Yesterday's date was left.
        (MONDAY - dt.timedelta(days=1), MONDAY, ["not-today", "same-day"]),
        (MONDAY - dt.timedelta(days=3), MONDAY, ["not-today", "older-than-last"]),
        # Last year's.
        (dt.date(2025, 3, 2), MONDAY, ["not-today", "older-than-last"]),
        # Tomorrow's issue, sent tomorrow, is well; pressed today it is not.
        (MONDAY + dt.timedelta(days=1), MONDAY + dt.timedelta(days=1), []),
        (MONDAY + dt.timedelta(days=1), MONDAY, ["not-today"]),
    ],
)
def test_the_date_is_held_against_the_day_it_goes_out(
    date: dt.date, on: dt.date, codes: list[str]
) -> None:
    assert day_codes(date, on) == codes


def test_a_publication_that_is_always_a_day_behind_is_not_told_so() -> None:
    behind = tuple(past(n, went_out=MONDAY - dt.timedelta(days=n - 1)) for n in range(2, 7))
    assert day_codes(MONDAY - dt.timedelta(days=1), MONDAY, behind) == []
    assert day_codes(MONDAY, MONDAY, behind) == []


def test_without_an_issue_before_nothing_is_said_of_the_date() -> None:
    assert day_codes(dt.date(2020, 1, 1), MONDAY, ()) == []


def test_words_of_the_last_issue_are_named_unless_every_issue_has_them() -> None:
    view = dataclasses.replace(issues.view(3), title="T", subject="S", intro="I")
    again = Around(MONDAY, (past(1, title="T", subject="S", intro="I"), past(2)))
    assert [one.code for one in usual.of_texts(view, again)] == [
        "title-again",
        "subject-again",
        "intro-again",
    ]
    always = Around(MONDAY, tuple(past(n, title="T", subject="S", intro="I") for n in (1, 2)))
    assert list(usual.of_texts(view, always)) == []


def figures(items: int = 10, before: tuple[Past, ...] = FIVE, **known: object) -> list[str]:
    view = issues.view(items)
    reach = known.pop("reach", Reach(100, 5, view.mask))
    octets = known.pop("octets", 40_000)
    found = usual.of_figures(view, Around(MONDAY, before), reach, octets)  # type: ignore[arg-type]
    return [one.message for one in found]


def test_figures_as_usual_are_no_news() -> None:
    assert figures() == []
    assert figures(items=6) == []
    assert figures(items=20) == []


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"items": 4}, "4 items; the last issues had 10."),
        ({"items": 25}, "25 items; the last issues had 10."),
        (
            {"octets": 90_000},
            "The largest edition has 90,000 bytes; those of the last issues had 40,000.",
        ),
        (
            {"reach": Reach(40, 5, 0b11111)},
            "40 readers get it; the last issues went to 100.",
        ),
        (
            {"reach": Reach(75, 30, 0b11111)},
            "30 of 105 readers get nothing; usually it is 5 at most.",
        ),
        (
            {"reach": Reach(100, 5, 0b11011)},
            "Items 4, 9 go to nobody: no reader chose Science.",
        ),
    ],
)
def test_figures_unlike_the_last_issues_are_named(known: dict[str, object], message: str) -> None:
    assert figures(**known) == [message]  # type: ignore[arg-type]


def test_half_a_list_without_mail_is_named_even_at_the_first_issue() -> None:
    assert figures(before=(), reach=Reach(3, 9, 0b11111)) == ["9 of 12 readers get nothing."]
    assert figures(before=(), reach=Reach(11, 1, 0b11111)) == []


def test_a_range_is_said_as_a_range() -> None:
    before = tuple(past(n, items=8 + n) for n in range(1, 6))
    assert figures(items=3, before=before) == ["3 items; the last issues had 9 to 13."]


def intro_codes(mine: str, *before: str) -> list[str]:
    view = dataclasses.replace(issues.view(3), intro=mine, title="Of today", subject="Today")
    earlier = tuple(past(days, intro=intro) for days, intro in enumerate(before, 1))
    return [one.code for one in usual.of_texts(view, Around(MONDAY, earlier))]


def test_words_that_every_issue_says_are_not_taken_over_from_the_last() -> None:
    ferry, pier = "The ferry is late again today.", "A pier opens by the mill, at last."
    assert intro_codes(ferry, ferry, pier) == ["intro-again"]
    # One issue before it cannot say whether both say what every issue does.
    assert intro_codes(ferry, ferry) == intro_codes(ferry, ferry, "") == []
    # A greeting whose words change a little over the years.
    old, new = "Welcome to another issue of Harbour.", "Welcome to another issue of Harbour Weekly!"
    assert intro_codes(new, new, old) == []
    assert (
        intro_codes("欢迎阅读海港周报第十期。", "欢迎阅读海港周报第十期。", "欢迎阅读海港周报！")
        == []
    )
    assert intro_codes("码头今天开放。", "码头今天开放。", "轮渡又晚点了。") == ["intro-again"]
