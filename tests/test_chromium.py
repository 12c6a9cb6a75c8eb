"""A browser that no longer answers ends its own test, and no other."""

from __future__ import annotations

import pytest

from .chromium import started

pytestmark = pytest.mark.needs("chromium")


def test_what_waits_for_ever_fails_and_the_next_window_opens() -> None:
    from playwright.sync_api import Error

    with started(patience=2.0) as browser:
        page = browser.new_page()
        with pytest.raises(Error, match="closed"):
            page.evaluate("new Promise(() => {})")
        assert browser.new_page().evaluate("1 + 1") == 2
