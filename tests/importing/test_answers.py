"""What a document leaves open stops it until somebody says; what was said serves the next one."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from newsletter.importing import NotImported, Report, import_digest, read_answers
from newsletter.models import ImportRule, Issue
from subscribers.models import Category, Publication
from tests import builders

pytestmark = pytest.mark.django_db

# Between the two items of News stands a paragraph that is neither's.
OPEN = """# Harbour Daily - 2026-03-02

## News

- [Night ferry](https://example.org/ferry) - it is late.

That was a quiet week, and nobody complained about the noise of the ships for once.

- [New yard](https://example.org/yard) - it is large.
"""
TAGGED = """# Harbour Daily - 2026-03-02

## [Night ferry](https://example.org/ferry)

It is late.

**Tags**: `#llm`, `#rust`

## [New yard](https://paper.example.net/yard)

It is large.

**Tags**: `#rust`
"""


@pytest.fixture
def paper() -> Publication:
    publication = builders.publication()
    builders.category(publication, "News")
    builders.category(publication, "Models")
    return publication


def run(paper: Publication, text: str, name: str = "", **more: Any) -> Report:
    """Import a text: what was done, or what was refused."""
    try:
        return import_digest(paper, text.encode(), name, **more)
    except NotImported as error:
        return error.report


def asked(report: Report) -> list[tuple[str, str]]:
    return [(one.code, one.key) for one in report.questions if not one.optional]


def key_of_open(paper: Publication) -> str:
    (question,) = run(paper, OPEN).questions
    return question.key


# --- lines ------------------------------------------------------------------------------------


def test_lines_of_no_item_stop_the_import_and_are_asked(paper: Publication) -> None:
    report = run(paper, OPEN)
    assert report.issue is None and not Issue.objects.exists()
    (question,) = report.questions
    assert (question.code, question.option, question.lines) == ("unclaimed", "--lines", ((7, 7),))
    assert question.choices == ("item", "above", "introduction", "tail", "left_out")
    assert question.name.startswith("That was a quiet week")
    assert [(p.line, p.code) for p in report.errors] == [(7, "unclaimed")]


@pytest.mark.parametrize("role", ["item", "above", "introduction", "tail", "left-out"])
@pytest.mark.parametrize("by", ["line", "range", "key"])
def test_an_answer_lets_it_in(paper: Publication, role: str, by: str) -> None:
    what = {"line": "7", "range": "6-8", "key": key_of_open(paper)}[by]
    report = run(paper, OPEN, answers=read_answers(lines=[f"{what}={role}"]))
    issue = report.issue
    assert issue is not None and report.questions == ()
    texts = {
        "item": [item.title for item in issue.items.all()],
        "above": [item.body for item in issue.items.filter(title="Night ferry")],
        "introduction": [issue.intro],
        "tail": [link.label for link in issue.links.filter(kind="tail")],
    }
    holds = [name for name, found in texts.items() if any("quiet week" in one for one in found)]
    assert holds == ([] if role == "left-out" else [role])


def test_the_answer_is_remembered_by_structure_not_by_text(
    paper: Publication, admin_user: Any
) -> None:
    answers = read_answers(lines=["7=left-out"])
    first = run(paper, OPEN, answers=answers, by=admin_user).issue
    rule = ImportRule.objects.get()
    assert (rule.kind, rule.value, rule.by, rule.used_in) == (
        "lines", "left_out", admin_user.get_username(), first,
    )  # fmt: skip
    assert rule.used_at is not None and "quiet" not in rule.key
    later = OPEN.replace("2026-03-02", "2026-03-09").replace(
        "That was a quiet week", "What a storm it was"
    )
    report = run(paper, later)
    assert report.issue is not None and report.questions == ()
    assert [one.key for one in report.remembered] == [rule.key]
    rule.refresh_from_db()
    assert (rule.used_in, rule.by) == (report.issue, admin_user.get_username())


def test_nothing_is_remembered_of_a_dry_run_or_a_refusal(paper: Publication) -> None:
    answers = read_answers(lines=["7=tail"], maps=["tag:x=News"])
    assert run(paper, OPEN, answers=answers, dry_run=True).questions == ()
    assert not ImportRule.objects.exists()
    refused = run(paper, OPEN.replace(" - 2026-03-02", ""), answers=answers)
    assert asked(refused) == [("date-missing", "")]
    assert not ImportRule.objects.exists()


def test_a_later_answer_replaces_the_earlier_one(paper: Publication) -> None:
    run(paper, OPEN, answers=read_answers(lines=["7=left-out"]))
    report = run(paper, OPEN, answers=read_answers(lines=["7=introduction"]))
    assert report.changes == ["the introduction changed"]
    assert [rule.value for rule in ImportRule.objects.all()] == ["introduction"]


def test_line_numbers_that_nothing_asks_about_are_an_error(paper: Publication) -> None:
    report = run(paper, OPEN, answers=read_answers(lines=["7=tail", "5=tail"]))
    assert [(p.line, p.code) for p in report.errors] == [(5, "lines-not-open")]


def test_a_key_that_the_document_has_not_is_not_remembered(paper: Publication) -> None:
    report = run(paper, OPEN, answers=read_answers(lines=["7=tail", "nowhere|list|after=tail"]))
    assert report.issue is not None
    assert "nowhere" not in ImportRule.objects.get().key


def test_lines_under_endless_headings_are_asked_again(paper: Publication) -> None:
    path = "".join(f"{'#' * level} {'abcdefghij ' * 6}{'x' * level}\n\n" for level in range(2, 7))
    text = OPEN.replace("## News", f"{path}{'#' * 6} {'News ' * 12}")
    answers = read_answers(maps=["*=News"])
    (question,) = [one for one in run(paper, text, answers=answers).questions if not one.optional]
    report = run(paper, text, answers=read_answers(lines=[f"{question.key}=tail"], maps=["*=News"]))
    assert report.issue is not None


# --- categories -------------------------------------------------------------------------------


def test_tags_are_asked_once_with_what_they_would_do(paper: Publication) -> None:
    report = run(paper, TAGGED)
    tags = [one for one in report.questions if not one.optional]
    assert [(one.key, one.items, one.first) for one in tags] == [
        ("tag:llm", 1, 1),
        ("tag:rust", 2, 1),
    ]
    assert tags[0].choices == ("news", "models", "+", "-")
    assert [one.key for one in report.questions if one.optional] == [
        "*", "source:example.org", "source:paper.example.net",
    ]  # fmt: skip
    report = run(paper, TAGGED, answers=read_answers(maps=["tag:llm=Models", "tag:rust=news"]))
    assert report.issue is not None
    names = list(report.issue.items.order_by("number").values_list("category__name", flat=True))
    assert names == ["Models", "News"]
    later = TAGGED.replace("2026-03-02", "2026-03-09").replace("#llm", "#new")
    report = run(paper, later)
    assert report.issue is not None
    assert [rule.name for rule in report.remembered] == ["rust"]


def test_a_tag_left_out_of_account_is_an_answer(paper: Publication) -> None:
    report = run(paper, TAGGED, answers=read_answers(maps=["tag:llm=-", "tag:rust=Models"]))
    assert report.issue is not None
    assert set(report.issue.items.values_list("category__name", flat=True)) == {"Models"}
    assert ImportRule.objects.get(name="llm").category is None


def test_sources_and_the_rest(paper: Publication) -> None:
    answers = read_answers(maps=["tag:llm=-", "tag:rust=-", "source:example.net=Models", "*=News"])
    report = run(paper, TAGGED, answers=answers)
    assert report.issue is not None
    names = list(report.issue.items.order_by("number").values_list("category__name", flat=True))
    assert names == ["News", "Models"]


def test_one_answer_is_enough_for_what_nothing_else_files(paper: Publication) -> None:
    text = TAGGED.replace("**Tags**: `#rust`", "Category: Ships")
    report = run(paper, text, answers=read_answers(maps=["*=News"]))
    assert asked(report) == [("category-unknown", "category:Ships")]
    report = run(paper, text, answers=read_answers(maps=["*=News", "Ships=Models"]))
    assert report.issue is not None
    names = list(report.issue.items.order_by("number").values_list("category__name", flat=True))
    assert names == ["News", "Models"]


def test_only_the_chosen_categories_are_created(paper: Publication) -> None:
    text = OPEN.replace("## News", "## Ships").replace("That was a quiet", "## Sea\n\n- [x]")
    text = TAGGED.replace("**Tags**: `#llm`, `#rust`", "Category: Ships").replace(
        "**Tags**: `#rust`", "Category: Neews"
    )
    report = run(paper, text)
    assert asked(report) == [
        ("category-unknown", "category:Ships"),
        ("category-unknown", "category:Neews"),
    ]
    assert [one.near for one in report.questions if not one.optional] == [(), ("news",)]
    report = run(paper, text, answers=read_answers(maps=["Ships=+", "Neews=news"]))
    assert report.issue is not None
    assert list(paper.categories.values_list("name", flat=True)) == ["News", "Models", "Ships"]
    # The new category has the name; what is remembered is where the other one leads.
    assert [(rule.key, rule.category) for rule in ImportRule.objects.all()] == [
        ("neews", Category.objects.get(name="News")),
    ]
    assert report.issue.items.filter(category__name="Ships").count() == 1


def test_an_answer_that_leads_nowhere_is_an_error(paper: Publication) -> None:
    report = run(paper, TAGGED, answers=read_answers(maps=["tag:llm=Modles", "tag:rust=News"]))
    assert "map-target" in [p.code for p in report.errors]
    assert not ImportRule.objects.exists()


def test_answers_follow_a_merged_category_and_are_void_when_it_is_retired(
    paper: Publication,
) -> None:
    run(paper, TAGGED, answers=read_answers(maps=["tag:llm=Models", "tag:rust=Models"]))
    news, models = paper.categories.order_by("pk")
    models.retired_at, models.bit, models.merged_into = builders.NOW, None, news
    models.save()
    later = TAGGED.replace("2026-03-02", "2026-03-09")
    report = run(paper, later)
    assert report.issue is not None
    assert set(report.issue.items.values_list("category", flat=True)) == {news.pk}
    models.merged_into = None
    models.save()
    builders.category(paper, "Other")
    report = run(paper, TAGGED.replace("2026-03-02", "2026-03-16"))
    assert asked(report) == [("category-missing", "tag:llm"), ("category-missing", "tag:rust")]


# --- everything at once -----------------------------------------------------------------------


def test_all_problems_are_said_at_once_in_the_order_of_the_document(paper: Publication) -> None:
    text = OPEN.replace(" - 2026-03-02", "").replace("## News", "## Newz")
    report = run(paper, text)
    assert [(p.line, p.column, p.code) for p in report.errors] == [
        (1, 1, "date-missing"),
        (3, 4, "category-unknown"),
        (7, 1, "unclaimed"),
    ]
    assert asked(report) == [
        ("date-missing", ""),
        ("category-unknown", "section:Newz"),
        ("unclaimed", report.questions[2].key),
    ]
    answers = read_answers(lines=["7=above"], maps=["section:Newz=News"])
    report = run(paper, text, answers=answers, date=dt.date(2026, 3, 2), dry_run=True)
    assert report.created and report.questions == ()


def test_a_doubt_is_confirmed_once_for_each_import(paper: Publication) -> None:
    text = "# T - 2026-03-02\n\n" + "".join(
        f"## {n}\n\nCategory: News\n\nText {n} of the day.\n\n" for n in "ABC"
    ) + "## D\n\nCategory: News\n\nSee [it](https://example.org/d).\n"  # fmt: skip
    report = run(paper, text)
    assert asked(report) == [("few-sources", "few-sources")]
    sure = read_answers(confirm=["few-sources"])
    assert run(paper, text, answers=sure).issue is not None
    assert not ImportRule.objects.exists()
    assert asked(run(paper, text.replace("2026-03-02", "2026-03-03"))) == [
        ("few-sources", "few-sources")
    ]


def test_the_readings_of_a_date_are_its_choices() -> None:
    from newsletter.digest import Problem
    from newsletter.importing.questions import readings

    params = {"text": "03/04/2026, after 2026-01-01", "readings": "2026-03-04, 2026-04-03"}
    problem = Problem(1, 1, "error", "date-ambiguous", params)
    assert readings(problem) == ("2026-03-04", "2026-04-03")
    assert readings(Problem(1, 1, "error", "date-ambiguous", {"text": "May"})) == ()


# --- translations -----------------------------------------------------------------------------


def test_a_translation_is_recognised_and_does_not_overwrite_the_original(
    paper: Publication,
) -> None:
    answers = read_answers(maps=["tag:llm=Models", "tag:rust=News"])
    first = run(paper, TAGGED, "zh/2026/03/02.md", answers=answers).issue
    translated = TAGGED.replace("Night ferry", "Fähre").replace("It is late.", "Es ist spät.")
    report = run(paper, translated, "en/2026/03/02.md")
    assert report.issue is not None and report.issue != first
    assert [p.code for p in report.problems if p.level != "warning"] == ["translation"]
    assert "seen_before" not in [p.code for p in report.problems]
    assert report.problems[0].message == (
        "This looks like the same issue as 2026-03-02 in another language (zh-Hans)."
    )
    assert run(paper, translated, "en/2026/03/02.md").issue == report.issue


# --- the command ------------------------------------------------------------------------------


class TestCommand:
    def call(self, *args: str, code: int = 0) -> str:
        from io import StringIO

        from django.core.management import CommandError, call_command

        out = StringIO()
        try:
            call_command("import_digest", *args, "--publication", "daily", stdout=out)
            found = 0
        except SystemExit as error:
            found = int(error.code or 0)
        except CommandError as error:
            found = error.returncode
            out.write(str(error))
        assert found == code, (found, out.getvalue())
        return out.getvalue()

    def test_questions_as_json(self, paper: Publication, tmp_path: Path) -> None:
        path = tmp_path / "2026-03-02.md"
        path.write_text(OPEN)
        said = json.loads(self.call(str(path), "--json", "--dry-run", code=1))
        assert (said["issue"], said["created"], said["unclaimed_lines"]) == (None, False, [[7, 7]])
        (question,) = said["questions"]
        assert question == {
            "code": "unclaimed", "option": "--lines", "key": question["key"], "lines": [[7, 7]],
            "choices": ["item", "above", "introduction", "tail", "left_out"], "optional": False,
            "text": question["text"],
        }  # fmt: skip
        assert [(one["title"], one["shape"], one["items"]) for one in said["sections"]][-1] == (
            "News", "links", 2,
        )  # fmt: skip
        said = json.loads(self.call(str(path), "--json", "--lines", "7=left-out"))
        assert (said["issue"], said["created"], said["questions"]) == ("2026-03-02", True, [])
        said = json.loads(self.call(str(path), "--json"))
        assert said["remembered"] == [
            {"kind": "lines", "key": question["text"], "answer": "left_out"}
        ]

    def test_questions_for_people(self, paper: Publication, tmp_path: Path) -> None:
        path = tmp_path / "2026-03-02.md"
        path.write_text(TAGGED)
        out = self.call(str(path), code=1)
        assert (
            f"{path}: answer --map 'tag:rust=news|models|+|-' (tag “rust”: 2 items, in 1 of them "
            "the first tag)\n"
        ) in out
        self.call(str(path), "--map", "tag:llm=Models", "--map", "tag:rust=News")
        assert Issue.objects.get().items.count() == 2

    def test_usage(self, paper: Publication, tmp_path: Path) -> None:
        for name in ("a.md", "b.md"):
            (tmp_path / name).write_text(OPEN)
        assert "a role is one of" in self.call(str(tmp_path), "--lines", "7=chapter", code=2)
        assert "FROM=TO" in self.call(str(tmp_path), "--map", "x", code=2)
        assert "one file" in self.call(str(tmp_path), "--lines", "7=tail", code=2)

    def test_c16_no_path_of_the_operator_is_stored(
        self, paper: Publication, tmp_path: Path
    ) -> None:
        path = tmp_path / "2026-03-02.md"
        path.write_text(OPEN)
        self.call(str(path), "--lines", "7=left-out")
        issue = Issue.objects.get()
        rows = [issue.origin, *issue.revisions.values_list("source_name", flat=True)]
        assert rows == ["2026-03-02", "2026-03-02.md"]
        everything = json.dumps(
            [
                list(issue.revisions.values_list("digest", "problems")),
                list(ImportRule.objects.values_list("key", "name", "by")),
                issue.extra,
            ]
        )
        assert str(tmp_path) not in everything
