"""A span of days in place of a date: asked once, remembered for the publication, taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from newsletter.importing import Answers, read_answers

from .test_import import ISSUE, paper, refused, run

__all__ = ["paper"]  # The fixture.

pytestmark = pytest.mark.django_db

WEEK = ISSUE.replace("Harbour Daily - 2026-03-02", "Harbour Weekly, 2–6 March 2026")


def test_asked_answered_remembered_and_taken_back(paper: Any) -> None:
    report = refused(paper, WEEK, "w.md")
    assert [(q.option, q.choices, q.optional) for q in report.questions] == [
        ("--date", ("2026-03-02", "2026-03-06"), False),
        ("--span", ("last",), True),
    ]
    issue = run(paper, WEEK, "w.md", answers=read_answers(span="last")).issue
    assert issue.slug == "2026-03-06"
    rule = paper.import_rules.get()
    assert (rule.kind, rule.key, rule.value, rule.used_in) == ("span", "", "last", issue)
    later = run(paper, WEEK.replace("2–6 March", "9 to 13 March"), "w.md")
    assert later.issue.slug == "2026-03-13" and later.remembered == (rule,)
    assert [(p.level, p.code, p.line, p.message) for p in later.problems if "span" in p.code] == [
        ("note", "date-span", 1,
         "The days 2026-03-09 to 2026-03-13: the issue's date is the last one, as was said."),
    ]  # fmt: skip
    paper.import_rules.all().delete()
    assert [p.code for p in refused(paper, WEEK.replace("2–6", "16–20"), "w.md").errors] == [
        "date-ambiguous"
    ]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Weekly 2026-W10", "2026-03-08"),
        ("周报 2026年3月2日-6日", "2026-03-06"),
        ("Semaine du 2 au 6 mars 2026", "2026-03-06"),
        ("Woche vom 30. März bis 3. April 2026", "2026-04-03"),
        ("Еженедельник, 2–6 марта 2026", "2026-03-06"),
        ("週刊 2026年3月30日〜4月3日", "2026-04-03"),
    ],
)
def test_in_other_languages(paper: Any, title: str, slug: str) -> None:
    text = ISSUE.replace("Harbour Daily - 2026-03-02", title)
    assert run(paper, text, "w.md", answers=Answers(span="last")).issue.slug == slug


def test_not_remembered_where_no_span_was_read(paper: Any) -> None:
    run(paper, ISSUE, answers=Answers(span="last"))
    assert not paper.import_rules.exists()


def test_a_date_given_wins(paper: Any) -> None:
    import datetime as dt

    answers = Answers(span="last")
    assert run(paper, WEEK, date=dt.date(2026, 3, 4), answers=answers).issue.slug == "2026-03-04"


def test_the_command(paper: Any, tmp_path: Path) -> None:
    from .test_import import TestCommand

    path = tmp_path / "w.md"
    path.write_text(WEEK)
    call = TestCommand().call
    out, _ = call(str(path), "--publication", "daily", code=1)
    assert "answer --date 2026-03-02|2026-03-06" in out and "or --span last" in out
    out, _ = call(str(path), "--publication", "daily", "--span", "last", "--json")
    assert json.loads(out)["date"] == "2026-03-06"
    path.write_text(WEEK.replace("2–6", "9–13"))
    out, _ = call(str(path), "--publication", "daily", "--json")
    assert json.loads(out)["remembered"] == [{"kind": "span", "key": "", "answer": "last"}]
