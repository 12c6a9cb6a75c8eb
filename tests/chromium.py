"""Debian's Chromium for the tests, started anew when it no longer answers.

Closing a page that is on its way elsewhere can leave Playwright waiting for ever, without a limit
that could be set. A browser that nobody has asked anything new of for a long time is ended: what
waits for it fails by name, and the next test gets another one.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import find_program

_ARGUMENTS = [
    "--no-sandbox", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
# The longest test of one browser takes a minute and a half on a busy machine.
PATIENCE = 300.0


class Chromium:
    """What the tests use of Playwright's browser, which it starts when it is needed."""

    def __init__(self, playwright: Any, patience: float = PATIENCE) -> None:
        self._playwright = playwright
        self._patience = patience
        self._mark = f"--sudi-tests={uuid.uuid4().hex}"
        self._browser: Any = None
        self._asked = time.monotonic()
        self._closed = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()

    def new_context(self, **options: Any) -> Any:
        """A window of its own, as a person who has never been here."""
        self._asked = time.monotonic()
        if self._browser is None or not self._browser.is_connected():
            self._browser = self._playwright.chromium.launch(
                executable_path=find_program("chromium"), args=[*_ARGUMENTS, self._mark]
            )
        return self._browser.new_context(**options)

    def new_page(self, **options: Any) -> Any:
        """A page in a window of its own."""
        return self.new_context(**options).new_page()

    def close(self) -> None:
        self._asked = time.monotonic()
        if self._browser is not None and self._browser.is_connected():
            self._browser.close()
        self._closed.set()

    def _watch(self) -> None:
        while not self._closed.wait(1):
            if time.monotonic() - self._asked > self._patience:
                self._asked = time.monotonic()
                print(f"Chromium did not answer for {self._patience:.0f} s and is ended.")
                for pid in self._processes():
                    os.kill(pid, signal.SIGKILL)

    def _processes(self) -> list[int]:
        """The browser itself; what it started ends with it."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = entry.read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if self._mark in words and not any(word.startswith("--type=") for word in words):
                found.append(int(entry.parent.name))
        return found


@contextmanager
def started(patience: float = PATIENCE) -> Iterator[Chromium]:
    """A browser for as long as the block lasts; seconds of silence after which it is ended."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = Chromium(playwright, patience)
        try:
            yield browser
        finally:
            browser.close()
