"""The pictures of the handbook: the desk as an editor sees it, in both languages.

`prepare` runs inside the trial site (`manage.py shell`), `take` outside of it.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from .trial_site import ROOT, Trial

FOLDER = ROOT / "newsletter" / "static" / "newsletter" / "handbook"
_LANGUAGES = {"en": "sample-en", "zh": "sample-zh"}
_SIZE = (1100, 760)
# Letters on plain grounds: more colours cost more than they show.
_COLOURS = 48
_DAY = "2026-03-03"
# A text that the import asks about: a line below the items that is none of them.
_ASKED = {
    "en": "# Harbour notes - March 4, 2026\n\n## Tide tables are free\n> Category: Harbour\n\n"
    "- For the whole coast\n\nWritten by Ann on the morning ferry, with help from the port.\n",
    "zh": "# 港口笔记 - 2026年3月4日\n\n## 潮汐表免费了\n> 类别：港口\n\n- 覆盖整条海岸\n\n"
    "本期由小安在早班渡轮上写成，港务局的朋友也帮了忙。\n",
}


# Five items of the day after, in the sample's own categories.
_DRAFT = {
    "en": (
        "# Sample Digest - March 3, 2026",
        "Category",
        "Source",
        "Insight",
        ("City & Transport", "A tram stop gets its shelter back", "Winter is why it was missed."),
        ("City & Transport", "Two bridges close for a night", "The detour is ten minutes."),
        ("Energy & Nature", "Seagrass grows again in the bay", "Fewer anchors were enough."),
        ("Books & Culture", "The reading room stays open until ten", "Half of its guests work."),
        ("Shops & Work", "A bakery sells yesterday's bread by weight", "Nothing is left at six."),
    ),
    "zh": (
        "# 示例速递 - 2026年03月03日",
        "分类",
        "来源",
        "核心洞察",
        ("城市与出行", "电车站的雨棚装回来了", "少了它的冬天，大家才知道它的用处。"),
        ("城市与出行", "两座桥夜间封闭一晚", "绕行只多十分钟。"),
        ("能源与环境", "海湾里的海草重新生长", "少下几次锚就够了。"),
        ("文化与阅读", "阅览室延长开放到晚上十点", "一半的读者白天要上班。"),
        ("商业动态", "面包房论斤卖隔夜面包", "傍晚六点便卖完了。"),
    ),
}


def _draft(short: str) -> str:
    title, category, source, insight, *items = _DRAFT[short]
    parts = [
        f"## {name}\n\n> **{category}:** {filed}\n"
        f"> **{source}:** [Riverside](https://riverside.example.org/{place})\n\n"
        f"**{insight}:** {why}\n"
        for place, (filed, name, why) in enumerate(items, start=1)
    ]
    return "\n".join([f"{title}\n", *parts])


def prepare() -> None:
    """In each sample publication a draft beside the issue that was sent."""
    from django.core.management import call_command

    from newsletter.models import Issue

    for short, slug in _LANGUAGES.items():
        file = Path(os.environ["MAILS"]) / f"{_DAY}.md"
        file.write_text(_draft(short), encoding="utf-8")
        call_command("import_digest", file, publication=slug, stdout=io.StringIO())
        assert Issue.objects.filter(publication__slug=slug, state="draft").exists()


def take(browser: Browser, trial: Trial) -> int:
    """Write every picture; how many octets they have together."""
    filling = "from tests.pictures.handbook import prepare; prepare()"
    manage = [sys.executable, str(ROOT / "manage.py"), "shell", "-v", "0", "-c", filling]
    subprocess.run(manage, env=trial.env, check=True, timeout=300)
    desks = {short: _signed_in(browser, trial, short) for short in _LANGUAGES}
    # Today first, in both: it says how long ago the worker of the trial was seen.
    shots = [(short, "today", _today(desk, trial, short)) for short, desk in desks.items()]
    for short, desk in desks.items():
        shots += [(short, *shot) for shot in _pages(desk, trial, short)]
    octets = 0
    for short, name, screenshot in shots:
        image = Image.open(io.BytesIO(screenshot)).convert("RGB")
        path = FOLDER / short / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image.quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        octets += path.stat().st_size
    return octets


def _today(desk: Page, trial: Trial, short: str) -> bytes:
    desk.goto(f"{trial.base}/admin/?publication={_LANGUAGES[short]}")
    return _picture(desk)


def _issue(trial: Trial, slug: str, day: str) -> str:
    """The key of an issue."""
    asking = (
        "from newsletter.models import Issue;"
        f" print(Issue.objects.get(publication__slug='{slug}', slug='{day}').pk)"
    )
    manage = [sys.executable, str(ROOT / "manage.py"), "shell", "-v", "0", "-c", asking]
    done = subprocess.run(
        manage, env=trial.env, check=True, timeout=60, capture_output=True, text=True
    )
    return done.stdout.strip()


def _signed_in(browser: Browser, trial: Trial, short: str) -> Page:
    language = "zh-hans" if short == "zh" else "en"
    context = browser.new_context(viewport={"width": _SIZE[0], "height": _SIZE[1]}, locale=language)
    context.add_cookies([{"name": "django_language", "value": language, "url": trial.base}])
    desk = context.new_page()
    desk.goto(f"{trial.base}/admin/login/")
    desk.fill("input[name=username]", trial.user)
    desk.fill("input[name=password]", trial.password)
    desk.press("input[name=password]", "Enter")
    desk.wait_for_load_state("networkidle")
    return desk


def _pages(desk: Page, trial: Trial, short: str) -> list[tuple[str, bytes]]:
    """Name of the picture -> what it shows."""
    slug = _LANGUAGES[short]
    draft, sent = (_issue(trial, slug, day) for day in (_DAY, "2026-03-02"))
    issue = f"{trial.base}/admin/newsletter/issue"
    found = []
    for name, address in (
        ("write", f"{issue}/{draft}/write/"),
        ("preflight", f"{issue}/{draft}/preflight/"),
        ("audience", f"{issue}/{draft}/audience/"),
        ("send", f"{issue}/{draft}/send/"),
        ("went", f"{issue}/{sent}/went/"),
    ):
        answer = desk.goto(address)
        assert answer is not None and answer.ok, address
        found.append((name, _picture(desk)))
    desk.goto(f"{issue}/import/")
    # What was typed for the picture in the other language is offered again.
    for kept in desk.locator("[data-throw-away]").all():
        kept.click()
    desk.fill("textarea[name=text]", _ASKED[short])
    desk.select_option("select[name=publication]", index=1)
    with desk.expect_navigation():
        desk.locator("form:has(textarea[name=text]) button").last.click()
    found.append(("import", _picture(desk)))
    return found


def _picture(desk: Page) -> bytes:
    """What the page shows once all has come; icons are letters of a face until it is there."""
    desk.wait_for_load_state("networkidle")
    desk.evaluate("() => document.fonts.ready.then(() => true)")
    return desk.screenshot()
