"""A document comes again after hands were at the draft: through the database, and the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from newsletter.importing import import_digest, read_answers

from .test_import import ISSUE, paper, refused, run

__all__ = ["paper"]  # The fixture.

pytestmark = pytest.mark.django_db

LATER = ISSUE.replace("It is late.", "It is later.").replace("two docks", "three docks")


def by_hand(issue: Any, number: int, **values: Any) -> None:
    issue.items.filter(number=number).update(**values)


def conflicts(report: Any) -> list[tuple[str, Any, Any]]:
    return [(one.field, one.mine, one.theirs) for one in report.conflicts]


def insights(issue: Any) -> list[str]:
    return list(issue.items.order_by("number").values_list("insight", flat=True))


def test_c7_what_was_edited_by_hand_stays(paper: Any) -> None:
    issue = run(paper, ISSUE).issue
    by_hand(issue, 1, title="Night ferry, by hand", body="A word by hand.")
    type(issue).objects.filter(pk=issue.pk).update(intro="Welcome.", subject="By hand")
    report = run(paper, LATER)
    assert report.issue == issue and report.conflicts == ()
    assert report.changes == [
        "“Night ferry, by hand”: insight changed",
        "“New yard”: bullets changed",
    ]
    issue.refresh_from_db()
    ferry = issue.items.get(number=1)
    assert (ferry.title, ferry.body, ferry.insight) == (
        "Night ferry, by hand", "A word by hand.", "It is later.",
    )  # fmt: skip
    assert (issue.intro, issue.subject) == ("Welcome.", "By hand")


def test_what_both_changed_is_asked_and_can_be_decided(paper: Any) -> None:
    issue = run(paper, ISSUE).issue
    by_hand(issue, 1, insight="By hand.")
    report = run(paper, LATER)
    assert conflicts(report) == [("item-1.insight", "By hand.", "It is later.")]
    assert report.conflicts[0].item == "Night ferry"
    assert [(p.level, p.code) for p in report.problems] == [
        ("warning", "conflicts"), ("note", "changed"),
    ]  # fmt: skip
    assert insights(issue) == ["By hand.", "It is large."]
    # The rest came in, and the question stays until it is answered.
    assert run(paper, LATER).changes == [] and conflicts(run(paper, LATER)) == conflicts(report)
    mine = run(paper, LATER, answers=read_answers(take=["item-1.insight=mine"]))
    assert mine.conflicts == () and insights(issue) == ["By hand.", "It is large."]
    assert run(paper, LATER).conflicts == ()
    # Another change of the file is another question.
    latest = LATER.replace("It is later.", "It is latest.")
    assert conflicts(run(paper, latest)) == [("item-1.insight", "By hand.", "It is latest.")]
    theirs = run(paper, latest, answers=read_answers(take=["theirs"]))
    assert theirs.conflicts == () and insights(issue) == ["It is latest.", "It is large."]


def test_a_dry_run_asks_and_stores_nothing(paper: Any) -> None:
    from newsletter.models import ImportBase

    issue = run(paper, ISSUE).issue
    by_hand(issue, 1, insight="By hand.")
    before = ImportBase.objects.get(issue=issue).said
    report = run(paper, LATER, dry_run=True)
    assert conflicts(report) == [("item-1.insight", "By hand.", "It is later.")]
    assert ImportBase.objects.get(issue=issue).said == before
    assert issue.items.get(number=2).bullets[0]["text"] == "two docks"


def test_categories_and_sources_are_named_in_a_question(paper: Any) -> None:
    from newsletter.models import Link

    issue = run(paper, ISSUE).issue
    ships = paper.categories.get(name="Ships")
    by_hand(issue, 1, category=ships)
    Link.objects.filter(item__number=2, kind="source").update(label="By hand")
    paper.categories.create(name="Docks", slug="docks", bit=2)
    text = ISSUE.replace("Category:** Travel", "Category:** Docks").replace("[The Mill]", "[Mill]")
    assert conflicts(run(paper, text)) == [
        ("item-1.category", "Ships", "Docks"),
        (
            "item-2.sources",
            [{"name": "By hand", "url": "https://example.org/yard"}],
            [{"name": "Mill", "url": "https://example.org/yard"}],
        ),
    ]


def test_an_item_that_hands_took_out_stays_out(paper: Any) -> None:
    issue = run(paper, ISSUE).issue
    issue.items.filter(number=1).delete()
    assert run(paper, ISSUE).changes == []
    report = run(paper, LATER)
    assert conflicts(report) == [("item-1", None, "Night ferry")]
    taken = run(paper, LATER, answers=read_answers(take=["theirs"]))
    assert taken.changes == ["new item: “Night ferry”"]
    assert [row.title for row in issue.items.order_by("number")] == ["Night ferry", "New yard"]
    assert issue.links.filter(kind="source", item__title="Night ferry").count() == 2


def test_a_draft_from_before_bases_were_kept(paper: Any) -> None:
    from newsletter.models import ImportBase

    issue = run(paper, ISSUE).issue
    ImportBase.objects.all().delete()
    by_hand(issue, 1, insight="By hand.")
    assert run(paper, ISSUE).changes == []
    ImportBase.objects.all().delete()
    report = run(paper, LATER)
    assert conflicts(report) == [("item-1.insight", "By hand.", "It is later.")]
    assert report.changes == ["“New yard”: bullets changed"]


def test_an_issue_made_by_hand_meets_a_document(paper: Any) -> None:
    from tests import builders

    issue = builders.issue(paper, slug="2026-03-02", date="2026-03-02", title="By hand")
    ships = paper.categories.get(name="Ships")
    issue.items.create(number=1, title="New yard", category=ships, anchor="a", entry_id="urn:x:1",
                       insight="By hand.")  # fmt: skip
    report = run(paper, ISSUE)
    assert report.issue == issue and not report.created
    assert conflicts(report) == [
        ("title", "By hand", "Harbour Daily - 2026-03-02"),
        ("a.insight", "By hand.", "It is large."),
    ]
    assert [row.title for row in issue.items.order_by("number")] == ["Night ferry", "New yard"]


def test_a_released_issue_edited_by_hand_before(paper: Any) -> None:
    from newsletter.models import Issue
    from tests.builders import NOW

    issue = run(paper, ISSUE).issue
    by_hand(issue, 1, insight="By hand.")
    Issue.objects.filter(pk=issue.pk).update(state="scheduled", send_at=NOW)
    # The same document again is no mistake, whatever hands did to the draft.
    assert [p.code for p in run(paper, ISSUE).problems] == ["released"]
    report = refused(paper, LATER)
    assert report.released == issue and report.issue is None and report.conflicts == ()
    assert [p.code for p in report.errors] == ["released"]
    assert report.changes == ["“Night ferry”: insight changed", "“New yard”: bullets changed"]
    assert insights(issue) == ["By hand.", "It is large."]


def test_history_is_not_made_with_open_questions(paper: Any) -> None:
    issue = run(paper, ISSUE).issue
    by_hand(issue, 1, insight="By hand.")
    report = refused(paper, LATER, archived=True)
    assert [p.code for p in report.errors] == ["conflicts-open"]
    assert len(report.conflicts) == 1
    done = run(paper, LATER, archived=True, answers=read_answers(take=["mine"]))
    assert done.issue.state == "archived" and insights(issue) == ["By hand.", "It is large."]


def test_an_approval_survives_what_readers_do_not_see(paper: Any, admin_user: Any) -> None:
    issue = run(paper, "---\nbuild: 1\n---\n" + ISSUE).issue
    issue.approved_by = admin_user
    issue.save(update_fields=["approved_by"])
    run(paper, "---\nbuild: 2\n---\n" + ISSUE)
    issue.refresh_from_db()
    assert issue.approved_by == admin_user and issue.extra["front"] == {"build": 2}


def test_what_else_is_kept_in_an_issue_stays(paper: Any) -> None:
    issue = run(paper, ISSUE).issue
    type(issue).objects.filter(pk=issue.pk).update(extra={**issue.extra, "dead_links": {"a": 1}})
    run(paper, LATER)
    issue.refresh_from_db()
    assert issue.extra == {"tail_title": "More", "dead_links": {"a": 1}}


def test_subject_and_preheader_of_a_document(paper: Any) -> None:
    front = "---\nmail_subject: Ferries\npreheader: And a yard\n---\n"
    issue = run(paper, front + ISSUE).issue
    assert (issue.subject, issue.preheader) == ("Ferries", "And a yard")
    assert "front" not in issue.extra
    report = refused(paper, f"---\nmail_subject: {'s' * 301}\n---\n" + ISSUE)
    assert [p.code for p in report.errors] == ["too-long"]


@pytest.mark.parametrize("text", ["yours", "=mine", "title=", "title=both"])
def test_a_side_that_is_none(text: str) -> None:
    from newsletter.importing import BadAnswer

    with pytest.raises(BadAnswer):
        read_answers(take=[text])


def test_the_command(paper: Any, tmp_path: Path) -> None:
    from .test_import import TestCommand

    path = tmp_path / "2026-03-02.md"
    path.write_text(ISSUE)
    call = TestCommand().call
    call(str(path), "--publication", "daily")
    by_hand(paper.issues.get(), 1, insight="By hand.")
    path.write_text(LATER)
    out, _ = call(str(path), "--publication", "daily", "--json", code=1)
    found = json.loads(out)
    assert found["conflicts"] == [
        {
            "field": "item-1.insight",
            "kind": "field",
            "item": "Night ferry",
            "mine": "By hand.",
            "theirs": "It is later.",
        }
    ]
    assert (found["issue"], found["created"]) == ("2026-03-02", False)
    out, _ = call(str(path), "--publication", "daily", code=1)
    assert (
        'conflict: “Night ferry”: insight: mine "By hand.", theirs "It is later."; '
        "decide with --take item-1.insight=mine|theirs" in out
    )
    call(str(path), "--publication", "daily", "--take", "item-1.insight=theirs")
    assert insights(paper.issues.get()) == ["It is later.", "It is large."]
    assert "mine, theirs" in call(str(path), "--publication", "daily", "--take", "x", code=2)[1]
    out, _ = call(str(path), "--publication", "daily", "--edition", "Evening", "--json")
    assert json.loads(out)["edition"] == "Evening"


def test_two_imports_of_one_file_leave_one_base(paper: Any) -> None:
    from newsletter.models import ImportBase

    for _time in range(2):
        import_digest(paper, ISSUE.encode(), "x.md")
    assert ImportBase.objects.count() == 1
