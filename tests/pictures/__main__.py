"""Everything that readers see, to look at: `python -m tests.pictures FOLDER`.

A fresh trial site is opened in Chromium; FOLDER gets some 170 pictures and `index.html`, which
shows them; a run that was cut short goes on where it ended. `--readme` only makes the few of the
README, in `.pictures`, `--handbook` those of the handbook, in
`newsletter/static/newsletter/handbook`. Needs Debian's chromium and the `dev` extra. Everything
listens on loopback, and the site is removed at the end.
"""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
from itertools import chain
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from . import gallery, handbook
from .trial_site import ROOT, Trial, serving

_README = ROOT / ".pictures"
_CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# Letters on plain grounds, and one photograph: more colours cost more than they show.
_COLOURS = 96


def readme(browser: Browser, trial: Trial, mails: Path) -> None:
    """A mail of each style on a phone, an issue on the site, what sending would do."""
    for style in ("daily", "essay", "links"):
        phone = browser.new_page(viewport={"width": 375, "height": 1000}, device_scale_factor=2)
        phone.goto((mails / f"{style}-en-2026-03-02.html").as_uri())
        _keep(phone.screenshot(), "mail" if style == "daily" else f"mail-{style}")
    desk = browser.new_page(viewport={"width": 1100, "height": 900})
    desk.goto(f"{trial.base}/daily-en/2026-03-02/")
    _keep(desk.screenshot(), "site")
    desk.goto(f"{trial.base}/admin/login/?next=/admin/newsletter/issue/")
    desk.fill("input[name=username]", trial.user)
    desk.fill("input[name=password]", trial.password)
    desk.press("input[name=password]", "Enter")
    desk.wait_for_load_state()
    # The last of the list is the trial's own, which has readers.
    desk.locator("a[href*='/newsletter/issue/']:has-text('Sample')").last.click()
    desk.locator("a:has-text('Audience')").first.click()
    desk.wait_for_load_state()
    _keep(desk.screenshot(), "plan")


def whole(browser: Browser, trial: Trial, folder: Path) -> None:
    """The gallery; its page shows at any time what was taken so far."""
    shots: list[gallery.Shot] = []
    index = folder / "index.html"
    for shot in chain(gallery.take(browser, trial, folder), gallery.take_clients(browser, folder)):
        shots.append(shot)
        index.write_text(gallery.page(shots))
    print(f"{len(shots)} pictures: {index}")


def _keep(screenshot: bytes, name: str) -> None:
    image = Image.open(io.BytesIO(screenshot)).convert("RGB")
    image.quantize(_COLOURS, dither=Image.Dither.NONE).save(_README / f"{name}.png", optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="where the gallery goes")
    parser.add_argument("--readme", action="store_true", help="only the pictures of the README")
    parser.add_argument("--handbook", action="store_true", help="only those of the handbook")
    options = parser.parse_args()
    few = options.readme or options.handbook
    if (options.folder is None) != few:
        parser.error("name a folder, or give --readme or --handbook")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        folder = Path(scratch) if few else options.folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        with serving(folder) as trial:
            browser = playwright.chromium.launch(
                executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
            )
            if options.readme:
                readme(browser, trial, folder)
            if options.handbook:
                print(f"{handbook.take(browser, trial):,} octets: {handbook.FOLDER}")
            if not few:
                whole(browser, trial, folder)
            browser.close()


if __name__ == "__main__":
    main()
