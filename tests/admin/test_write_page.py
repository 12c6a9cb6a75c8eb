"""The page to write on, what is kept unsaved, and who is here."""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from newsletter import editions, rendering
from newsletter.admin import write_rows
from newsletter.issues import reading_time
from newsletter.models import Issue, Item
from newsletter.rendering import kept
from subscribers.admin import form_drafts
from subscribers.models import Category, FormDraft, Presence, Publication
from tests import builders

from .test_pages import city, client, daily, hidden, issue, nature, page, user  # noqa: F401
from .test_two_people import data

pytestmark = pytest.mark.django_db
UNSAVED = "/admin/unsaved/"


@pytest.fixture
def editor(daily: Publication) -> Client:  # noqa: F811
    return client(user("uma", daily, "editor"))


def first(issue: Issue) -> Item:  # noqa: F811
    found = issue.items.order_by("number").first()
    assert found is not None
    return found


def typed(who: Client, url: str, issue: Issue, **changed: str) -> dict[str, str]:  # noqa: F811
    """The form of an item as the browser would send it after somebody typed."""
    html = who.get(url).content.decode()
    return {
        **data(issue),
        "version": hidden(html, "version"),
        "unsaved": hidden(html, "unsaved"),
        **changed,
    }


# --- kept unsaved -----------------------------------------------------------------------------


def test_what_was_typed_comes_back_on_another_machine(editor: Client, issue: Issue) -> None:  # noqa: F811
    url = page("item", issue, first(issue).pk)
    answer = editor.post(UNSAVED, typed(editor, url, issue, insight="Half a sentence"))
    assert answer.json() == {"kept": True}
    assert first(issue).insight != "Half a sentence"
    other = client(issue.publication.roles.get().user)
    html = other.get(url).content.decode()
    assert "Half a sentence" in html
    assert "did not save" in html
    assert "Half a sentence" not in other.get(url, {"stored": "1"}).content.decode()


def test_two_tabs_of_one_person_keep_a_text_each(editor: Client, issue: Issue) -> None:  # noqa: F811
    url = page("item", issue, first(issue).pk)
    tabs = [typed(editor, url, issue, insight=text) for text in ("From tab one", "From tab two")]
    assert [editor.post(UNSAVED, tab).json() for tab in tabs] == [
        {"kept": True},
        {"kept": True, "beside": True},  # The second one is told.
    ]
    editor.post(UNSAVED, {**tabs[0], "insight": "From tab one, more"})
    # Both are closed. The last text is shown; typed on, it is one text, and the other one stays.
    again = typed(editor, url, issue)
    assert "From tab one, more" in editor.get(url).content.decode()
    editor.post(UNSAVED, {**again, "insight": "From tab one, still more"})
    assert FormDraft.objects.count() == 2
    # What is thrown away is that one alone, and so is what is saved.
    editor.post(UNSAVED, {**again, "do": "drop"})
    html = editor.get(url).content.decode()
    assert "From tab two" in html and "From tab one" not in html
    left = typed(editor, url, issue, insight="From tab two")
    assert editor.post(url, left).status_code == 302
    assert first(issue).insight == "From tab two"
    assert not FormDraft.objects.exists()


def test_nobody_else_sees_it(editor: Client, issue: Issue, daily: Publication) -> None:  # noqa: F811
    url = page("item", issue, first(issue).pk)
    sent = typed(editor, url, issue, insight="Private thought")
    editor.post(UNSAVED, sent)
    bob = client(user("bob", daily, "owner"))
    assert "Private thought" not in bob.get(url).content.decode()
    # Nor can they put something there by a key that is not theirs.
    assert bob.post(UNSAVED, {**sent, "insight": "Planted"}).status_code == 403
    assert FormDraft.objects.get().values["insight"] == ["Private thought"]


def test_saving_ends_it(editor: Client, issue: Issue) -> None:  # noqa: F811
    url = page("item", issue, first(issue).pk)
    sent = typed(editor, url, issue, insight="Whole sentence.")
    editor.post(UNSAVED, sent)
    assert editor.post(url, sent).status_code == 302
    assert first(issue).insight == "Whole sentence."
    assert not FormDraft.objects.exists()


def test_a_conflict_does_not_end_it(editor: Client, issue: Issue) -> None:  # noqa: F811
    url = page("item", issue, first(issue).pk)
    sent = typed(editor, url, issue, insight="Mine")
    editor.post(UNSAVED, sent)
    Item.objects.filter(pk=first(issue).pk).update(insight="Somebody else's")
    assert editor.post(url, sent).status_code == 409
    html = editor.get(url).content.decode()
    assert "Mine" in html and "Somebody else&#x27;s" in html


def test_a_session_that_ended_during_the_save_loses_nothing(editor: Client, issue: Issue) -> None:  # noqa: F811
    url = page("item", issue, first(issue).pk)
    sent = typed(editor, url, issue, insight="Typed for an hour")
    Session.objects.all().delete()
    answer = editor.post(url, sent)
    assert answer.status_code == 302 and "/login/" in answer["Location"]
    editor.force_login(issue.publication.roles.get().user)
    assert "Typed for an hour" in editor.get(url).content.decode()


def test_a_login_in_another_tab_loses_nothing(issue: Issue, daily: Publication) -> None:  # noqa: F811
    """It changes the token of forms: the save of the first tab is refused, and its text kept."""
    who = user("uma", daily, "editor")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(who)
    url = page("item", issue, first(issue).pk)
    sent = typed(strict, url, issue, insight="From the first tab")
    answer = strict.post(url, {**sent, "csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 403
    assert "What you typed is kept" in answer.content.decode()
    assert "From the first tab" in strict.get(url).content.decode()


@pytest.mark.parametrize("key", ["", "nonsense", "WzEsIml0ZW0iLCIxIl0:x:y"])
def test_a_stranger_keeps_nothing(key: str, issue: Issue) -> None:  # noqa: F811
    answer = Client().post(UNSAVED, {"unsaved": key, "insight": "x"})
    assert answer.status_code == 302
    assert not FormDraft.objects.exists()


def test_three_megabytes_are_refused_before_they_are_kept(editor: Client, issue: Issue) -> None:  # noqa: F811
    url = page("item", issue, first(issue).pk)
    sent = typed(editor, url, issue, body="字" * 600_000)
    assert editor.post(UNSAVED, sent).status_code == 413
    assert not FormDraft.objects.exists()


def test_it_is_forgotten_in_time(editor: Client, issue: Issue) -> None:  # noqa: F811
    url = page("item", issue, first(issue).pk)
    sent = typed(editor, url, issue, insight="x")
    editor.post(UNSAVED, sent)
    with time_machine.travel(dt.datetime.now(dt.UTC) + form_drafts.KEPT + dt.timedelta(hours=1)):
        form_drafts.sweep()
    assert not FormDraft.objects.exists()


# --- the page ---------------------------------------------------------------------------------


def test_an_items_form_comes_by_itself_and_goes_again(editor: Client, issue: Issue) -> None:  # noqa: F811
    part = {"headers": {"X-Sudi-Part": "1"}}
    html = editor.get(page("write", issue)).content.decode()
    assert "<textarea" not in html
    url = page("item", issue, first(issue).pk)
    form = editor.get(url, **part).content.decode()
    assert form.lstrip().startswith("<div") and "<textarea" in form
    sent = typed(editor, url, issue, title="A **new** title")
    row = editor.post(url, sent, **part)
    assert row.status_code == 200
    assert "A new title" in row.content.decode()
    assert first(issue).title == "A **new** title"
    wrong = editor.post(url, {**sent, "source_lines": "x | javascript:alert(1)"}, **part)
    assert wrong.status_code == 422
    assert "Line 1" in wrong.content.decode()


def live(who: Client, issue: Issue, **more: Any) -> Any:  # noqa: F811
    return who.post(page("live", issue), {"as": "web", **more})


def test_the_preview_shows_what_is_not_saved(editor: Client, issue: Issue) -> None:  # noqa: F811
    sent = {**data(issue), "insight": "Not *saved* yet", "editing": str(first(issue).pk)}
    before = issue.revisions.count()
    for form in ("mail", "text", "web", "feed"):
        said = live(editor, issue, **{**sent, "as": form}).json()
        assert "saved" in said["html"] and "Not" in said["html"], form
    assert first(issue).insight != "Not *saved* yet"
    assert issue.revisions.count() == before
    # A field that cannot be read leaves the rest.
    said = live(editor, issue, **{**sent, "source_lines": "x | ftp://x"}).json()
    assert "Not" in said["html"]
    about = live(editor, issue, editing="about", title="Another title", date="2026-03-02").json()
    assert "Another title" in about["html"]
    size = live(editor, issue, measure="1").json()["size"]
    assert size.startswith("largest mail ")


@pytest.mark.parametrize("style", ["daily", "essay", "links"])
def test_an_item_of_the_page_alone_is_what_the_whole_page_has(
    editor: Client,
    issue: Issue,  # noqa: F811
    style: str,
) -> None:
    Publication.objects.update(theme={"style": style})
    for row in issue.items.filter(hidden=False).order_by("number"):
        typed = {"title": "Typed &co", "insight": "*Half* of", "category": str(row.category_id)}
        sent = {"editing": str(row.pk), "as": "web", **typed}
        whole = live(editor, issue, **sent).json()["html"]
        begin, end = f"<!--item web {row.pk}-->", "<!--item end-->"
        there = whole.partition(begin)[2].partition(end)[0]
        parts = live(editor, issue, part="1", **sent).json()["parts"]
        assert list(parts) == ["web"]
        assert parts["web"].split() == there.split()
        assert "Typed &amp;co" in there
    assert live(editor, issue, part="1", editing="999999", **{"as": "web"}).json()["parts"] == {}


def test_no_page_that_readers_get_has_those_marks(editor: Client, issue: Issue) -> None:  # noqa: F811
    frame = editor.get(f"{page('shown', issue)}?as=web").content.decode()
    assert "<article" in frame and "<!--item" not in frame


def test_a_category_that_came_since_the_page_was_opened_is_shown(
    editor: Client,
    issue: Issue,  # noqa: F811
    city: Category,  # noqa: F811
    nature: Category,  # noqa: F811
) -> None:
    opened = {"picked": "1", "offered": ["*", city.slug], "c": [city.slug]}
    said = live(editor, issue, **opened).json()
    assert "Night ferries" in said["html"] and "Egrets" in said["html"]
    assert "The tree map" in said["html"]
    assert said["choices"] == [[city.slug, "City"], [nature.slug, "Nature"], ["*tail", ""]]
    # What was offered and is not ticked is left out, and so it is for a form that says nothing.
    opened["offered"] = ["*", city.slug, nature.slug, "*tail"]
    for sent in (opened, {"picked": "1", "c": [city.slug]}):
        html = live(editor, issue, **sent).json()["html"]
        assert "Night ferries" in html and "Egrets" not in html and "The tree map" not in html


def test_hostile_text_is_harmless_in_the_preview(editor: Client, issue: Issue) -> None:  # noqa: F811
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))"
    sent = {**data(issue), "insight": evil, "body": evil, "title": evil}
    for form in ("mail", "text", "web", "feed"):
        said = live(editor, issue, **{**sent, "editing": str(first(issue).pk), "as": form}).json()
        assert "<script>alert" not in said["html"]
        assert "onerror=alert(1)>" not in said["html"].replace("&gt;", "")
        assert 'href="javascript:' not in said["html"]


def test_who_is_here(editor: Client, issue: Issue, daily: Publication) -> None:  # noqa: F811
    bob = client(user("bob", daily, "editor"))
    assert editor.post(page("here", issue)).json() == {"names": [], "text": ""}
    assert bob.post(page("here", issue)).json()["names"] == ["uma"]
    assert editor.post(page("here", issue)).json()["text"] == "Also here: bob"
    bob.post(page("here", issue), {"do": "leave"})
    assert editor.post(page("here", issue)).json()["names"] == []
    Presence.objects.update(at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1))
    assert bob.post(page("here", issue)).json()["names"] == []


@pytest.mark.parametrize("name", ["write", "live", "here"])
@pytest.mark.parametrize(("role", "status"), [("approver", 403), ("stranger", 404)])
def test_only_editors_write(
    name: str,
    role: str,
    status: int,
    issue: Issue,  # noqa: F811
    daily: Publication,  # noqa: F811
) -> None:
    other = builders.publication("other")
    who = client(user("sam", other, "owner") if role == "stranger" else user("sam", daily, role))
    url = page(name, issue)
    assert (who.get(url) if name == "write" else who.post(url)).status_code == status


def test_what_is_no_draft_is_not_written_on(editor: Client, issue: Issue) -> None:  # noqa: F811
    Issue.objects.filter(pk=issue.pk).update(state="scheduled", send_at=builders.NOW)
    assert editor.get(page("write", issue))["Location"] == page("change", issue)


def test_a_page_of_300_items_opens_like_one_of_ten(
    editor: Client,
    issue: Issue,  # noqa: F811
    city: Category,  # noqa: F811
) -> None:
    editor.get(page("write", issue))  # From now on the session knows where one works.
    with CaptureQueriesContext(connection) as few:
        editor.get(page("write", issue))
    for n in range(300 - issue.items.count()):
        builders.item(issue, city, f"Item {n}", number=n + 100, anchor=f"x{n}")
    began = time.monotonic()
    with CaptureQueriesContext(connection) as many:
        html = editor.get(page("write", issue)).content.decode()
    assert time.monotonic() - began < 3.0  # Two shared cores; about 0.3 s alone.
    assert len(many) == len(few)
    assert html.count("data-item=") == 301
    assert html.count("<form") < 10


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("word " * 238, 60),
        ("字" * 390, 60),
        ("word " * 119 + "字" * 195, 60),
        ("слово " * 238, 60),
        ("", 0),
    ],
)
def test_reading_time_in_any_script(text: str, seconds: int) -> None:
    assert round(reading_time.minutes(text) * 60) == seconds


# --- the rows ---------------------------------------------------------------------------------


def test_a_row_says_what_its_item_is_whatever_its_title_holds(editor: Client, issue: Issue) -> None:  # noqa: F811
    rows = list(issue.items.order_by("number"))
    # What the rows are parted by, HTML, Markdown.
    titles = ["A \ue000\ue003 b", "<b>x</b> & y", "The *new* `ferry`"]
    for row, title in zip(rows, titles, strict=False):
        Item.objects.filter(pk=row.pk).update(title=title)
    Item.objects.filter(pk=rows[1].pk).update(hidden=True, category=None)
    html = editor.get(page("write", issue)).content.decode()
    heads = [
        part.partition("</a>")[0] for part in html.partition("data-rows")[2].split("<li\n")[1:]
    ]
    said = [" ".join(re.sub(r"<[^>]+>", " ", head.partition(">")[2]).split()) for head in heads]
    assert said[0].startswith("1 A \ue000\ue003 b ") and "no category" not in said[0]
    assert said[1] == "2 x &amp; y hidden no category"
    assert f'href="{page("item", issue, rows[0].pk)}"' in heads[0]
    assert f'id="item-{rows[1].pk}"' in heads[1] and "hidden-item" in heads[1]


def test_three_hundred_rows_cost_little_more_than_ten(editor: Client, issue: Issue) -> None:  # noqa: F811
    def cost() -> tuple[int, int]:
        drawn: list[object] = []
        with pytest.MonkeyPatch.context() as patched, CaptureQueriesContext(connection) as asked:
            render = write_rows.render_to_string
            patched.setattr(
                write_rows, "render_to_string", lambda *a: (drawn.append(a), render(*a))[1]
            )
            assert editor.get(page("write", issue)).status_code == 200
        return len(asked), len(drawn)

    cost()  # From now on the session knows where one works.
    few = cost()
    for number in range(90):
        builders.item(issue, first(issue).category, f"One more story, the {number}th")
    assert cost() == few
    assert few[1] <= 2


def test_what_is_kept_of_a_look_is_used_for_the_same_text_only(issue: Issue) -> None:  # noqa: F811
    def looked() -> rendering.Prepared:
        fresh = Issue.objects.select_related("publication").get(pk=issue.pk)
        return kept.prepared(editions.load(fresh), fresh.publication)

    before = looked()
    assert looked() is before
    Publication.objects.filter(pk=issue.publication_id).update(from_name="Somebody new")
    renamed = looked()
    assert renamed is not before
    Item.objects.filter(pk=first(issue).pk).update(insight="Quite another thought.")
    assert looked() is not renamed
    assert "Quite another thought." in looked().edition(editions.load(issue).mask).html
