"""The import as an editor meets it: questions on one page, a text mended in place, answers kept."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from newsletter.models import ImportRule, Issue
from subscribers.models import AuditEntry, FormDraft, Publication, Role
from tests import builders

from ..importing.test_answers import OPEN, TAGGED

pytestmark = pytest.mark.django_db

IMPORT = "admin:newsletter_issue_import"


@pytest.fixture
def daily() -> Publication:
    daily = builders.publication()
    builders.category(daily, "News")
    builders.category(daily, "Models")
    return daily


@pytest.fixture
def who(daily: Publication) -> Client:
    return client("uma", daily, "editor")


def client(name: str, publication: Publication, kind: str) -> Client:
    made = User.objects.create(username=name, is_staff=True, password="!")
    Role.objects.create(user=made, publication=publication, kind=kind)
    client = Client()
    client.force_login(made)
    return client


def paste(who: Client, daily: Publication, text: str) -> Any:
    return who.post(
        reverse(IMPORT),
        {"publication": daily.pk, "shape": "auto", "text": text.replace("\n", "\r\n")},
    )


def again(who: Client, page: Any, do: str = "look", **fields: str) -> Any:
    """Press a button of the page; `fields` are what was filled in."""
    boxed = {"text": page.context_data["text"].replace("\n", "\r\n")}
    sent = {"looked_at": page.context_data["token"], "do": do, **boxed, **fields}
    return who.post(reverse(IMPORT), sent)


def names(page: Any) -> list[str]:
    """The controls of the page that answer something, but those that offer another way."""
    html = page.content.decode()
    found = re.findall(r'name="((?:lines|map):[^"]*|confirm|date|title|rest|create)"', html)
    shown = dict.fromkeys(map(unescape, found))
    return [name for name in shown if not name.startswith("map:source:")]


def test_all_questions_stand_on_one_page_and_are_answered_together(
    who: Client, daily: Publication
) -> None:
    text = OPEN.replace(" - 2026-03-02", "").replace("## News", "## Newz")
    page = paste(who, daily, text)
    assert page.status_code == 200  # A question is no failure, and no line in the console.
    (lines,) = [name for name in names(page) if name.startswith("lines:")]
    assert names(page) == ["date", lines, "map:section:Newz", "map:*", "create"]
    html = page.content.decode()
    assert "3 questions are open" in html and "Store as a draft" not in html
    assert "That was a quiet week" in html
    assert re.search(r'<optgroup label="Near">\s*<option value="news">News</option>', html)
    # One of three: the others are asked again, and the given one is kept.
    page = again(who, page, **{lines: "introduction"})
    assert page.status_code == 200
    assert names(page) == ["date", "map:section:Newz", "map:*", "create"]
    page = again(who, page, **{"map:section:Newz": "news", "date": "2026-03-02"})
    assert page.status_code == 200 and names(page) == []
    assert not Issue.objects.exists() and not ImportRule.objects.exists()
    again(who, page, "store")
    issue = Issue.objects.get()
    assert "quiet week" in issue.intro and issue.items.count() == 2
    assert sorted(ImportRule.objects.values_list("kind", "name", "by")) == [
        ("lines", ImportRule.objects.get(kind="lines").name, "uma"),
        ("section", "Newz", "uma"),
    ]


def test_headings_with_text_are_items_by_one_click_and_the_next_time_by_themselves(
    who: Client, daily: Publication
) -> None:
    text = (
        "# Harbour, {}\n\n## Prices fall\n\nFor days.\n\n## Cranes\n\nTwo.\n\n## Tides\n\nHigh.\n"
    )
    page = paste(who, daily, text.format("2 March 2026"))
    html = page.content.decode()
    assert "Each heading with text below it is an item" in html
    page = again(who, page, **{"shape:*|one piece": "headlines", "map:*": "news"})
    assert "a document that would be one item → Headlines" in page.content.decode()
    again(who, page, "store")
    assert list(Issue.objects.get().items.values_list("title", flat=True)) == [
        "Prices fall", "Cranes", "Tides",
    ]  # fmt: skip
    rules = client("rita", daily, "owner").get(reverse("admin:newsletter_importrule_changelist"))
    assert "a document that would be one item" in rules.content.decode()
    page = paste(who, daily, text.format("3 March 2026"))
    assert names(page) == [] and "is an item" not in page.content.decode()


def test_an_answer_can_be_taken_back_before_it_is_stored(who: Client, daily: Publication) -> None:
    page = paste(who, daily, OPEN)
    (lines,) = names(page)
    page = again(who, page, **{lines: "tail"})
    assert page.status_code == 200 and "Your answers" in page.content.decode()
    page = again(who, page, undo=lines)
    assert page.status_code == 200 and names(page) == [lines]


def test_an_answer_given_with_the_last_press_is_shown_before_it_is_stored(
    who: Client, daily: Publication
) -> None:
    page = paste(who, daily, OPEN)
    (lines,) = names(page)
    page = again(who, page, **{lines: "tail"})
    # The button says store, but the form says something that nobody has seen the effect of.
    page = again(who, page, "store", **{lines: "introduction"})
    assert page.status_code == 200 and not Issue.objects.exists()
    again(who, page, "store")
    assert "quiet week" in Issue.objects.get().intro


def test_one_answer_for_all_that_is_left(who: Client, daily: Publication) -> None:
    text = OPEN + OPEN[OPEN.index("## News") :].replace("## News", "## Models").replace(
        "/ferry", "/x"
    ).replace("/yard", "/y")
    page = paste(who, daily, text)
    assert [name.partition(":")[0] for name in names(page)] == ["lines", "lines", "rest"]
    page = again(who, page, rest="left_out")
    assert page.status_code == 200
    again(who, page, "store")
    assert ImportRule.objects.filter(value="left_out").count() == 2


def test_the_text_stays_in_the_box_and_is_mended_there(who: Client, daily: Publication) -> None:
    page = paste(who, daily, OPEN)
    html = unescape(page.content.decode())
    box = html[html.index("<textarea") : html.index("</textarea>")]
    assert box.endswith(OPEN)
    mended = OPEN.replace("That was a quiet week", "- [Quiet](https://example.org/q), it was")
    page = again(who, page, "store", text=mended.replace("\n", "\r\n"))
    assert page.status_code == 200 and not Issue.objects.exists()  # Shown first.
    again(who, page, "store")
    assert Issue.objects.get().revisions.get().source == mended


def test_a_box_that_came_back_as_it_was_sent_keeps_the_file(
    who: Client, daily: Publication
) -> None:
    """The octets that were looked at are stored, not what a browser made of them."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    text = OPEN.replace("That was a quiet week", "- [静](https://example.org/q), 安静的一周")
    page = who.post(
        reverse(IMPORT),
        {
            "publication": daily.pk,
            "shape": "auto",
            "file": SimpleUploadedFile("2026-03-02.md", text.encode("gb18030")),
        },
    )
    assert "GB18030" in page.content.decode()
    again(who, page, "store")
    issue = Issue.objects.get()
    assert [one.code for one in issue.import_warnings.all()] == ["encoding"]
    assert issue.origin == "2026-03-02"


def test_a_title_and_two_readings_of_a_date(who: Client, daily: Publication) -> None:
    page = paste(who, daily, OPEN.replace("# Harbour Daily - 2026-03-02\n", ""))
    assert {"title", "date"} < set(names(page))
    (lines,) = [name for name in names(page) if name.startswith("lines:")]
    page = again(who, page, title="Given", date="2026-03-05", **{lines: "tail"})
    again(who, page, "store")
    assert (Issue.objects.get().title, Issue.objects.get().slug) == ("Given", "2026-03-05")


def test_tags_with_their_counts(who: Client, daily: Publication) -> None:
    page = paste(who, daily, TAGGED)
    html = unescape(page.content.decode())
    assert "tag “rust”: 2 items, in 1 of them the first tag" in html
    assert "Or decide by author or source" in html
    page = again(who, page, **{"map:tag:llm": "+", "map:tag:rust": "-"})
    # The second item has nothing else: what of the rest?
    assert names(page)[0] == "map:*"
    page = again(who, page, **{"map:*": "models"})
    again(who, page, "store")
    filed = list(Issue.objects.get().items.order_by("number").values_list("category__name"))
    assert filed == [("llm",), ("Models",)]
    assert not daily.categories.filter(name="rust").exists()


def test_the_shape_is_named_section_by_section_and_can_be_chosen(
    who: Client, daily: Publication
) -> None:
    page = paste(who, daily, OPEN)
    (section,) = [one for one, _label in page.context_data["sections"] if one.title == "News"]
    html = page.content.decode()
    assert "Read section by section" in html and f'name="shape:{section.key}"' in html
    page = again(who, page, **{f"shape:{section.key}": "document"})
    (section,) = [one for one, _label in page.context_data["sections"] if one.title == "News"]
    assert section.shape == "document"


def test_hostile_answers_are_none(who: Client, daily: Publication) -> None:
    page = paste(who, daily, OPEN)
    (lines,) = names(page)
    wrong = {
        lines: "chapter", "map:": "news", "map:*": "-", "shape:x": "nothing",
        "confirm": "unclaimed", "date": "2026-99-99", "rest": "x", "undo": "lines",
        "lines:": "item",
    }  # fmt: skip
    page = again(who, page, **wrong)
    assert page.status_code == 200 and lines in names(page)
    html = again(who, page, **{"map:tag:<script>alert(1)</script>": "news"}).content.decode()
    assert "<script>alert(1)" not in html


# --- remembered answers -----------------------------------------------------------------------


def remembered(who: Client, daily: Publication) -> Any:
    address = reverse("admin:newsletter_importrule_changelist")
    return who.get(address, {"publication": daily.slug})


def stored(who: Client, daily: Publication) -> Issue:
    page = paste(who, daily, TAGGED)
    page = again(who, page, **{"map:tag:llm": "models", "map:tag:rust": "-", "map:*": "news"})
    page = again(who, page, **{"map:*": "news"})
    again(who, page, "store")
    return Issue.objects.get()


def test_remembered_answers_say_where_they_were_used_and_by_whom(
    who: Client, daily: Publication
) -> None:
    issue = stored(who, daily)
    html = re.sub(r"\s+", " ", unescape(remembered(who, daily).content.decode()))
    assert "<strong>tag “llm”</strong> → Models" in html
    assert "<strong>tag “rust”</strong> → left out of account" in html
    assert "said by uma" in html and "last used" in html
    assert reverse("admin:newsletter_issue_change", args=[issue.pk]) in html


def test_an_answer_is_changed_and_taken_back_on_record(who: Client, daily: Publication) -> None:
    stored(who, daily)
    rule = ImportRule.objects.get(key="llm")
    page = reverse("admin:newsletter_importrule_change", args=[rule.pk])
    assert who.get(page).status_code == 405
    who.post(page, {"do": "change", "answer": "news"})
    rule.refresh_from_db()
    assert rule.category is not None and rule.category.name == "News"
    for nonsense in ("", "no-such", "news"):
        who.post(page, {"do": "change", "answer": nonsense})
    who.post(page, {"do": "forget"})
    assert not ImportRule.objects.filter(key="llm").exists()
    actions = list(AuditEntry.objects.filter(action__contains="answer").values_list("action"))
    assert actions == [("import answer changed",), ("import answer taken back",)]
    page = paste(who, daily, TAGGED.replace("2026-03-02", "2026-03-09"))
    assert page.context_data["asked"] == 0  # The rest goes to News.


def test_an_answer_is_given_beforehand(who: Client, daily: Publication) -> None:
    add = reverse("admin:newsletter_importrule_add", args=[daily.slug])
    for kind, name, answer in (("tag", "#Rust", "models"), ("source", "www.Example.org", "news")):
        who.post(add, {"kind": kind, "name": name, "answer": answer})
    for wrong in (
        {},
        {"kind": "lines", "name": "x", "answer": "news"},
        {"kind": "tag", "name": "x"},
    ):
        who.post(add, wrong)
    assert sorted(ImportRule.objects.values_list("kind", "key")) == [
        ("source", "example.org"), ("tag", "rust"),
    ]  # fmt: skip
    page = paste(who, daily, TAGGED)
    assert page.status_code == 200
    assert [item.category for item in page.context_data["digest"].items] == ["Models", "Models"]


def test_only_editors_of_the_publication_touch_its_answers(who: Client, daily: Publication) -> None:
    stored(who, daily)
    rule = ImportRule.objects.get(key="llm")
    change = reverse("admin:newsletter_importrule_change", args=[rule.pk])
    add = reverse("admin:newsletter_importrule_add", args=[daily.slug])
    stranger = client("zoe", builders.publication("other"), "owner")
    care = client("cara", daily, "reader_care")
    for one, status in ((stranger, 404), (care, 403)):
        assert one.post(change, {"do": "forget"}).status_code == status
        assert one.post(add, {"kind": "tag", "name": "x", "answer": "news"}).status_code == status
    assert "llm" not in remembered(stranger, daily).content.decode()
    assert 'value="forget"' not in remembered(care, daily).content.decode()
    assert ImportRule.objects.filter(pk=rule.pk).exists()


def test_a_text_mended_on_the_second_page_is_kept(who: Client, daily: Publication) -> None:
    html = paste(who, daily, OPEN).content.decode()
    key = re.search(r'name="unsaved" value="([^"]+)"', html)
    assert key is not None and 'name="shape" value="auto"' in html
    typed = {
        "unsaved": key[1], "publication": daily.pk, "shape": "auto", "looked_at": "x" * 1_200_000,
        "text": OPEN + "\nA word nobody may lose.\n",
    }  # fmt: skip
    assert who.post("/admin/unsaved/", typed).json() == {"kept": True}
    offered = who.get(reverse("admin:newsletter_issue_import")).content.decode()
    assert "A word nobody may lose." in offered and "did not save" in offered
    assert "A document you began to import" in who.get("/admin/").content.decode()
    # Stored, it is a draft, and waits no longer.
    page = paste(who, daily, OPEN)
    (lines,) = names(page)
    again(who, again(who, page, **{lines: "tail"}), "store")
    assert Issue.objects.count() == 1 and not FormDraft.objects.exists()
