"""Writing in the browser: a draft begun, its items arranged, deleted and brought back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from newsletter import outgoing
from newsletter.issues import arranging, beginning, deleted, steps
from newsletter.models import DeletedDraft, Issue, Item, UndoStep
from subscribers.models import Category, Publication
from tests import builders

from .test_pages import city, client, daily, issue, nature, page, user  # noqa: F401

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 3)


def titles(issue: Issue) -> list[str]:  # noqa: F811
    return list(issue.items.order_by("number").values_list("title", flat=True))


def press(who: Client, issue: Issue, do: str, item: Item | None = None, **more: Any) -> Any:  # noqa: F811
    return who.post(page("order", issue), {"do": do, **({"item": item.pk} if item else {}), **more})


@pytest.fixture
def editor(daily: Publication) -> Client:  # noqa: F811
    return client(user("uma", daily, "editor"))


# --- a new issue ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "language", "expected"),
    [
        ("Harbour Daily - 2026-03-02", "en", "Harbour Daily - 2026-03-03"),
        ("Monday, 2 March 2026: harbour notes", "en", "Tuesday, 3 March 2026: harbour notes"),
        ("March 2, 2026 | No. 41", "en", "March 3, 2026 | No. 42"),
        ("港湾日报 2026年3月2日 第12期", "zh-hans", "港湾日报 2026年3月3日 第13期"),
        ("Le Port, 2 mars 2026", "fr", "Le Port, 3 mars 2026"),
        ("Hafenblatt vom 02.03.2026", "de", "Hafenblatt vom 03.03.2026"),
        ("Hafenblatt Nr. 9 – 2. März 2026", "de", "Hafenblatt Nr. 10 – 3. März 2026"),
        ("Weekly #7", "en", "Weekly #8"),
        ("2026/03/02 digest", "en", "2026/03/03 digest"),
        ("Top 10 stories of the week", "en", "Harbour Daily - 2026-03-03"),
        ("Notes of 2 March on 12 March ferries", "en", "Notes of 3 March on 12 March ferries"),
    ],
)
def test_the_next_title_has_the_new_date(
    last: str,
    language: str,
    expected: str,
    daily: Publication,  # noqa: F811
) -> None:
    before = builders.issue(daily, title=last, language=language)
    assert beginning.title_for(daily, before, DAY) == expected


def begin(who: Client, publication: Publication, **data: Any) -> Issue:
    answer = who.post(
        f"{reverse('admin:newsletter_issue_new')}?publication={publication.slug}",
        {"date": "2026-03-03", "title": "", **data},
    )
    assert answer.status_code == 302, answer.content.decode()
    return Issue.objects.latest("pk")


def test_an_empty_issue(editor: Client, daily: Publication) -> None:  # noqa: F811
    made = begin(editor, daily, how="empty")
    assert (made.title, made.slug, made.state) == (
        "Harbour Daily - 2026-03-03",
        "2026-03-03",
        "draft",
    )
    assert titles(made) == []
    press(editor, made, "add")
    assert titles(made) == ["New item"]
    # The same day once more is another address.
    assert begin(editor, daily, how="empty").slug == "2026-03-03-2"


def test_the_sections_of_the_last_issue(
    editor: Client,
    issue: Issue,  # noqa: F811
    daily: Publication,  # noqa: F811
    city: Category,  # noqa: F811
) -> None:
    builders.item(issue, city, "Another of the city")
    issue.extra = {"tail_title": "Further reading"}
    issue.save()
    builders.tail_link(issue, "Something")
    made = begin(editor, daily, how="skeleton")
    filed = [item.category.name for item in made.items.order_by("number") if item.category]
    old = issue.items.filter(category__isnull=False).order_by("number")
    assert filed == list(dict.fromkeys(i.category.name for i in old if i.category))
    assert set(titles(made)) == {"New item"}
    assert made.extra == {"tail_title": "Further reading"}
    assert not made.links.exists()


def test_a_copy_has_the_text_and_no_past(
    editor: Client,
    issue: Issue,  # noqa: F811
    daily: Publication,  # noqa: F811
) -> None:
    made = begin(editor, daily, how="copy", original=issue.pk)
    assert titles(made) == titles(issue)
    assert made.links.count() == issue.links.count()
    assert not set(made.items.values_list("entry_id")) & set(issue.items.values_list("entry_id"))
    assert (made.state, made.published_at, made.origin) == ("draft", None, "")


def test_another_publications_issue_is_not_copied(
    editor: Client,
    daily: Publication,  # noqa: F811
    issue: Issue,  # noqa: F811
) -> None:
    secret = builders.issue(builders.publication("other"))
    answer = editor.post(
        reverse("admin:newsletter_issue_new"),
        {"how": "copy", "original": secret.pk, "date": "2026-03-03"},
    )
    assert answer.status_code == 422
    address = f"{reverse('admin:newsletter_issue_new')}?publication=other"
    assert editor.get(address).status_code == 404
    assert editor.post(address, {"how": "empty", "date": "2026-03-03"}).status_code == 404


@pytest.mark.parametrize("role", ["approver", "reader_care", "stranger"])
def test_who_may_not_edit_begins_and_deletes_nothing(
    role: str,
    issue: Issue,  # noqa: F811
    daily: Publication,  # noqa: F811
) -> None:
    other = builders.publication("other")
    who = client(user("sam", other, "owner") if role == "stranger" else user("sam", daily, role))
    status = 404 if role == "stranger" else 403
    address = f"{reverse('admin:newsletter_issue_new')}?publication=daily"
    assert who.get(address).status_code == status
    assert who.post(page("delete", issue)).status_code == status
    assert press(who, issue, "add").status_code == status
    kept = deleted.delete(issue, user("adm", daily, "editor"))
    restore = reverse("admin:newsletter_issue_restore", args=[kept.pk])
    assert who.post(restore).status_code == status
    assert not Issue.objects.exists()


# --- items ------------------------------------------------------------------------------------


@pytest.fixture
def four(issue: Issue, city: Category) -> Issue:  # noqa: F811
    issue.items.all().delete()
    for name in "ABCD":
        builders.item(issue, city, name)
    return issue


@pytest.mark.parametrize(
    ("do", "more", "after"),
    [
        ("add", {}, ["A", "B", "New item", "C", "D"]),
        ("duplicate", {}, ["A", "B", "B", "C", "D"]),
        ("delete", {}, ["A", "C", "D"]),
        ("merge", {}, ["A", "C", "D"]),
        ("split", {"part": "2"}, ["A", "B", "another", "C", "D"]),
        ("to", {"place": "1"}, ["B", "A", "C", "D"]),
        ("to", {"place": "99"}, ["A", "C", "D", "B"]),
        ("up", {}, ["B", "A", "C", "D"]),
        ("down", {}, ["A", "C", "B", "D"]),
    ],
)
def test_every_button_can_be_undone(
    do: str, more: dict[str, str], after: list[str], four: Issue, editor: Client
) -> None:
    before = steps.contents(four)
    assert press(editor, four, do, four.items.get(title="B"), **more).status_code == 302
    assert titles(four) == after
    assert list(four.items.order_by("number").values_list("number", flat=True)) == list(
        range(1, len(after) + 1)
    )
    html = editor.get(page("change", four)).content.decode()
    assert 'value="undo"' in html
    press(editor, four, "undo")
    assert steps.contents(four) == before
    assert not UndoStep.objects.exists()


def test_merging_loses_no_word(four: Issue, editor: Client) -> None:
    second = four.items.get(title="B")
    second.body = "A paragraph.\n\n```\ncode\n\nmore code\n```"
    second.save()
    press(editor, four, "merge", second)
    first = four.items.get(title="A")
    whole = f"{first.title}{first.insight}{first.bullets}{first.body}"
    for word in ("B", "What it means", "one thing", "another", "A paragraph.", "more code"):
        assert word in whole
    assert list(first.links.filter(kind="source").values_list("number", flat=True)) == [1, 2]


def test_a_block_of_code_is_one_part(four: Issue) -> None:
    item = four.items.get(title="A")
    item.bullets, item.body = [], "One.\n\n```\na\n\nb\n```\n\n- x\n- y\n\nLast."
    assert arranging.parts(item) == ["One.", "a b", "- x - y", "Last."]
    new = arranging.split(item, 2)
    item.refresh_from_db()
    assert item.body == "One."
    assert new.body == "```\na\n\nb\n```\n\n- x\n- y\n\nLast."


def test_undo_leaves_what_somebody_else_wrote(
    four: Issue,
    editor: Client,
    daily: Publication,  # noqa: F811
) -> None:
    press(editor, four, "duplicate", four.items.get(title="B"))
    copy = four.items.get(number=3)
    copy.title = "Written on"
    copy.save()
    four.items.filter(title="D").update(title="D, by Bob")
    answer = editor.post(page("order", four), {"do": "undo"}, follow=True)
    assert "“Written on” was changed since" in answer.content.decode()
    assert titles(four) == ["A", "B", "Written on", "C", "D, by Bob"]


def test_one_undoes_ones_own_steps(
    four: Issue,
    editor: Client,
    daily: Publication,  # noqa: F811
) -> None:
    press(editor, four, "delete", four.items.get(title="B"))
    bob = client(user("bob", daily, "editor"))
    press(bob, four, "delete", four.items.get(title="C"))
    press(editor, four, "undo")
    assert titles(four) == ["A", "B", "D"]
    press(bob, four, "undo")
    assert titles(four) == ["A", "B", "C", "D"]


def test_an_item_that_a_round_up_copied_stays(four: Issue, editor: Client) -> None:
    roundup = builders.issue(four.publication, "2026-03-05", kind="roundup")
    original = four.items.get(title="B")
    builders.item(roundup, original.category, "B", copied_from=original)
    answer = editor.post(page("order", four), {"do": "delete", "item": original.pk}, follow=True)
    assert "A round-up holds a copy" in answer.content.decode()
    assert "B" in titles(four)


@pytest.mark.parametrize("place", ["", "-1", "x", "9" * 40, "1.5"])
def test_a_place_that_is_no_number_is_refused(place: str, four: Issue, editor: Client) -> None:
    answer = editor.post(
        page("order", four),
        {"do": "to", "item": four.items.get(title="B").pk, "place": place},
        follow=True,
    )
    assert "Write a number" in answer.content.decode()
    assert titles(four) == ["A", "B", "C", "D"]


# --- a deleted draft --------------------------------------------------------------------------


def test_a_deleted_draft_comes_back_whole(
    issue: Issue,  # noqa: F811
    editor: Client,
    daily: Publication,  # noqa: F811
) -> None:
    builders.tail_link(issue, "Further")
    press(editor, issue, "duplicate", issue.items.order_by("number").first())
    before = (steps.contents(issue), issue.links.count(), issue.revisions.count(), issue.slug)
    answer = editor.post(page("delete", issue), follow=True)
    assert not Issue.objects.exists()
    assert "Harbour Daily - 2026-03-02" in answer.content.decode()
    kept = DeletedDraft.objects.get()
    editor.post(reverse("admin:newsletter_issue_restore", args=[kept.pk]))
    back = Issue.objects.get()
    assert (steps.contents(back), back.links.count(), back.revisions.count(), back.slug) == before
    assert not DeletedDraft.objects.exists()


def test_a_draft_comes_back_beside_what_took_its_place(
    issue: Issue,  # noqa: F811
    editor: Client,
    daily: Publication,  # noqa: F811
) -> None:
    issue.origin = "monday"
    issue.save()
    editor.post(page("delete", issue))
    builders.issue(daily, origin="monday")
    kept = DeletedDraft.objects.get()
    editor.post(reverse("admin:newsletter_issue_restore", args=[kept.pk]))
    back = Issue.objects.get(pk=issue.pk)
    assert (back.slug, back.origin) == ("2026-03-02-2", "")


def test_what_is_no_draft_is_not_deleted(issue: Issue, editor: Client) -> None:  # noqa: F811
    for state in ("scheduled", "archived"):
        Issue.objects.filter(pk=issue.pk).update(
            state=state, send_at=builders.NOW, published_at=builders.NOW
        )
        editor.post(page("delete", issue))
        assert Issue.objects.filter(pk=issue.pk).exists()


def test_a_deleted_draft_is_forgotten_after_its_time(
    issue: Issue,  # noqa: F811
    editor: Client,
) -> None:
    with time_machine.travel(builders.NOW):
        editor.post(page("delete", issue))
    with time_machine.travel(builders.NOW + dt.timedelta(days=29)):
        deleted.sweep()
        assert DeletedDraft.objects.exists()
    with time_machine.travel(builders.NOW + dt.timedelta(days=31)):
        deleted.sweep()
        assert not DeletedDraft.objects.exists()


def test_an_address_becomes_an_item(
    four: Issue, editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = (
        b'<title>Ferries return</title><meta property="og:site_name" content="The Paper">'
        b'<meta property="article:published_time" content="2026-03-02T10:00:00Z">'
    )
    url = "https://example.org/ferries"
    got = outgoing.Response(200, {"content-type": "text/html"}, html, url)
    monkeypatch.setattr(outgoing, "request", lambda *a, **k: got)
    press(editor, four, "address", url=url)
    made = four.items.order_by("-number")[0]
    assert (made.title, made.date) == ("Ferries return", dt.date(2026, 3, 2))
    assert list(made.links.values_list("kind", "label", "url")) == [("source", "The Paper", url)]


def test_an_address_that_cannot_be_read_stays_in_its_box(four: Issue, editor: Client) -> None:
    answer = editor.post(
        page("order", four), {"do": "address", "url": "http://127.0.0.1/x"}, follow=True
    )
    html = answer.content.decode()
    assert "not on the open internet" in html
    assert 'value="http://127.0.0.1/x"' in html
    assert four.items.count() == 4
