"""The handbook: every chapter in both languages, every link leads somewhere, and it opens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.test import Client

from newsletter import handbook
from newsletter.handbook import explained
from tests import builders

LANGUAGES = ("en", "zh-hans")


def test_every_chapter_is_written_in_both_languages() -> None:
    english = handbook.chapters("en")
    chinese = handbook.chapters("zh-hans")
    assert [chapter.name for chapter in chinese] == [chapter.name for chapter in english]
    assert {chapter.language for chapter in chinese} == {"zh"}
    for ours, theirs in zip(english, chinese, strict=True):
        for mark in ("\n## ", "\n| ", "\n    "):
            assert ours.text.count(mark) == theirs.text.count(mark), (ours.name, mark)
    # Another language reads the English one.
    assert handbook.chapters("fr") == english


def test_no_space_stands_behind_a_full_width_stop_and_no_mark_is_left_over() -> None:
    for chapter in handbook.chapters("zh-hans"):
        html = re.sub(r"<(pre|code)\b.*?</\1>", "x", handbook.html(chapter), flags=re.DOTALL)
        for _tag, inside in re.findall(r"<(p|li|td|th)>(.*?)</\1>", html, re.DOTALL):
            text = re.sub("<[^>]+>", "", inside)
            assert not re.search(r"[。！？]\s+\S|\*\*", text), (chapter.name, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_between_chapters_lead_to_chapters(language: str) -> None:
    names = {chapter.name for chapter in handbook.chapters(language)}
    for chapter in handbook.chapters(language):
        linked = set(re.findall(r"\]\(\d\d-([a-z-]+)\.md", chapter.text))
        assert linked <= names, chapter.name
        html = handbook.html(chapter)
        assert set(re.findall(r'href="\.\./([a-z-]+)/', html)) == linked
        assert not re.search(r'href="[^"]*\.md', html)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_is_there_and_shows_the_language(language: str) -> None:
    found = 0
    for chapter in handbook.chapters(language):
        for source in re.findall(r'<img src="([^"]*)"', handbook.html(chapter)):
            assert re.fullmatch(
                rf"/static/newsletter/handbook/{chapter.language}/[a-z]+(\.[0-9a-f]+)?\.png", source
            )
            name = re.sub(r"\.[0-9a-f]{12}\.", ".", source).removeprefix("/static/")
            assert finders.find(name) is not None, name
            found += 1
    assert found == 7


def test_each_page_leads_to_a_chapter_that_is_there() -> None:
    names = {chapter.name for chapter in handbook.chapters("en")}
    assert {explained.chapter(name) for name in ("index", "newsletter_issue_write")} == {
        "today", "write",
    }  # fmt: skip
    assert explained.chapter("newsletter_issue_correct_item") == "corrections"
    assert explained.chapter("newsletter_issue_shown") == "first-issue"
    assert explained.chapter("logout") == ""
    assert set(explained.CHAPTERS.values()) <= names


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_opens_for_who_may_log_in(client: Client, language: str) -> None:
    builders.publication()
    first = handbook.chapters(language)[0]
    path = f"/admin/help/{first.name}/"
    assert client.get(path).status_code == 302  # to the login
    client.force_login(get_user_model().objects.create_user("alice", is_staff=True))
    client.cookies["django_language"] = language
    assert client.get("/admin/help/").headers["Location"] == path
    for chapter in handbook.chapters(language):
        page = client.get(f"/admin/help/{chapter.name}/").content.decode()
        assert f"<h1>{chapter.title}</h1>" in re.sub(r"\s+(?=<)|(?<=>)\s+", "", page)
    assert client.get("/admin/help/none/").status_code == 404


# The chapter "who gets what", row by row: where each is tried.
WHO_GETS_WHAT = {
    "Chose two categories, both in the issue": "editions/test_audience.py::test_for_one",
    "Chose a category that is not in the issue":
        "sending/test_freeze.py::test_every_reason_for_no_mail_is_counted",
    "Ticked \"also new categories\" and a category was added since":
        "subscribers/test_choice.py::test_everything_includes_a_category_created_later",
    "Pauses until Friday, the issue goes on Thursday":
        "sending/test_freeze.py::test_every_reason_for_no_mail_is_counted",
    "Unsubscribes while the issue is going out, before their mail is begun":
        "sending/test_consent.py::test_who_left_since_the_freeze_is_not_mailed",
    "Changes categories while the issue is going out":
        "editions/test_audience.py::test_on_the_wire",
    "Their address was refused for good by its own server":
        "subscribers/test_returning.py::test_from_the_link_in_an_old_mail_back_to_the_next_issue",
    "Somebody reported the mail as spam from it":
        "subscribers/test_returning.py::test_what_only_the_editors_may_decide",
    "Has the round-up rhythm, a single issue goes out":
        "editions/test_audience.py::test_for_all_at_once",
    "Gets every issue, the round-up goes out":
        "editions/test_audience.py::test_a_roundup_is_for_those_who_want_nothing_else",
    "Changed from every issue to the round-up on Wednesday":
        "editions/test_reached.py::test_it_begins_after_the_last_issue_that_reached_the_reader",
    "An issue of the week reached nobody of them: it failed":
        "editions/test_reached.py::test_failed_and_skipped_did_not_reach_and_in_doubt_may_have",
    "An issue of the week is in doubt for them":
        "editions/test_reached.py::test_failed_and_skipped_did_not_reach_and_in_doubt_may_have",
    "Went back from the round-up to every issue":
        "sending/test_changing_rhythm.py::test_what_neither_brought_is_offered_once",
    "Had an issue's items in the round-up, and the issue is mailed later":
        "sending/test_changing_rhythm.py::test_what_a_round_up_brought_is_not_mailed_again_as_an_"
        "issue",
    "Had a paused issue's items in the round-up, went back to every issue, and it goes on":
        "sending/test_beside.py::test_a_paused_issue_that_goes_on_after_a_round_up_brought_it",
    "A round-up is still to come to them, and another one of the same days is released":
        "sending/test_beside.py::test_a_round_up_that_is_still_to_come_counts_for_the_next",
    "Gets the round-ups of two sister publications":
        "sending/test_rest.py::test_the_round_ups_of_sister_publications_bring_an_item_once",
    "Their round-up waited, another mail brought an item of it, or it went out while they were for "
    "single issues, and they are for round-ups again":
        "sending/test_rest.py::test_what_no_other_mail_brought_is_mailed_when_their_turn_has_passed",
    "Confirms, where the newest issue follows":
        "sending/test_welcome.py::test_it_follows_the_confirmation_as_the_readers_edition_and_the_"
        "issue_stays_sent",
    "Is entered by an editor or by a file":
        "sending/test_welcome.py::test_only_a_readers_own_confirmation_asks_for_it",
    "Waits while the issue is corrected":
        "sending/test_mending.py::test_c2_paused_corrected_and_resumed_the_rest_gets_the_new_text",
    "Had the old text of a corrected item, and a correction mail is sent":
        "sending/test_correction_mail.py::test_exactly_those_who_had_the_old_text_of_the_item_are_"
        "told",
    "Never had the corrected item":
        "sending/test_correction_mail.py::test_exactly_those_who_had_the_old_text_of_the_item_are_"
        "told",
    "A rehearsal address is set":
        "sending/test_rehearsals.py::test_s7_every_mail_goes_to_the_address_and_says_whose_it_was",
    "The issue goes on the site and into the feeds only":
        "sending/test_channels.py::test_mailing_later_is_once_a_reader_and_moves_no_date",
    "The issue goes out as mail only":
        "sending/test_channels.py::test_mail_only_is_in_no_archive_and_in_no_feed",
    "Reads the language of a translation that goes out with its original":
        "editions/test_audience.py::test_a_translation_takes_its_readers_as_long_as_the_two_go_"
        "together",
    "Reads a language in which there is none":
        "editions/test_audience.py::test_who_reads_neither_language_is_told_so",
    "Reads the original and its sister publication":
        "editions/test_audience.py::test_who_has_both_gets_one",
    "Had the original, and its translation is sent later":
        "editions/test_audience.py::test_who_had_the_original_does_not_get_its_translation_too",
}  # fmt: skip


def test_each_row_of_who_gets_what_is_tried_by_a_test() -> None:
    chapter = next(one for one in handbook.chapters("en") if one.name == "who-gets-what")
    rows = [line.split("|")[1].strip() for line in chapter.text.splitlines() if line[:2] == "| "]
    assert rows[1:] == list(WHO_GETS_WHAT)
    for test in WHO_GETS_WHAT.values():
        path, _, name = test.partition("::")
        source = (Path(__file__).parent / path).read_text()
        assert f"\ndef {name}(" in source, test
