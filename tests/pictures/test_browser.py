"""Pictures in the page to write on: chosen, dropped, pasted into the text, refused in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from newsletter.models import Issue
from subscribers.models import Publication
from tests import builders
from tests.admin.test_browser import daily, person  # noqa: F401
from tests.admin.test_write_browser import until, writing

from .drawn import photograph

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]

# What a browser hands over when a picture is pasted.
_PASTE = """(octets) => {
  const text = document.querySelector("textarea[name=body]"), all = new DataTransfer();
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
  all.items.add(new File([new Uint8Array(octets)], "map.jpg", {type: "image/jpeg"}));
  const event = {clipboardData: all, bubbles: true, cancelable: true};
  text.dispatchEvent(new ClipboardEvent("paste", event));
}"""


def test_a_picture_is_chosen_and_another_is_pasted(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    tmp_path: Path,
) -> None:
    issue: Issue = builders.issue(daily)
    item = builders.item(issue, daily.categories.get(name="City"), "Ferries", body="Text.")
    (tmp_path / "text.jpg").write_bytes(b"a text")
    (tmp_path / "ferry.jpg").write_bytes(photograph())
    page = writing(chromium, live_server.url, person("uma", daily, "editor"), issue).page
    page.locator(f"#item-{item.pk} [data-open]").click()
    chosen = page.locator("[data-picture] input[type=file]")
    chosen.set_input_files(str(tmp_path / "text.jpg"))
    page.get_by_text("This is no picture.").wait_for()
    chosen.set_input_files(str(tmp_path / "ferry.jpg"))
    page.locator("[data-picture] img").wait_for()
    page.keyboard.type("A ferry")  # It went on to the words for it.
    page.evaluate(_PASTE, list(photograph(500, 400)))
    until(lambda: "![](http" in page.input_value("textarea[name=body]"))
    page.keyboard.type("A map")  # Between the brackets.
    page.keyboard.press("Control+s")
    page.get_by_text("Saved", exact=True).wait_for()
    item.refresh_from_db()
    assert item.picture.endswith(".jpg") and item.picture_alt == "A ferry"
    assert "Text.\n\n![A map](http" in item.body and "/p/" in item.body


def _drop(page: Any, on: str, file: Path) -> None:
    """A file dragged from the desktop, as Chromium itself tells the page of it."""
    box = page.locator(on).bounding_box()
    data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + 10, "data": data}
    mouse = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        mouse.send("Input.dispatchDragEvent", {"type": kind, **place})


def test_a_picture_is_dropped_on_an_item_and_another_into_its_text(
    chromium: Any,
    live_server: Any,
    daily: Publication,  # noqa: F811
    tmp_path: Path,
) -> None:
    issue: Issue = builders.issue(daily)
    item = builders.item(issue, daily.categories.get(name="City"), "Ferries", body="Text.")
    (tmp_path / "ferry.jpg").write_bytes(photograph())
    (tmp_path / "map.jpg").write_bytes(photograph(500, 400))
    page = writing(chromium, live_server.url, person("uma", daily, "editor"), issue).page
    page.locator(f"#item-{item.pk} [data-open]").click()
    page.locator("[data-picture]").scroll_into_view_if_needed()
    _drop(page, "[data-picture]", tmp_path / "ferry.jpg")
    page.locator("[data-picture] img").wait_for()
    page.locator("textarea[name=body]").scroll_into_view_if_needed()
    _drop(page, "textarea[name=body]", tmp_path / "map.jpg")
    until(lambda: "![](http" in page.input_value("textarea[name=body]"))
    page.keyboard.press("Control+s")
    page.get_by_text("Saved", exact=True).wait_for()
    item.refresh_from_db()
    assert item.picture.endswith(".jpg")
    assert "![](http" in item.body and "/p/" in item.body
    # The browser did not leave the page for the file.
    assert "/write/" in page.url
