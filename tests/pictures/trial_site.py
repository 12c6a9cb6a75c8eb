"""A trial site with what is worth looking at: each style in both languages, four issues.

`fill` runs inside the site (`manage.py shell`), everything else outside of it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import io
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

from .drawn import octets

ROOT = Path(__file__).resolve().parents[2]
STYLES = ("daily", "essay", "links")
# Name -> (language of the publication, address of the issue).
ISSUES = {
    "sample-zh": ("zh", "2026-03-02"),
    "sample-en": ("en", "2026-03-02"),
    "rich": ("en", "2026-03-03"),
    "133": ("en", "2026-03-04"),
}
_NAMES = {"en": "Harbour Daily", "zh": "海港日报"}


@dataclass(frozen=True, slots=True)
class Trial:
    """A running site: where it is, and who may sign in."""

    base: str
    user: str
    password: str
    env: dict[str, str]


@contextlib.contextmanager
def serving(mails: Path) -> Iterator[Trial]:
    """The site on a free port of loopback, its mails as files in a folder; gone at the end."""
    folder = tempfile.mkdtemp(prefix="sudi-pictures-")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{probe.getsockname()[1]}"
    env = {**os.environ, "DATA_DIR": folder, "BASE_URL": base, "DEBUG": "1"}
    env |= {"PYTHONPATH": str(ROOT), "MAILS": str(mails), "PYTHONWARNINGS": "ignore"}
    for name in ("DATABASE_URL", "SMTP_URL"):
        env.pop(name, None)
    manage = [sys.executable, str(ROOT / "manage.py")]
    made = subprocess.run(
        [*manage, "quickstart", "--no-serve"],
        env=env, capture_output=True, text=True, check=True, timeout=900,
    )  # fmt: skip
    found = re.search(r"Sign in as (\S+) with the password (\S+)", made.stdout)
    assert found is not None, made.stdout
    filling = "from tests.pictures.trial_site import fill; fill()"
    subprocess.run([*manage, "shell", "-v", "0", "-c", filling], env=env, check=True, timeout=600)
    web = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "newsletter.config.wsgi", "--threads", "4",
         "--bind", base.removeprefix("http://"), "--log-level", "error"],
        cwd=ROOT, env=env,
    )  # fmt: skip
    try:
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{base}/healthz", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        yield Trial(base, found[1], found[2], env)
    finally:
        web.send_signal(signal.SIGTERM)
        web.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def fill() -> None:
    """Six publications with their issues on the site, and the mail of each as a file in $MAILS."""
    from django.core.management import call_command

    from newsletter import editions, rendering
    from subscribers import pictures
    from tests import builders, sample_issues
    from tests.rendering.mails import SAMPLES
    from tests.rich_issue import PICTURE, rich

    mails = Path(os.environ["MAILS"])
    picture = pictures.keep(harbour()).name
    for style in STYLES:
        for short, name in _NAMES.items():
            publication = builders.publication(
                f"{style}-{short}", name=name, theme={"style": style},
                language="zh-hans" if short == "zh" else "en",
                description=_ABOUT[short],
            )  # fmt: skip
            call_command(
                "import_digest", SAMPLES / f"sample-{short}.md", "--create-categories",
                publication=publication.slug, stdout=io.StringIO(),
            )  # fmt: skip
            first = publication.issues.get()
            first.items.filter(number=1).update(picture=picture, picture_alt=_SHOWS[short])
            if short == "en":
                _store(publication, rich(), picture, PICTURE)
                view = sample_issues.view(133, slug="2026-03-04", date=dt.date(2026, 3, 4))
                _store(publication, view, picture, PICTURE)
            for issue in publication.issues.all():
                at = dt.datetime.combine(issue.date, dt.time(7), dt.UTC)
                issue.items.update(published_at=at)
                type(issue).objects.filter(pk=issue.pk).update(state="published", published_at=at)
                issue.refresh_from_db()
                view = editions.load(issue)
                html = rendering.prepare(view, publication).edition(view.mask).html
                (mails / f"{publication.slug}-{issue.slug}.html").write_text(html)


_ABOUT = {
    "en": "What happens on the water and behind the quay, every weekday at seven.",
    "zh": "水上与码头背后的事，每个工作日清晨七点。",
}
_SHOWS = {"en": "Two boats at the quay in the evening", "zh": "傍晚码头边的两条船"}


def _store(publication: Any, view: Any, picture: str, named: str) -> None:
    """An issue that is a value as rows."""
    from newsletter import conf
    from tests import builders

    ours = f"{conf.base_url()}/p/{picture[:-4]}"
    slug = "2026-03-03" if len(view.items) < 100 else view.slug
    issue = builders.issue(publication, slug, title=view.title, intro=view.intro)
    categories = {one.name: one for one in publication.categories.all()}
    for item in view.items:
        name = item.category.name
        if name not in categories:
            categories[name] = builders.category(publication, name)
        builders.item(
            issue, categories[name], item.title, url=item.sources[0].url, insight=item.insight,
            bullets=[dataclasses.asdict(bullet) for bullet in item.bullets],
            body=item.body.replace(f"http://127.0.0.1:8000/p/{named[:-4]}", ours),
            picture=picture if item.picture else "", picture_alt=item.picture_alt,
        )  # fmt: skip
    for link in view.tail:
        builders.tail_link(issue, link.label, link.url)


def harbour(width: int = 1600, height: int = 800) -> bytes:
    """An evening at the quay, drawn: sky, sun, hills, water with its light, two boats."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    horizon = height * 62 // 100
    for y in range(height):
        share = min(1.0, y / horizon)
        sky = (int(38 + 205 * share), int(58 + 108 * share), int(96 + 16 * share))
        deep = (y - horizon) / (height - horizon)
        water = (int(92 - 66 * deep), int(84 - 42 * deep), int(96 - 28 * deep))
        draw.line((0, y, width, y), sky if y < horizon else water)
    sun = width * 66 // 100
    draw.ellipse((sun - 60, horizon - 110, sun + 60, horizon + 10), (255, 226, 168))
    for step in range(26):
        y = horizon + 8 + step * 9
        half = 60 - step + int(14 * math.sin(step * 1.7))
        draw.line((sun - half, y, sun + half, y), (244, 196, 128), 2)
    for far, colour in ((0.0, (96, 78, 104)), (1.3, (62, 56, 84))):
        line = [
            (x, horizon - 46 - int(34 * math.sin(x / 190 + far) + 18 * math.sin(x / 67 + far * 3)))
            for x in range(0, width + 1, 8)
        ]
        draw.polygon([(0, horizon), *line, (width, horizon)], colour)
    draw.rectangle((0, horizon - 4, width, horizon + 2), (44, 40, 62))
    image = image.filter(ImageFilter.GaussianBlur(1.2))
    draw = ImageDraw.Draw(image)
    for left, top, size in ((260, horizon + 70, 1.0), (760, horizon + 30, 0.6)):
        _boat(draw, left, top, size)
    draw.rectangle((0, height - 96, width * 42 // 100, height), (26, 24, 36))
    for post in range(40, width * 42 // 100, 120):
        draw.rectangle((post, height - 150, post + 14, height), (20, 18, 28))
    return octets(image, "JPEG", quality=88)


def _boat(draw: ImageDraw.ImageDraw, left: int, top: int, size: float) -> None:
    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(left + x * size, top + y * size) for x, y in points]

    draw.polygon(at((0, 60), (340, 60), (300, 110), (40, 110)), (24, 30, 48))
    draw.polygon(at((60, 20), (250, 20), (262, 60), (50, 60)), (228, 222, 210))
    for window in range(5):
        x = 74 + window * 36
        draw.polygon(at((x, 30), (x + 22, 30), (x + 22, 48), (x, 48)), (255, 214, 130))
    draw.polygon(at((200, -40), (226, -40), (230, 20), (196, 20)), (150, 52, 46))
