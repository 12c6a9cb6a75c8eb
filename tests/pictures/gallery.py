"""Pictures of mails and pages, and one HTML page that shows them all beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.rendering.clients import CLIENTS, inverted, seen_by, without_pictures

from .trial_site import ISSUES, STYLES, Trial

WIDTHS = (375, 640, 1280)
SCHEMES = ("light", "dark")
# Of a long page its beginning shows what there is to see, in CSS pixels.
_HIGHEST = 3000


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: what it is of, and the name of its file."""

    group: str
    label: str
    name: str
    width: int


def take(browser: Browser, trial: Trial, folder: Path) -> Iterator[Shot]:
    """Three styles × mail and site × light and dark × three widths × four issues."""
    for style in STYLES:
        for issue, (language, slug) in ISSUES.items():
            mail = (folder / f"{style}-{language}-{slug}.html").as_uri()
            site = f"{trial.base}/{style}-{language}/{slug}/"
            for kind, address in (("mail", mail), ("site", site)):
                for scheme in SCHEMES:
                    for width in WIDTHS:
                        name = f"{style}-{issue}-{kind}-{scheme}-{width}.jpg"
                        if not (folder / name).exists():
                            page = _open(browser, address, width, scheme)
                            _keep(page, folder / name)
                        yield Shot(f"{style}: {issue}, {kind}", f"{scheme} {width}", name, width)


def take_clients(browser: Browser, folder: Path) -> Iterator[Shot]:
    """The issue that holds everything, as each mail program leaves it; at night; no pictures."""
    for style in STYLES:
        html = (folder / f"{style}-en-{ISSUES['rich'][1]}.html").read_text()
        seen = {name: seen_by(client, html) for client, name in CLIENTS.items()}
        seen["Turned dark by an app that drops our colours"] = inverted(html)
        seen["Pictures blocked"] = without_pictures(html)
        for number, (name, left) in enumerate(seen.items()):
            file = folder / f"{style}-client-{number}.html"
            width = 640 if "Windows" in name else 375
            if not file.with_suffix(".jpg").exists():
                file.write_text(left)
                page = _open(browser, file.as_uri(), width, "light")
                _keep(page, file.with_suffix(".jpg"))
                file.unlink()
            yield Shot(f"{style}: as mail programs leave it", name, f"{file.stem}.jpg", width)


def _open(browser: Browser, address: str, width: int, scheme: str) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(address, wait_until="load")
    return page


def _keep(page: Page, file: Path) -> None:
    size = page.viewport_size
    assert size is not None
    height = page.evaluate("document.documentElement.scrollHeight")
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > size["width"]:
        print(f"{file.name}: {wide} px wide, the window {size['width']}")
    # The pictures further down are loaded as one comes near.
    page.set_viewport_size({"width": size["width"], "height": min(height, _HIGHEST)})
    page.wait_for_load_state("networkidle")
    taken = file.with_suffix(".part")
    page.screenshot(path=taken, type="jpeg", quality=70)
    taken.replace(file)  # Whole or not there: the next run takes what this one did not.
    page.context.close()


def page(shots: list[Shot]) -> str:
    """The gallery: a heading for each group, its pictures in a row that scrolls."""
    parts = [_HEAD]
    group = ""
    for shot in shots:
        if shot.group != group:
            parts.append(f"{'</div>' if group else ''}<h2>{escape(shot.group)}</h2><div>")
            group = shot.group
        shown = min(shot.width, 480)
        parts.append(
            f'<figure><a href="{shot.name}"><img src="{shot.name}" width="{shown}" loading="lazy" '
            f'alt="{escape(f"{shot.group}, {shot.label}")}"></a>'
            f"<figcaption>{escape(shot.label)}</figcaption></figure>"
        )
    return "".join([*parts, "</div></body></html>"])


_HEAD = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Gallery</title><style>
body { margin: 2rem; background: #eceef0; font: 15px/1.5 system-ui, sans-serif }
div { display: flex; gap: 1rem; overflow-x: auto; align-items: flex-start }
figure { margin: 0; flex: none } img { display: block; border: 1px solid #b9c0c6 }
</style></head><body><h1>Gallery</h1>
"""
