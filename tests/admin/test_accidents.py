"""Every accident while writing, and the test that shows that no word is lost by it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BROWSER = "test_write_browser.py::test_what_was_typed_survives"
KEPT = "test_write_page.py::test_"
TWO = "test_two_people.py::test_"
ACCIDENTS = {
    "the page is closed": BROWSER,
    "the browser goes back or elsewhere": BROWSER,
    "the page is loaded again": BROWSER,
    "the browser crashes": BROWSER,
    "another tab has the same item": BROWSER,
    "another tab, both closed": f"{KEPT}two_tabs_of_one_person_keep_a_text_each",
    "another machine": f"{KEPT}what_was_typed_comes_back_on_another_machine",
    "the worker or the server restarts": f"{KEPT}what_was_typed_comes_back_on_another_machine",
    "the session ended before the save": (
        f"{KEPT}a_session_that_ended_during_the_save_loses_nothing"
    ),
    "the session ended on an open page": (
        "test_write_browser.py::test_a_session_that_ends_is_said_and_loses_nothing"
    ),
    "another tab signed in": f"{KEPT}a_login_in_another_tab_loses_nothing",
    "a save that met a conflict": f"{KEPT}a_conflict_does_not_end_it",
    "somebody else, another field": f"{TWO}different_fields_of_one_item_both_stay",
    "somebody else, the same field": f"{TWO}one_field_of_both_is_shown_side_by_side",
    "somebody else, twice": f"{TWO}a_form_that_was_seen_twice_asks_again",
    "somebody else, two browsers": (
        "test_write_browser.py::test_two_people_at_one_item_lose_nothing"
    ),
    "somebody else, the title page": f"{TWO}the_title_page",
    "somebody else, a category": f"{TWO}a_category",
    "somebody else, a publication": f"{TWO}a_publication",
    "somebody else deletes the item": f"{TWO}an_item_that_somebody_types_in_is_not_deleted",
    "an item deleted before it was kept": (
        f"{TWO}an_item_that_is_brought_back_has_what_was_typed_in_it"
    ),
    "one sitting writes over itself": (
        "test_restoring.py::test_what_one_sitting_writes_over_can_be_gone_back_to"
    ),
    "the reader, own choice": f"{TWO}a_readers_own_change_stays",
    "an import meanwhile": f"{TWO}an_import_meanwhile_and_a_hand_both_stay",
    "a form whose version is damaged": f"{TWO}an_unreadable_version_overwrites_nothing",
    "an item deleted by hand": "test_writing.py::test_every_button_can_be_undone",
    "items joined by mistake": "test_writing.py::test_merging_loses_no_word",
    "an undo after others wrote": "test_writing.py::test_undo_leaves_what_somebody_else_wrote",
    "items joined while one is typed in": (
        "test_write_browser.py::test_what_is_typed_goes_with_its_item"
    ),
    "a save that did not arrive": "test_write_browser.py::test_what_is_typed_goes_with_its_item",
    "a draft deleted": "test_writing.py::test_a_deleted_draft_comes_back_whole",
    "a wrong version restored": "test_restoring.py::test_a_revision_comes_back_field_by_field",
    "three megabytes pasted": f"{KEPT}three_megabytes_are_refused_before_they_are_kept",
    "three megabytes of HTML pasted": (
        "test_pasting.py::test_three_megabytes_are_typed_without_hanging"
    ),
    "hostile HTML pasted": "test_pasting.py::test_every_source_becomes_markdown",
    "an address that does not answer": (
        "test_writing.py::test_an_address_that_cannot_be_read_stays_in_its_box"
    ),
}


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_every_accident_has_its_test(accident: str) -> None:
    file, _colons, name = ACCIDENTS[accident].partition("::")
    tree = ast.parse((HERE / file).read_text())
    assert name in {one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)}
