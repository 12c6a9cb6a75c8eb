"""Any revision of a draft can be gone back to, and forward again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client

from newsletter.digest.value import Bullet, Link
from newsletter.editions import load
from newsletter.issues import arranging, steps
from newsletter.issues.revisions import add_revision, differences, digest_of, value_of
from newsletter.models import Issue, Revision
from subscribers.models import Category, Publication
from tests import builders

from .test_pages import city, client, daily, issue, nature, page, user  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(daily: Publication) -> Client:  # noqa: F811
    return client(user("uma", daily, "editor"))


def keep(issue: Issue, **more: Any) -> Revision:  # noqa: F811
    return add_revision(issue, Revision.Kind.EDIT, None, note="as it was", **more)


def test_a_revision_comes_back_field_by_field(
    editor: Client,
    issue: Issue,  # noqa: F811
    city: Category,  # noqa: F811
) -> None:
    builders.tail_link(issue, "Further")
    old = keep(issue)
    first, second = issue.items.order_by("number")[:2]
    first.title, first.bullets, first.category = "Rewritten", [], None
    first.save()
    arranging.take_out(second)
    arranging.add(issue, title="New since")
    issue.title, issue.subject = "Another title", "A subject"
    issue.save()
    issue.links.filter(kind="tail").delete()
    changed = digest_of(issue)
    answer = editor.post(page("restore_revision", issue, old.number))
    assert answer.status_code == 302
    issue.refresh_from_db()
    assert differences(value_of(old), digest_of(issue)) == []
    # The row of what was only rewritten is the same one: its address and its marks stay.
    assert issue.items.filter(pk=first.pk).exists()
    last = issue.revisions.order_by("-number")[0]
    assert last.note == f"restored revision {old.number}"
    # And the way back: of the items at once, of all by the history.
    editor.post(page("order", issue), {"do": "undo"})
    assert [item.title for item in digest_of(issue).items] == [one.title for one in changed.items]


def test_the_imported_and_the_released_text_come_back(
    editor: Client,
    issue: Issue,  # noqa: F811
    daily: Publication,  # noqa: F811
) -> None:
    issue = Issue.objects.get(pk=issue.pk)
    before = digest_of(issue)
    released = add_revision(
        issue,
        Revision.Kind.RELEASE,
        None,
        note="",
        digest=json.loads(json.dumps(dataclasses.asdict(load(issue)), default=str)),
    )
    issue.items.update(insight="Changed", body="Changed")
    editor.post(page("restore_revision", issue, released.number))
    assert differences(before, digest_of(Issue.objects.get(pk=issue.pk))) == []


def test_what_one_sitting_writes_over_can_be_gone_back_to(
    editor: Client,
    issue: Issue,  # noqa: F811
) -> None:
    """One sitting of one person is one revision only as long as no word is lost by it."""
    keep(issue)
    first, second = issue.items.order_by("number")
    for row, insight in ((first, "One."), (second, "Two."), (first, "One, written anew.")):
        write(editor, issue, "item", row.pk, insight=insight)
    write(editor, issue, "about", intro="A first introduction.")
    write(editor, issue, "about", intro="Another introduction.")
    kept = issue.revisions.order_by("number")[1:]
    assert [one.note for one in kept] == [
        "item 1; item 2",
        "item 1; title and introduction",
        "title and introduction",
    ]
    assert [value_of(one).items[0].insight for one in kept] == [
        "One.", "One, written anew.", "One, written anew."
    ]  # fmt: skip
    assert [value_of(one).intro for one in kept][1:] == [
        "A first introduction.", "Another introduction."
    ]  # fmt: skip


def write(who: Client, issue: Issue, *where: Any, **changed: str) -> None:  # noqa: F811
    """Save a form of the issue as a browser does, with these fields changed."""
    url = page(where[0], issue, *where[1:])
    form = who.get(url).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    sent["version"] = form["version"].value() if "version" in form.fields else ""
    assert who.post(url, {**sent, **changed}).status_code == 302


def test_every_field_is_in_the_comparison(issue: Issue) -> None:  # noqa: F811
    old = digest_of(issue)
    item = dataclasses.replace(
        old.items[0], title="A", category="B", insight="C", body="D", picture="E", picture_alt="F",
        score=0.5, extra={"deck": "G"}, sources=(), bullets=(Bullet("H", "I"),),
        date=dt.date(2026, 1, 1),
    )  # fmt: skip
    new = dataclasses.replace(
        old, title="J", intro="K", tail_title="L", tail_links=(Link("M", "https://example.org/m"),),
        date=dt.date(2026, 1, 2), extra={"subject": "N", "preheader": "O"},
        items=(dataclasses.replace(item, sources=old.items[0].sources), *old.items[1:]),
    )  # fmt: skip
    said = {one.after for one in differences(old, new)}
    assert {"A", "B", "C", "D", "E", "F", "0.5", "G", "J", "K", "L", "N", "O"} <= said
    assert {"- **H:** I", "2026-01-01", "2026-01-02", "M <https://example.org/m>"} <= said


def test_hidden_items_stay_hidden(editor: Client, issue: Issue) -> None:  # noqa: F811
    old = keep(issue)
    hidden = builders.item(issue, None, "Kept back", hidden=True)
    editor.post(page("restore_revision", issue, old.number))
    hidden.refresh_from_db()
    assert hidden.hidden
    assert differences(value_of(old), digest_of(issue)) == []


def test_a_category_that_is_gone_is_said(
    editor: Client,
    issue: Issue,  # noqa: F811
    city: Category,  # noqa: F811
) -> None:
    old = keep(issue)
    Category.objects.filter(pk=city.pk).update(name="Town")
    answer = editor.post(page("restore_revision", issue, old.number), follow=True)
    assert "there is no “City” any more" in answer.content.decode()


@pytest.mark.parametrize(("role", "status"), [("approver", 403), ("stranger", 404)])
def test_only_editors_restore(
    role: str,
    status: int,
    issue: Issue,  # noqa: F811
    daily: Publication,  # noqa: F811
) -> None:
    old = keep(issue)
    other = builders.publication("other")
    who = client(user("sam", other, "owner") if role == "stranger" else user("sam", daily, role))
    before = steps.contents(issue)
    assert who.post(page("restore_revision", issue, old.number)).status_code == status
    assert steps.contents(issue) == before


def test_a_scheduled_issue_is_not_changed(editor: Client, issue: Issue) -> None:  # noqa: F811
    old = keep(issue)
    issue.items.update(insight="Changed")
    Issue.objects.filter(pk=issue.pk).update(state="scheduled", send_at=builders.NOW)
    editor.post(page("restore_revision", issue, old.number))
    assert set(issue.items.values_list("insight", flat=True)) == {"Changed"}
