"""A file becomes a draft, all of it or nothing; the same file finds its draft again."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from newsletter.digest import from_json, parse, to_json

pytestmark = pytest.mark.django_db

ISSUE = """# Harbour Daily - 2026-03-02

Good morning.

## Night ferry

> **Category:** Travel
> **Source:** [The Paper](https://example.org/ferry), The Pier

**Insight:** It is late.
**Summary:**

- When: nine, see [the table](https://example.org/table)
- Who: everybody
  - also dogs

---

## New yard

> **Category:** Ships
> **Source:** [The Mill](https://example.org/yard)

**Insight:** It is large.
**Summary:**

- Size: two docks

---

## More

- [First](https://example.org/more/1)
"""


@pytest.fixture
def paper() -> Any:
    from tests import builders

    publication = builders.publication()
    builders.category(publication, "Travel")
    builders.category(publication, "Ships", aliases=["Vessels"])
    return publication


def run(publication: Any, text: str, name: str = "2026-03-02.md", **extra: Any) -> Any:
    from newsletter.importing import import_digest

    return import_digest(publication, text.encode(), name, **extra)


def refused(publication: Any, text: str, name: str = "2026-03-02.md", **extra: Any) -> Any:
    from newsletter.importing import NotImported
    from newsletter.models import Issue

    before = Issue.objects.count()
    with pytest.raises(NotImported) as caught:
        run(publication, text, name, **extra)
    assert Issue.objects.count() == before
    return caught.value.report


def test_a_draft(paper: Any) -> None:
    report = run(paper, ISSUE)
    issue = report.issue
    assert report.created and report.changes == [] and report.problems == ()
    assert (issue.slug, issue.state, issue.title, issue.intro, issue.language) == (
        "2026-03-02", "draft", "Harbour Daily - 2026-03-02", "Good morning.", "en",
    )  # fmt: skip
    assert issue.date == dt.date(2026, 3, 2)
    assert issue.origin == "2026-03-02"
    assert issue.extra == {"tail_title": "More"}
    assert issue.published_at is None
    ferry, yard = issue.items.order_by("number")
    assert (ferry.number, ferry.anchor, ferry.title, ferry.category.name, ferry.line) == (
        1, "item-1", "Night ferry", "Travel", 5,
    )  # fmt: skip
    assert ferry.insight == "It is late."
    assert ferry.bullets == [
        {
            "lead": "When",
            "text": "nine, see [the table](https://example.org/table)",
            "children": [],
        },
        {
            "lead": "Who",
            "text": "everybody",
            "children": [{"lead": "", "text": "also dogs", "children": []}],
        },
    ]
    assert ferry.entry_id.startswith("urn:uuid:") and ferry.entry_id != yard.entry_id
    assert list(
        issue.links.order_by("pk").values_list("kind", "number", "label", "url", "item__number")
    ) == [
        ("source", 1, "The Paper", "https://example.org/ferry", 1),
        ("source", 2, "The Pier", "", 1),
        ("body", 1, "the table", "https://example.org/table", 1),
        ("source", 1, "The Mill", "https://example.org/yard", 2),
        ("tail", 1, "First", "https://example.org/more/1", None),
    ]
    (revision,) = issue.revisions.all()
    assert (revision.number, revision.kind, revision.source, revision.source_name) == (
        1, "import", ISSUE, "2026-03-02.md",
    )  # fmt: skip
    assert from_json(json.loads(json.dumps(revision.digest))) == report.digest


def test_the_same_file_again_changes_nothing(paper: Any) -> None:
    first = run(paper, ISSUE).issue
    before = list(first.items.values_list("pk", "entry_id", "anchor"))
    again = run(paper, ISSUE)
    assert again.issue == first and not again.created and again.changes == []
    assert list(first.items.values_list("pk", "entry_id", "anchor")) == before
    assert first.revisions.count() == 1


def test_a_changed_file_updates_the_draft_and_says_what(paper: Any) -> None:
    first = run(paper, ISSUE).issue
    ferry, yard = first.items.order_by("number")
    changed = (
        ISSUE.replace("Good morning.", "Good evening.")
        .replace("- Size: two docks", "- Size: three docks")
        .replace("[First]", "[The first]")
        .replace("\n## More", "## A rope\n\n> **Category:** Vessels\n> **Source:** "
                 "[R](https://example.org/rope)\n\n**Insight:** It floats.\n\n- Use: boats\n\n"
                 "## More")
    )  # fmt: skip
    # The ferry goes, the yard comes first now.
    start, end = changed.index("## Night"), changed.index("## New yard")
    changed = changed[:start] + changed[end:]
    report = run(paper, changed)
    assert not report.created
    assert report.changes == [
        "the introduction changed",
        "item left out: “Night ferry”",
        "“New yard”: bullets changed",
        "new item: “A rope”",
        "the further links changed",
    ]
    assert [(p.level, p.code, p.message) for p in report.problems] == [
        ("note", "changed", change) for change in report.changes
    ]
    issue = report.issue
    assert issue.pk == first.pk and issue.intro == "Good evening."
    rows = list(issue.items.order_by("number"))
    assert [(row.title, row.number, row.anchor) for row in rows] == [
        ("New yard", 1, "item-2"),
        ("A rope", 2, "item-1"),
    ]
    assert (rows[0].pk, rows[0].entry_id) == (yard.pk, yard.entry_id)
    assert rows[1].category.name == "Ships"
    assert not type(ferry).objects.filter(pk=ferry.pk).exists()
    assert list(issue.links.filter(kind="source").order_by("item__number").values_list("url")) == [
        ("https://example.org/yard",),
        ("https://example.org/rope",),
    ]
    assert list(issue.revisions.order_by("number").values_list("number", "kind")) == [
        (1, "import"),
        (2, "import"),
    ]


def test_s9_an_approval_does_not_survive_another_text(paper: Any, admin_user: Any) -> None:
    issue = run(paper, ISSUE).issue
    issue.approved_by = admin_user
    issue.save(update_fields=["approved_by"])
    run(paper, ISSUE)
    issue.refresh_from_db()
    assert issue.approved_by == admin_user  # The same text is what was approved.
    run(paper, ISSUE.replace("It is late.", "It is later."))
    issue.refresh_from_db()
    assert issue.approved_by is None


def test_items_in_another_order_keep_their_rows(paper: Any) -> None:
    first = run(paper, ISSUE).issue
    before = {row.title: (row.pk, row.anchor) for row in first.items.all()}
    head, ferry, rest = ISSUE.partition("## Night ferry")
    ferry_text, yard, tail = rest.partition("## New yard")
    yard_text, more, end = tail.partition("## More")
    report = run(paper, head + yard + yard_text + ferry + ferry_text + more + end)
    assert report.changes == ["the items stand in another order"]
    rows = list(first.items.order_by("number"))
    assert [row.title for row in rows] == ["New yard", "Night ferry"]
    assert {row.title: (row.pk, row.anchor) for row in rows} == before


def test_a_new_title_with_the_same_link_is_the_same_item(paper: Any) -> None:
    first = run(paper, ISSUE).issue
    before = first.items.get(title="New yard")
    report = run(paper, ISSUE.replace("## New yard", "## Newest yard"))
    assert report.changes == ["“Newest yard”: title changed"]
    after = first.items.get(title="Newest yard")
    assert (after.pk, after.entry_id, after.anchor) == (before.pk, before.entry_id, before.anchor)


def test_a_hidden_item_stays_hidden(paper: Any) -> None:
    first = run(paper, ISSUE).issue
    first.items.filter(title="New yard").update(hidden=True)
    assert run(paper, ISSUE).changes == []
    run(paper, ISSUE.replace("two docks", "four docks"))
    assert first.items.get(title="New yard").hidden


@pytest.mark.parametrize("state", ["scheduled", "archived", "cancelled"])
def test_a_released_issue_is_never_touched(paper: Any, state: str) -> None:
    from newsletter.models import Issue
    from tests.builders import NOW

    first = run(paper, ISSUE).issue
    Issue.objects.filter(pk=first.pk).update(state=state, send_at=NOW)
    report = refused(paper, ISSUE.replace("It is late.", "It is very late."))
    assert [p.code for p in report.errors] == ["released"]
    assert report.changes == ["“Night ferry”: insight changed"]
    assert first.items.get(number=1).insight == "It is late."
    # The same file is no mistake.
    same = run(paper, ISSUE)
    assert [(p.level, p.code) for p in same.problems] == [("note", "released")]
    assert Issue.objects.get().revisions.count() == 1


def test_an_unknown_category_names_the_nearest(paper: Any) -> None:
    report = refused(paper, ISSUE.replace("**Category:** Travel", "**Category:** Travels"))
    (problem,) = report.errors
    assert (problem.line, problem.column, problem.code) == (7, 17, "category-unknown")
    assert problem.message == (
        "“Travels” is no category of this publication; near it: “Travel”. Map it to one, create "
        "it, or rename it in the document."
    )


def test_categories_can_be_created(paper: Any) -> None:
    from tests import builders

    everything = builders.subscription(paper, "alice@example.org")
    some = builders.subscription(paper, "bob@example.org", list(paper.categories.all()))
    report = run(paper, ISSUE.replace("Travel", "市场 动态"), create_categories=True)
    made = paper.categories.get(name="市场 动态")
    assert (made.slug, made.bit, made.position, made.visibility) == ("市场-动态", 2, 2, "open")
    assert [(p.line, p.code) for p in report.problems] == [(7, "category-created")]
    # Who follows new ones has it, who chose exactly two has not.
    assert everything.choice >> made.bit & 1 and not some.choice >> made.bit & 1


def test_other_names_of_a_category_count(paper: Any) -> None:
    from subscribers.models import Category

    ships = Category.objects.get(name="Ships")
    ships.translations = {"zh-Hans": {"name": "船舶"}}
    ships.save(update_fields=["translations"])
    for name in ("vessels", "船舶", "SHIPS"):
        issue = run(paper, ISSUE.replace("Category:** Ships", f"Category:** {name}")).issue
        assert issue.items.get(title="New yard").category == ships


def test_a_merged_category_leads_on_and_a_retired_one_is_unknown(paper: Any) -> None:
    from subscribers.models import Category
    from tests.builders import NOW

    ships = Category.objects.get(name="Ships")
    travel = Category.objects.get(name="Travel")
    ships.retired_at, ships.bit, ships.merged_into = NOW, None, travel
    ships.save()
    issue = run(paper, ISSUE).issue
    assert {row.category for row in issue.items.all()} == {travel}
    ships.merged_into = None
    ships.save()
    report = refused(paper, ISSUE, "other.md", create_categories=True)
    assert [p.code for p in report.errors] == ["category-unknown"]


def test_items_without_a_category(paper: Any) -> None:
    from newsletter.importing import read_answers
    from tests import builders

    bare = ISSUE.replace("> **Category:** Travel\n", "").replace("> **Category:** Ships\n", "")
    report = refused(paper, bare)
    assert [(p.line, p.code, p.message) for p in report.errors] == [
        (5, "category-missing",
         "2 items have no category. Say which it is, or add lines “Category: …”."),
    ]  # fmt: skip
    single = builders.publication("single")
    only = builders.category(single, "All")
    assert {row.category for row in run(single, bare).issue.items.all()} == {only}
    # A category made up for everything is not made without a word.
    fresh = builders.publication("fresh")
    report = refused(fresh, bare, create_categories=True)
    assert [(p.line, p.code) for p in report.errors] == [(5, "category-made-up")]
    sure = read_answers(confirm=["category-made-up"])
    run(fresh, bare, create_categories=True, answers=sure)
    assert [category.name for category in fresh.categories.all()] == ["General"]


def test_a_story_that_an_earlier_issue_told(paper: Any) -> None:
    run(paper, ISSUE)
    later = ISSUE.replace("2026-03-02", "2026-03-09").replace(
        "(https://example.org/ferry)", "(http://www.example.org/ferry/?utm_source=x#top)"
    )
    report = run(paper, later, "2026-03-09.md")
    told = (
        "“%s” told the same story on 2026-03-02 (issue 2026-03-02). Drop it, make it a follow-up, "
        "or keep it: the preflight of the draft asks."
    )
    assert [(p.line, p.level, p.code, p.message) for p in report.problems] == [
        (5, "warning", "seen_before", told % "Night ferry"),
        (19, "warning", "seen_before", told % "New yard"),
    ]  # fmt: skip
    much_later = ISSUE.replace("2026-03-02", "2026-06-01")
    assert [p.code for p in run(paper, much_later, "2026-06-01.md").problems] == ["seen_before"] * 2


def test_two_editions_of_a_day_are_said_by_name(paper: Any) -> None:
    first = run(paper, ISSUE).issue
    evening = ISSUE.replace("Harbour Daily", "Harbour Extra")
    second = run(paper, evening, "extra.md", edition="Evening").issue
    assert (first.slug, second.slug) == ("2026-03-02", "2026-03-02-evening")
    assert (first.edition, second.edition) == ("", "Evening")
    assert run(paper, evening, "x.md", edition=" evening").issue == second
    front = "---\nedition: Evening\n---\n"
    assert run(paper, front + evening, "y.md").issue == second
    # A name that leaves nothing for an address.
    late = run(paper, evening, "late.md", edition="晚间版").issue
    assert (late.slug, late.edition) == ("2026-03-02-2", "晚间版")
    report = refused(paper, evening, edition="e" * 41)
    assert [p.code for p in report.errors] == ["edition-name"]


def test_a_document_by_any_name_is_one_issue(paper: Any) -> None:
    first = run(paper, ISSUE).issue
    for name in ("", "digest.md", "news-12.md", "a/2026/03/02.md"):
        report = run(paper, ISSUE, name)
        assert (report.issue, report.created, report.changes) == (first, False, [])
    # Another language is another issue, another day too.
    front = "---\nlanguage: zh-Hans\n---\n"
    assert run(paper, front + ISSUE, "2026-03-02.md").created
    assert run(paper, ISSUE.replace("2026-03-02", "2026-03-03"), "news-12.md").created


def test_another_issue_of_the_day_is_asked_about(paper: Any) -> None:
    """`ai/2026/03/02.md` and `games/2026/03/02.md`: nothing is overwritten without a word."""
    from newsletter.importing import read_answers
    from newsletter.models import Issue
    from tests.builders import NOW

    first = run(paper, ISSUE, "ai/2026/03/02.md").issue
    other = (
        "# Games - 2026-03-02\n\n## A toy\n\n> **Category:** Travel\n"
        "> **Source:** [T](https://example.net/toy)\n\n**Insight:** Wood again.\n"
    )
    report = refused(paper, other, "games/2026/03/02.md")
    assert [(p.code, p.line) for p in report.errors] == [("other-issue", 3)]
    assert [(q.code, q.option, q.key, q.optional) for q in report.questions] == [
        ("other-issue", "--edition", "", False),
        ("other-issue", "--confirm", "other-issue", True),
    ]
    assert run(paper, other, "games/2026/03/02.md", edition="Games").created
    assert run(paper, ISSUE, "ai/2026/03/02.md").issue == first
    replaced = run(paper, other, answers=read_answers(confirm=["other-issue"]))
    assert replaced.issue == first
    assert [row.title for row in first.items.all()] == ["A toy"]
    # What readers have is replaced by nothing: an edition of its own, or item by item.
    Issue.objects.filter(pk=first.pk).update(state="archived", send_at=NOW)
    report = refused(paper, ISSUE, answers=read_answers(confirm=["other-issue"]))
    assert [p.code for p in report.errors] == ["other-issue"]
    assert [(q.code, q.option) for q in report.questions] == [("other-issue", "--edition")]
    assert report.released == first


@pytest.mark.parametrize(
    ("front", "name", "origin"),
    [
        ("", "2026-03-02.md", "2026-03-02"),
        ("", "ai/2026/03/02.md", "2026-03-02/02"),
        ("", "issue-12.md", "issue-12"),
        ("", "weekly.md", "2026-03-02/weekly"),
        ("", "", "2026-03-02"),
        ("---\nslug: spring-special\n---\n", "weekly.md", "spring-special"),
    ],
)
def test_what_makes_two_files_the_same(front: str, name: str, origin: str) -> None:
    from newsletter.importing import origin_of

    assert origin_of(parse(front + ISSUE, name=name), name) == origin


def test_an_archive_is_published_history(paper: Any) -> None:
    from subscribers.models import Publication

    Publication.objects.filter(pk=paper.pk).update(time_zone="Asia/Shanghai")
    paper.refresh_from_db()
    before = paper.changed_at
    issue = run(paper, ISSUE, archived=True).issue
    noon = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)  # Noon in Shanghai.
    assert (issue.state, issue.published_at, issue.recipients) == ("archived", noon, 0)
    assert {row.published_at for row in issue.items.all()} == {noon}
    paper.refresh_from_db()
    assert paper.changed_at > before


def test_a_draft_can_become_history(paper: Any) -> None:
    draft = run(paper, ISSUE).issue
    report = run(paper, ISSUE, archived=True)
    draft.refresh_from_db()
    assert draft.state == "archived" and draft.published_at is not None
    assert not report.created
    assert draft.items.filter(published_at=draft.published_at).count() == 2


def test_a_dry_run_stores_nothing(paper: Any) -> None:
    from newsletter.models import Issue, Revision

    report = run(paper, ISSUE.replace("Travel", "Moon"), create_categories=True, dry_run=True)
    assert report.created and report.issue is None and len(report.digest.items) == 2
    assert not Issue.objects.exists() and paper.categories.count() == 2
    run(paper, ISSUE)
    changed = run(paper, ISSUE.replace("It is late.", "Later."), dry_run=True)
    assert changed.changes == ["“Night ferry”: insight changed"]
    assert Issue.objects.get().items.get(number=1).insight == "It is late."
    assert Revision.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (b"", "empty", 0),
        (b"\x89PNG\r\n\x1a\n\xff\xfe\x00\x01" * 50, "encoding", 1),
        (b"# T - 2026-03-02\n\n## A\n\ncaf\xe9 \xff\n", "encoding", 5),
        (ISSUE.replace("# Harbour Daily - 2026-03-02", "").encode(), "title-missing", 1),
        (ISSUE.replace(" - 2026-03-02", "").encode(), "date-missing", 1),
        (ISSUE.replace("Night ferry", "N" * 501).encode(), "too-long", 5),
        (b"# T - 2026-03-02\n\n" + b"ab\x00c" * 40, "control-character", 3),
    ],
)
def test_bad_files_are_refused_with_their_line(
    paper: Any, data: bytes, code: str, line: int
) -> None:
    from newsletter.importing import NotImported, import_digest
    from newsletter.models import Issue

    with pytest.raises(NotImported) as caught:
        import_digest(paper, data, "plain.md")
    assert (code, line) in [(p.code, p.line) for p in caught.value.report.errors]
    assert not Issue.objects.exists()


def test_answers_for_what_the_file_does_not_say(paper: Any) -> None:
    text = ISSUE.replace("# Harbour Daily - 2026-03-02\n", "")
    issue = run(paper, text, "plain.md", title="Given", date=dt.date(2026, 3, 5)).issue
    assert (issue.title, issue.slug) == ("Given", "2026-03-05")


def test_other_encodings(paper: Any) -> None:
    from newsletter.importing import import_digest

    text = (
        "# 港口 - 2026-03-02\r\n\r\n## 夜航\r\n\r\n> **分类：** Travel\r\n"
        "> **来源：** [甲](https://example.org/1)\r\n\r\n**核心洞察：** 晚了。\r\n"
    )
    for encoding, said in (("utf-8-sig", []), ("utf-16", []), ("gb18030", ["encoding"])):
        report = import_digest(paper, text.encode(encoding), f"{encoding}-1.md")
        assert report.issue is not None
        assert report.issue.items.get().insight == "晚了。"
        assert [p.code for p in report.problems if p.code == "encoding"] == said
    assert report.encoding == "GB18030"


def test_json_of_a_digest(paper: Any) -> None:
    digest = parse(ISSUE + "\n\x0b".strip("\x0b"), name="2026-03-02.md")
    assert from_json(json.loads(json.dumps(to_json(digest)))) == digest


def test_links_are_the_same_page() -> None:
    from newsletter.importing import link_key

    key = link_key("https://example.org/a?x=1&y=2")
    for same in (
        "http://EXAMPLE.org/a/?y=2&x=1",
        "https://www.example.org:443/a?x=1&y=2&utm_source=z#part",
    ):
        assert link_key(same) == key
    for other in ("https://example.org/a?x=2&y=2", "https://example.org/b?x=1&y=2"):
        assert link_key(other) != key
    assert link_key("") is None


class TestCommand:
    """The command as other programs call it."""

    def call(self, *args: str, code: int = 0) -> tuple[str, str]:
        from io import StringIO

        from django.core.management import CommandError, call_command

        out = StringIO()
        try:
            call_command("import_digest", *args, stdout=out)
            found, message = 0, ""
        except SystemExit as error:
            found, message = int(error.code or 0), ""
        except CommandError as error:
            found, message = error.returncode, str(error)
        assert found == code, (found, message, out.getvalue())
        return out.getvalue(), message

    def test_one_object_a_line(self, paper: Any, tmp_path: Path) -> None:
        good, bad = tmp_path / "a" / "2026-03-02.md", tmp_path / "b.md"
        good.parent.mkdir()
        good.write_text(ISSUE)
        bad.write_text("hello")
        out, _ = self.call(str(good), str(bad), "--publication", "daily", "--json", code=1)
        first, second = map(json.loads, out.splitlines())
        assert first == {
            "file": str(good), "issue": "2026-03-02", "created": True, "shape": "labelled",
            "title": "Harbour Daily - 2026-03-02",
            "date": "2026-03-02", "items": 2, "source_links": 2,
            "source_names_without_link": 1, "bullets": 3, "tail_links": 1, "problems": [],
            "unclaimed_lines": [],
            "sections": first["sections"], "questions": [], "remembered": [],
            "conflicts": [], "edition": "",
        }  # fmt: skip
        assert second["date"] is None
        assert {"line", "column", "level", "code", "message"} == set(second["problems"][0])
        assert paper.issues.count() == 1

    def test_folders(self, paper: Any, tmp_path: Path) -> None:
        for day in ("01", "02"):
            path = tmp_path / "2026" / "03" / f"{day}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(ISSUE.replace("2026-03-02", f"2026-03-{day}"))
        (tmp_path / "picture.png").write_bytes(b"x")
        self.call(str(tmp_path), "--publication", "daily", "--archived")
        assert sorted(paper.issues.values_list("slug", "state")) == [
            ("2026-03-01", "archived"),
            ("2026-03-02", "archived"),
        ]
        self.call(str(tmp_path), "--publication", "daily", "--archived")
        assert paper.issues.count() == 2

    def test_usage(self, paper: Any, tmp_path: Path) -> None:
        assert "no publication" in self.call("x.md", "--publication", "none", code=2)[1]
        assert "no file" in self.call("x.md", "--publication", "daily", code=2)[1]
        assert "no Markdown" in self.call(str(tmp_path), "--publication", "daily", code=2)[1]

    def test_for_people(self, paper: Any, tmp_path: Path) -> None:
        path = tmp_path / "2026-03-02.md"
        path.write_text(ISSUE.replace("Travel", "Travels"))
        out, _ = self.call(str(path), "--publication", "daily", code=1)
        assert f"{path}:7:17: error: “Travels” is no category" in out
        assert out.endswith("refused, nothing was stored.\n")
        path.write_text(ISSUE)
        assert self.call(str(path), "--publication", "daily", "--dry-run")[0].endswith(
            "2 source links, 3 bullets, 1 further links: would be imported.\n"
        )
        assert self.call(str(path), "--publication", "daily")[0].endswith(": issue 2026-03-02.\n")


def test_a_chinese_publication_is_spoken_to_in_chinese() -> None:
    from django.utils.translation import override

    from newsletter.importing import read_answers
    from tests import builders

    paper = builders.publication("zh", language="zh-Hans")
    builders.category(paper, "市场动态")
    builders.category(paper, "观点")
    with override("zh-hans"):
        report = refused(paper, ISSUE.replace("Travel", "市场动向").replace("Ships", "观点"))
    assert [problem.message for problem in report.errors] == [
        "本刊没有“市场动向”这个分类；相近的有：“市场动态”。请归入其中一个、新建它，或在文档中改名。"
    ]
    empty = builders.publication("leer", language="zh-Hans")
    bare = ISSUE.replace("> **Category:** Travel\n", "").replace("> **Category:** Ships\n", "")
    run(empty, bare, answers=read_answers(maps=["*=+"]))
    assert [category.name for category in empty.categories.all()] == ["综合"]
