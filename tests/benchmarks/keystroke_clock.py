"""From a key to the preview, by the clock, in a browser: what somebody waits for who types.

    python -m tests.benchmarks.keystroke_clock [ITEMS]

A server process of its own, a real Chromium, real keys. Measured from the key's event until the
preview beside it shows the letter, the pause that the page waits for further keys included. One
JSON object: the median and the longest of the keys in milliseconds, and the processors' load, which
by the clock is part of every figure. Ends by itself after five minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence

from tests.benchmarks import scene
from tests.benchmarks.keystroke import issue_of
from tests.benchmarks.web import ROOT, free_port, gunicorn

_KEYS = 21
_WORD = "qzvkjx"
# Notes when a key goes down, and looks at every frame whether the preview shows what was typed.
_WATCH = """(text) => new Promise((resolve, reject) => {
  let begun = 0;
  const down = () => { begun = performance.now(); };
  document.addEventListener("keydown", down, {once: true, capture: true});
  const end = performance.now() + 20000;
  const look = () => {
    const shown = document.querySelector("iframe").contentDocument?.body?.textContent || "";
    if (begun && shown.includes(text)) resolve(performance.now() - begun);
    else if (performance.now() > end) reject(new Error("not shown in 20 s"));
    else requestAnimationFrame(look);
  };
  look();
})"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.keystroke_clock")
    parser.add_argument("items", type=int, nargs="?", default=300)
    parser.add_argument("--type", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.type:
        print(json.dumps(_typed(*options.type)))
        return 0
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        publication, categories = scene.publication()
        issue, item = issue_of(publication, categories, options.items)
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        server = gunicorn("newsletter.config.wsgi", port, ROOT, {**os.environ, "BASE_URL": base})
        try:
            address = f"{base}/admin/newsletter/issue/{issue.pk}/write/"
            asked = [address, _cookie(), str(item.pk)]
            # In a process of its own: what starts the browser belongs to the tests' settings.
            done = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.keystroke_clock", "--type", *asked],
                cwd=ROOT, check=True, stdout=subprocess.PIPE, timeout=240,
            )  # fmt: skip
            times = json.loads(done.stdout)
        finally:
            server.terminate()
            server.wait(60)
    print(
        json.dumps(
            {"items": options.items, "keys": len(times), "median": round(statistics.median(times)),
             "longest": round(max(times)), "load": round(os.getloadavg()[0], 1)}
        )
    )  # fmt: skip
    return 0


def _cookie() -> str:
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.create_superuser("root", "", "x"))
    return client.cookies["sessionid"].value


def _typed(address: str, cookie: str, row: str) -> list[float]:
    """Milliseconds of each key but the first, which loads."""
    from tests.chromium import started

    times = []
    with started(patience=120) as browser:
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        context.set_default_timeout(60_000)
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        page = context.new_page()
        page.goto(address)
        page.locator("iframe[srcdoc]").wait_for(state="attached")
        page.locator(f'[data-item="{row}"] [data-open]').click()
        box = page.locator("textarea[name=insight]")
        box.wait_for()
        box.press("End")
        typed = ""
        for number in range(_KEYS + 1):
            letter = _WORD[number % len(_WORD)]
            typed += letter
            page.evaluate(f"(text) => {{ window.watched = ({_WATCH})(text); }}", typed)
            page.keyboard.press(letter)
            times.append(float(page.evaluate("() => window.watched")))
            page.wait_for_timeout(150)
        context.close()
    return times[1:]


if __name__ == "__main__":
    sys.exit(main())
