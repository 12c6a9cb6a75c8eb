"""Dates as people write them: one reading is read, several are asked for, none is guessed."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

import pytest

from newsletter.digest import parse
from newsletter.digest.dates import Found, read, read_name

TENTH = dt.date(2025, 10, 10)  # a Friday

# Ways of writing the tenth of October 2025 that have one reading.
ONE_READING = (
    "2025-10-10", "2025/10/10", "2025.10.10", "2025. 10. 10.", "2025_10_10", "20251010",
    "2025-10-10T23:30:00+02:00", "20251010T0800Z", "20251010083000", "2025-W41-5",
    # Chinese, Japanese, Korean
    "2025年10月10日", "２０２５年１０月１０日（周五）", "二〇二五年十月十日",
    "二零二五年十月十号 星期五",
    "贰零贰伍年拾月拾日", "第41期 · 2025年10月10日", "2025 年 10 月 10 日", "民國114年10月10日",
    "令和7年10月10日", "令和七年十月十日（金）", "R7.10.10", "㋿7年10月10日", "2025年10月10日号",
    "2025년 10월 10일 (금)", "２０２５．１０．１０（금）",
    # English
    "October 10, 2025", "Oct. 10th, 2025", "10 Oct 2025", "10th of October, 2025", "10-OCT-2025",
    "Friday the 10th of October 2025", "Fri, 10 Oct 2025 08:00:00 GMT", "2025 October 10",
    "Fri Oct 10 08:00:00 2025", "Fri Oct 10 2025 08:00:00 GMT+0200", "October 10 '25", "10oct2025",
    "This Week in Boats #13 - 10/10/2025",
    # French, German, Spanish, Italian, Portuguese, Russian
    "10 octobre 2025", "VENDREDI 10 OCTOBRE 2025", "n°12, le 10 oct. 2025", "10. Oktober 2025",
    "Freitag, der 10. Oktober 2025", "Nr. 41 vom 10.10.2025", "10 de octubre de 2025",
    "viernes, 10 de octubre del 2025", "10 ottobre 2025", "venerdì 10 ott. 2025",
    "10 de outubro de 2025", "sexta-feira, 10 de out. de 2025", "10 октября 2025 г.",
    "пятница, 10 октября 2025 года", "10-го октября 2025",
    # and others whose months the Unicode CLDR names
    "10 października 2025", "10. října 2025", "2025. október 10.", "10 Ekim 2025 Cuma",
    "10 oktober 2025", "den 10 oktober 2025", "10 Οκτωβρίου 2025", "10 жовтня 2025 р.",
    "10 octombrie 2025", "2025 m. spalio 10 d.", "2025. gada 10. oktobris", "10 d’octubre de 2025",
    "10月10日，2025年",
    "ngày 10 tháng 10 năm 2025", "10 ตุลาคม 2568", "10 באוקטובר 2025", "١٠ أكتوبر ٢٠٢٥",
    "10 अक्टूबर 2025", "10 lokakuuta 2025", "10 Oktober 2025",
)  # fmt: skip


@pytest.mark.parametrize("text", ONE_READING)
def test_what_has_one_reading_is_read(text: str) -> None:
    assert read(text) == Found(TENTH)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("04-15-2026", "2026-04-15"),
        ("15/03/2026", "2026-03-15"),
        ("15.3.2026", "2026-03-15"),
        ("05.05.2026", "2026-05-05"),
        ("2. Mrz. 2026", "2026-03-02"),
        ("2. Maerz 2026", "2026-03-02"),
        # A weekday leaves one of the two orders.
        ("Friday, 03/10/2025", "2025-10-03"),
        ("Fr., 03.10.2025", "2025-10-03"),
        ("samedi 10/05/2025", "2025-05-10"),
        ("1er octobre 2025", "2025-10-01"),
        ("1.º de octubre de 2025", "2025-10-01"),
        ("1° ottobre 2025", "2025-10-01"),
        ("二〇二五年十二月三十一日", "2025-12-31"),
        ("二〇二五年一〇月二五日", "2025-10-25"),
        ("廿一日二〇二五年十月廿一日", "2025-10-21"),
        ("令和元年五月一日", "2019-05-01"),
        ("平成31年4月30日", "2019-04-30"),
        ("昭和64年1月7日", "1989-01-07"),
        ("H31.4.30", "2019-04-30"),
        ("3 мая 2026", "2026-05-03"),
        ("29 février 2024", "2024-02-29"),
        ("2 août 2026", "2026-08-02"),
        ("4. Jänner 2026", "2026-01-04"),
        ("4 de setiembre de 2026", "2026-09-04"),
        # The number of an issue is no first day of a span.
        ("Issue 5 – 10 October 2025", "2025-10-10"),
        ("Newsletter no. 6 - 10 octobre 2025", "2025-10-10"),
        ("Folge 12 - 30. November 2026", "2026-11-30"),
        ("Bölüm 12 – 30 Kasım 2026", "2026-11-30"),
        # Nor is one in front of a date that begins with its year.
        ("Talk 7 - 2026-11-30", "2026-11-30"),
        ("Harbour 5 – 2026/11/30", "2026-11-30"),
        ("2025-10-06 – 10 things to know", "2025-10-06"),
        ("Week ending 10 October 2025", "2025-10-10"),
        ("2025-10-10 (6–9 October 2025)", "2025-10-10"),
    ],
)
def test_the_numbers_leave_one_reading(text: str, date: str) -> None:
    assert read(text) == Found(dt.date.fromisoformat(date))


@pytest.mark.parametrize(
    ("text", "case", "readings"),
    [
        ("03/04/2026", "order", ["2026-03-04", "2026-04-03"]),
        ("03.04.2026", "order", ["2026-03-04", "2026-04-03"]),
        ("10/04/26", "order", ["2010-04-26", "2026-04-10", "2026-10-04"]),
        ("10.04.26", "order", ["2010-04-26", "2026-04-10", "2026-10-04"]),
        ("10 Oct 25", "order", ["2010-10-25", "2025-10-10"]),
        # October in Croatian, November in Polish.
        ("10 listopada 2025", "order", ["2025-10-10", "2025-11-10"]),
        ("3 March 2025 | 10 March 2025", "several", ["2025-03-03", "2025-03-10"]),
        ("6–10 October 2025", "span", ["2025-10-06", "2025-10-10"]),
        ("Nov 28 - 2026-12-04", "span", ["2026-11-28", "2026-12-04"]),
        ("October 6–10, 2025", "span", ["2025-10-06", "2025-10-10"]),
        ("dal 6 all’8 ottobre 2025", "span", ["2025-10-06", "2025-10-08"]),
        ("tra il 6 e l'8 ottobre 2025", "span", ["2025-10-06", "2025-10-08"]),
        ("vom 6. bis zum 8. Oktober 2025", "span", ["2025-10-06", "2025-10-08"]),
        ("van 6 tot en met 8 oktober 2025", "span", ["2025-10-06", "2025-10-08"]),
        ("từ ngày 6 đến ngày 8 tháng 10 năm 2025", "span", ["2025-10-06", "2025-10-08"]),
        ("2025년 10월 6일부터 8일까지", "span", ["2025-10-06", "2025-10-08"]),
        ("2025年10月6日より8日まで", "span", ["2025-10-06", "2025-10-08"]),
        ("Mon 6 – Fri 10 October 2025", "span", ["2025-10-06", "2025-10-10"]),
        ("6 and 10 October 2025", "span", ["2025-10-06", "2025-10-10"]),
        ("29 Sep to 3 Oct 2025", "span", ["2025-09-29", "2025-10-03"]),
        ("Dec 29, 2025 – Jan 2, 2026", "span", ["2025-12-29", "2026-01-02"]),
        ("29 Dec – 2 Jan 2026", "span", ["2025-12-29", "2026-01-02"]),
        ("2025-10-06/2025-10-10", "span", ["2025-10-06", "2025-10-10"]),
        ("2025.10.06-10.10", "span", ["2025-10-06", "2025-10-10"]),
        ("20251006-20251010", "span", ["2025-10-06", "2025-10-10"]),
        ("2025年10月6日－10日", "span", ["2025-10-06", "2025-10-10"]),
        ("2025年9月29日至10月3日", "span", ["2025-09-29", "2025-10-03"]),
        ("10月6日～2025年10月10日", "span", ["2025-10-06", "2025-10-10"]),
        ("2025년 10월 6일(월) ~ 10일(금)", "span", ["2025-10-06", "2025-10-10"]),
        ("du 6 au 10 octobre 2025", "span", ["2025-10-06", "2025-10-10"]),
        ("vom 6. bis 10. Oktober 2025", "span", ["2025-10-06", "2025-10-10"]),
        ("06.10.–10.10.2025", "span", ["2025-10-06", "2025-10-10"]),
        ("del 6 al 10 de octubre de 2025", "span", ["2025-10-06", "2025-10-10"]),
        ("dal 6 al 10 ottobre 2025", "span", ["2025-10-06", "2025-10-10"]),
        ("de 6 a 10 de outubro de 2025", "span", ["2025-10-06", "2025-10-10"]),
        ("с 6 по 10 октября 2025", "span", ["2025-10-06", "2025-10-10"]),
        ("Week of October 6, 2025", "span", ["2025-10-06", "2025-10-12"]),
        ("2025-W41", "week", [f"2025-10-{day:02}" for day in range(6, 13)]),
        ("KW 41/2025", "week", [f"2025-10-{day:02}" for day in range(6, 13)]),
        ("2025年第41周", "week", [f"2025-10-{day:02}" for day in range(6, 13)]),
        ("2025年度第41週", "week", [f"2025-10-{day:02}" for day in range(6, 13)]),
        ("2025년 41주차", "week", [f"2025-10-{day:02}" for day in range(6, 13)]),
        ("October 2025", "month", []),
        ("octobre 2025", "month", []),
        ("2025年10月", "month", []),
        ("2025-10", "month", []),
        ("10/2025", "month", []),
        ("10月10日", "year", []),
        ("十月十日", "year", []),
        ("10 October", "year", []),
        ("10 октября", "year", []),
    ],
)
def test_what_has_several_readings_is_asked(text: str, case: str, readings: list[str]) -> None:
    assert read(text) == Found(None, case, tuple(map(dt.date.fromisoformat, readings)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "", "Boats", "Version 2.10", "v2025.10.1", "Release 2025.10.1.2", "2025-02-30",
        "2025-13-01",
        "February 29, 2026", "平成40年1月1日", "农历二〇二五年八月十五日", "iPad 11th gen 2025",
        "2 out 2025", "10 times 2025", "10.10.10.10", "Windows 11", "1404/07/18", "第10期",
    ],
)  # fmt: skip
def test_what_is_no_date_is_none(text: str) -> None:
    assert read(text).date is None
    assert read(text).readings == ()


@pytest.mark.parametrize("text", ["6–10 October 2025", "2025年10月6日-10日", "20251006-20251010"])
def test_a_span_means_its_last_day_where_the_layout_says_so(text: str) -> None:
    assert read(text, "last") == Found(TENTH, readings=(dt.date(2025, 10, 6), TENTH))


def test_two_dates_are_asked_whatever_the_layout_says_of_spans() -> None:
    assert read("3 March 2025 | 10 March 2025", "last").case == "several"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Thursday, October 10, 2025", True),
        ("2025年10月10日（四）", True),
        ("2025/10/10(木)", True),
        ("Do, 10.10.2025", True),
        ("Friday, October 10, 2025", False),
        ("Mar 10 mars 2026", False),  # mardi
        ("So, 12.10.2025", False),
        ("To 10.10.2025", False),  # no weekday without a comma
        ("The Sun, 10 October 2025 and more", True),
    ],
)
def test_a_weekday_that_is_another_is_told(text: str, wrong: bool) -> None:
    assert read(text).weekday is wrong


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("2025-10-10-title.md", TENTH),
        ("2025-10-10-10-things.md", TENTH),
        ("posts/2025/10/10.md", TENTH),
        ("posts/2025/10/10/index.md", TENTH),
        ("posts\\2025-10\\10.md", TENTH),
        ("2025/10-10.md", TENTH),
        ("2025/2025-10/2025-10-10.md", TENTH),
        ("027-2025-oct-10.md", TENTH),
        ("newsletter_10-Oct-2025_final.md", TENTH),
        ("digest20251010.md", TENTH),
        ("weekly-2025-10.md", None),
        ("2025-W41.md", None),
        ("issue-41.md", None),
    ],
)
def test_names_of_files(name: str, date: dt.date | None) -> None:
    assert read_name(name).date == date


def test_the_name_of_a_file_may_be_a_span() -> None:
    assert read_name("2025-10-06-to-2025-10-10.md").case == "span"
    assert read_name("2025-10-06_2025-10-10.md", "last").date == TENTH


ITEM = "## A\n\n[Paper](https://example.org/1)\n\nText of the item.\n"


@pytest.mark.parametrize(
    ("text", "name", "date", "codes"),
    [
        ("---\npubDatetime: 2025-10-10T08:00:00Z\n---\n# T\n\n", "", TENTH, []),
        ("---\npublish_date: Oct 10 2025\n---\n# T\n\n", "", TENTH, []),
        ("---\nDate Published: 2025-10-10\n---\n# T\n\n", "", TENTH, []),
        ("+++\ntitle = 'T'\npublishDate = 2025-10-10\n+++\n", "", TENTH, []),
        # The day a file was made counts when nothing else is said.
        ("---\ncreated: 2025-10-10\n---\n# T\n\n", "", TENTH, []),
        ("---\ncreated: 2025-10-09\n---\n# T - 2025-10-10\n\n", "", TENTH, []),
        ("---\nlastmod: 2025-10-12\n---\n# T\n\n", "2025-10-10.md", TENTH, []),
        ("---\nlastmod: 2025-10-12\n---\n# T, October 2025\n\n", "", None,
         [("date-ambiguous", 4)]),
        # A later place settles what an earlier one leaves open, and only that.
        ("# T 10/06/2025\n\n", "2025-06-10.md", dt.date(2025, 6, 10), []),
        ("# T 10/06/2025\n\n", "2025-10-10.md", None, [("date-ambiguous", 1)]),
        ("# T, 6–10 October 2025\n\n", "2025-10-10.md", TENTH, []),
        ("# T, October 2025\n\n", "2025-10-10.md", TENTH, []),
        ("# Django 5.2.10 released\n\n", "2025-10-10.md", TENTH, []),
        ("---\ntitle: T\n---\n# Tenth of boats: October 10th, 2025\n\n", "", TENTH, []),
        ("# T\n\n## Friday, 10 October 2025\n\n", "", TENTH, []),
        ("# T\n\n> 10 octobre 2025\n\n", "", TENTH, []),
        ("# T, Thursday, 10 October 2025\n\n", "", TENTH, [("date-weekday", 1)]),
        ("---\ntitle: T\ndate: 03/04/2026\n---\n", "", None, [("date-ambiguous", 3)]),
        # A date that no issue can have is one, and is named.
        ("---\ndate: 2025-02-30\n---\n# T\n\n", "", None, [("date-unreadable", 2)]),
        ("# T - 2126-10-10\n\n", "", None, [("date-impossible", 1)]),
        ("# 日报 2126年10月10日\n\n", "", None, [("date-impossible", 1)]),
        ("# T, 10. Oktober 2126\n\n", "", None, [("date-impossible", 1)]),
        ("# T, 29 de febrero de 2126\n\n", "", None, [("date-impossible", 1)]),
        ("# T, October 10th, 1625\n\n", "", None, [("date-impossible", 1)]),
        ("# T 10/10/2126\n\n", "", None, [("date-impossible", 1)]),
        ("# T\n\n", "2126-10-10.md", None, [("date-impossible", 1)]),
        ("# T - 2126-10-10\n\n", "2025-10-10.md", TENTH, []),
        ("# Top 5000 of RFC 9457\n\n", "", None, [("date-missing", 1)]),
    ],
)  # fmt: skip
def test_places_of_a_document(
    text: str, name: str, date: dt.date | None, codes: list[tuple[str, int]]
) -> None:
    digest = parse(text + ITEM, name=name)
    assert digest.date == date
    found = [(one.code, one.line) for one in digest.problems if one.code.startswith("date")]
    assert found == codes


def test_the_readings_come_with_the_question() -> None:
    [problem] = parse(f"# T 03/04/2026\n\n{ITEM}").errors
    assert (problem.code, problem.line) == ("date-ambiguous", 1)
    assert problem.params == {
        "case": "order", "text": "T 03/04/2026", "readings": "2026-03-04, 2026-04-03",
    }  # fmt: skip


def test_the_layout_of_a_publication_answers_a_span() -> None:
    assert parse(f"# T 6–10 October 2025\n\n{ITEM}", span="last").date == TENTH


def hostile() -> Iterator[str]:
    for part in ("1 ", "10 ", "2025-", "10-10-", "a", "1", "十", "二〇二五年", "(1", "6–",
                 "10 oct ", "2025-10-06 – ", "word 10 ", "令和", "[", "of "):  # fmt: skip
        yield part * (200_000 // len(part))


def test_no_text_takes_long() -> None:
    for text in hostile():
        began = time.perf_counter()
        read(text)
        assert time.perf_counter() - began < 0.5, text[:20]
