"""A key pressed while writing, until the preview shows it: by the clock, in real Chromium.

    python -m tests.benchmarks.keystroke_clock [ITEMS] [--rounds N]

A site of its own under gunicorn, as it is started everywhere (one process, sixteen threads), and
the page to write on of an issue of ten items and of ITEMS. One letter after the other is typed into
an item's title, now early and now late after the one before, and a clock in the page runs from the
key to the picture after the one in which the preview's text holds what was typed. One JSON object a
line: of each place that was typed in the least, the median and the 95th percentile in milliseconds;
then how the page opens: octets, elements, height in pixels, milliseconds until it can be used and
until the preview is there. Of a busy machine look at the least, and at N items over ten.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import sync_playwright

from tests.benchmarks import scene
from tests.benchmarks.keystroke import issue_of
from tests.benchmarks.web import free_port, gunicorn

# Seconds between a letter that is shown and the next: while the whole mail is made, and after.
_PAUSES = (0.2, 0.5, 1, 2, 4)
_PATIENCE = 20_000
_OPENED = 3
_WATCH = """
([typed, patience]) => new Promise((done, fail) => {
  const frame = document.querySelector("[data-write] iframe");
  const box = document.querySelector("textarea[name=title]");
  let begun = 0;
  box.addEventListener("keydown", (event) => { begun = event.timeStamp; }, {once: true});
  const end = performance.now() + patience;
  const look = () => {
    if (frame.contentDocument?.body?.textContent.includes(typed)) {
      // The picture that has it is drawn between this turn and the next.
      requestAnimationFrame((now) => done(now - begun));
    } else if (performance.now() > end) {
      fail(new Error("never shown: " + typed));
    } else {
      requestAnimationFrame(look);
    }
  };
  look();
})
"""
_NUMBERS = itertools.count(100)
_OPEN = """
async () => {
  const [way] = performance.getEntriesByType("navigation");
  const frame = document.querySelector("[data-write] iframe");
  while (!frame.contentDocument?.body?.textContent.trim()) await new Promise(requestAnimationFrame);
  return {
    octets: way.decodedBodySize, elements: document.querySelectorAll("*").length,
    height: document.documentElement.scrollHeight, usable: way.domContentLoadedEventEnd,
    preview: performance.now(),
  };
}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.keystroke_clock")
    parser.add_argument("items", type=int, nargs="?", default=300)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args(arguments)
    with scene.open_site("127.0.0.1:25", 1) as env:
        port = free_port()
        env["BASE_URL"] = os.environ["BASE_URL"] = f"http://127.0.0.1:{port}"
        scene.start_django()
        publication, categories = scene.publication()
        issues = [issue_of(publication, categories, count) for count in (10, options.items)]
        whole = {**os.environ, "PYTHONPATH": str(scene.ROOT), "LOG_LEVEL": "ERROR"}
        server = gunicorn("newsletter.config.wsgi", port, scene.ROOT, whole, threads=16)
        try:
            # Playwright's loop runs in this thread, where Django refuses to ask the database then.
            cookie = _signed_in()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox"]
                )
                for issue, item in issues:
                    _measure(browser, env["BASE_URL"], cookie, issue, item, options.rounds)
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
    return 0


def _signed_in() -> str:
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client

    client = Client()
    client.force_login(User.objects.create_superuser("root", "", "x"))
    connection.close()
    return str(client.cookies["sessionid"].value)


def _measure(browser: Any, base: str, cookie: str, issue: Any, item: Any, rounds: int) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": 1400, "height": 900})
    context.set_default_timeout(4 * _PATIENCE)
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": base}])
    page = context.new_page()
    address = f"{base}/admin/newsletter/issue/{issue.pk}/write/"
    count = item.number * 2 - 2  # `issue_of` gives the one in the middle.
    opened = []
    for _ in range(_OPENED):
        page.goto(address)
        opened.append(page.evaluate(_OPEN))
    for where, place in (("first", 1), ("middle", item.number)):
        _line(count, f"typed in the {where} item", _typed(page, place, rounds))
    page.locator("[data-choice] select[name=as]").select_option("web")
    _line(count, "typed in the middle item, seen as a web page", _typed(page, item.number, rounds))
    print(
        json.dumps(
            {"items": count, "opened": {k: round(min(o[k] for o in opened)) for k in opened[0]}}
        )
    )
    context.close()


def _typed(page: Any, place: int, rounds: int) -> list[float]:
    """Milliseconds of each letter."""
    row = page.locator("[data-rows] > li").nth(place - 1)
    row.locator("[data-open]").click()
    box = row.locator("textarea[name=title]")
    box.wait_for()
    page.keyboard.press("End")
    found = []
    # A word that is nowhere yet: what was typed before may have been kept.
    typed = f"w{next(_NUMBERS)}y"
    page.keyboard.type(f" {typed}")
    for number in range(rounds):
        page.wait_for_timeout(_PAUSES[number % len(_PAUSES)] * 1000)
        letter = "qxzjkvw"[number % 7]
        typed += letter
        page.evaluate(f"window.shown = ({_WATCH})({json.dumps([typed, _PATIENCE])}), 0")
        page.keyboard.press(letter)
        found.append(float(page.evaluate("window.shown")))
    page.keyboard.press("Escape")
    return found[1:]  # The first tells the page how long a whole mail takes.


def _line(items: int, what: str, times: list[float]) -> None:
    ordered = sorted(times)
    print(
        json.dumps(
            {"items": items, "what": what, "rounds": len(times), "least": round(ordered[0]),
             "median": round(statistics.median(times)),
             "95 %": round(ordered[round(0.95 * (len(ordered) - 1))]), "most": round(ordered[-1])}
        ),
        flush=True,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
