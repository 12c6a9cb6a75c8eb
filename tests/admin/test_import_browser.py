"""The questions of an import in real Chromium, by mouse, by keyboard, and without any script.

SUDI_PICTURES=FOLDER keeps pictures of the pages.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from newsletter.models import ImportRule, Issue
from subscribers.models import Publication
from tests import builders
from tests.site_settings import configure

from .test_browser import Window, person

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]

TEXT = """# Harbour Daily

Good morning.

## Harbour

- [Night ferry](https://example.org/ferry) - it is late.

That was a quiet week, and nobody complained about the noise of the ships for once.

- [New yard](https://example.org/yard) - it is large.

## 人工智能

- [A model that sails](https://example.org/sails) - it does.
- [A model that stays](https://example.org/stays) - it does not.
"""
TAGGED = """# Harbour Daily - 2026-03-02

## [Night ferry](https://example.org/ferry)

It is late.

**Tags**: `#llm`, `#rust`

## [New yard](https://paper.example.net/yard)

It is large.

**Tags**: `#rust`
"""
SIGHTS = [(1280, "light", "en-GB"), (375, "dark", "zh-CN")]


@pytest.fixture
def daily(live_server: Any, settings: Any) -> Publication:
    configure(settings, BASE_URL=live_server.url)
    made = builders.publication()
    builders.category(made, "Harbours", slug="harbours")
    builders.category(made, "人工智能与机器学习", slug="ai")
    return made


def press(window: Window, name: str) -> None:
    with window.page.expect_navigation():
        window.page.get_by_role("button", name=name).click()


@pytest.mark.parametrize("script", [True, False])
def test_a_document_with_questions_becomes_an_issue(
    chromium: Any,
    live_server: Any,
    daily: Publication,
    script: bool,
) -> None:
    """Points 1 and 6: all questions at once, one click each; the answers serve the next issue."""
    window = Window(
        chromium, live_server.url, person("uma", daily, "editor"), java_script_enabled=script
    )
    page = window.page
    window.go(reverse("admin:newsletter_issue_import"))
    page.get_by_label("or paste it here").fill(TEXT)
    press(window, "Look at it")
    assert page.get_by_text("4 questions are open").is_visible()
    page.get_by_role("group", name="Line 9: what is it?").get_by_text("introduction").click()
    page.get_by_label("No date was found").fill("2026-03-02")
    # The near one comes first, also where no spaces are written.
    page.get_by_label("section “Harbour”").select_option("harbours")
    page.get_by_label("section “人工智能”").select_option("ai")
    press(window, "Look again with these answers")
    assert page.get_by_text("It parses.").is_visible()
    assert not Issue.objects.exists() and not ImportRule.objects.exists()
    press(window, "Store as a draft")
    issue = Issue.objects.get()
    assert "quiet week" in issue.intro
    assert list(issue.items.order_by("number").values_list("category__slug", flat=True)) == [
        "harbours", "harbours", "ai", "ai",
    ]  # fmt: skip
    # The next one of the same structure is not asked about.
    window.go(reverse("admin:newsletter_issue_import"))
    page.get_by_label("or paste it here").fill(
        TEXT.replace("Daily\n", "Daily - 2026-03-09\n", 1).replace("a quiet week", "a loud one")
    )
    press(window, "Look at it")
    assert page.get_by_text("It parses.").is_visible()
    page.get_by_role("link", name="See them or take them back").click()
    answer = page.get_by_role("listitem").filter(has_text="section “人工智能”")
    with page.expect_navigation():
        answer.get_by_role("button", name="Take back").click()
    assert not ImportRule.objects.filter(name="人工智能").exists()
    assert window.errors == [] and window.foreign == []
    window.close()


def test_tags_are_mapped_once(chromium: Any, live_server: Any, daily: Publication) -> None:
    """Point 3, with the keyboard alone."""
    window = Window(chromium, live_server.url, person("uma", daily, "editor"))
    page = window.page
    window.go(reverse("admin:newsletter_issue_import"))
    page.get_by_label("or paste it here").fill(TAGGED)
    page.get_by_role("button", name="Look at it").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_text("tag “rust”: 2 items, in 1 of them the first tag").is_visible()
    page.get_by_label("tag “llm”").focus()
    page.get_by_label("tag “llm”").select_option("ai")
    page.get_by_label("tag “rust”").select_option("harbours")
    page.get_by_role("button", name="Look again with these answers").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(window, "Store as a draft")
    assert list(
        Issue.objects.get().items.order_by("number").values_list("category__slug", flat=True)
    ) == ["ai", "harbours"]
    assert window.errors == [] and window.foreign == []
    window.close()


def test_a_text_is_mended_beside_its_problems(
    chromium: Any,
    live_server: Any,
    daily: Publication,
) -> None:
    window = Window(chromium, live_server.url, person("uma", daily, "editor"))
    page = window.page
    window.go(reverse("admin:newsletter_issue_import"))
    page.get_by_label("or paste it here").fill(TEXT)
    press(window, "Look at it")
    problem = page.get_by_role("article").filter(has_text="Line 9 belongs to no item")
    problem.get_by_role("button", name="Go there in the text").click()
    box = page.get_by_label("The text, to be mended here")
    chosen = "(box) => box.value.slice(box.selectionStart, box.selectionEnd)"
    assert str(box.evaluate(chosen)).startswith("That was a quiet week")
    page.keyboard.type("- [Quiet](https://example.org/quiet) - for once.")
    press(window, "Look at the mended text")
    assert page.get_by_text("3 questions are open").is_visible()
    assert "for once." in page.get_by_label("The text, to be mended here").input_value()
    assert window.errors == []
    window.close()


@pytest.mark.parametrize(("width", "scheme", "locale"), SIGHTS)
def test_the_pages_are_accessible_and_fit(
    chromium: Any,
    live_server: Any,
    daily: Publication,
    width: int,
    scheme: str,
    locale: str,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    from newsletter.importing import import_digest, read_answers

    tagged = read_answers(maps=["tag:llm=ai", "tag:rust=harbours"])
    issue = import_digest(daily, TAGGED.encode(), "", answers=tagged).issue
    assert issue is not None
    bare = TAGGED.replace("[New yard](https://paper.example.net/yard)", "New yard")
    import_digest(daily, bare.encode(), "")
    window = Window(
        chromium,
        live_server.url,
        person("olga", daily, "owner"),
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        locale=locale,
    )
    page, wrong = window.page, []

    def see(name: str) -> None:
        window.keep(f"{name}-{width}-{scheme}-{locale[:2]}")
        found = Axe().run(page).response["violations"]
        wrong.extend((name, rule["id"], rule["nodes"][0]["html"][:200]) for rule in found)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append((name, "wider than the window", ""))

    for name, text in (("questions", TEXT), ("tags", TAGGED.replace("llm", "new"))):
        window.go(reverse("admin:newsletter_issue_import"))
        if page.locator("[data-throw-away]").is_visible():  # The text before this one.
            page.locator("[data-throw-away]").click()
        page.locator("textarea[name=text]").fill(text.replace("#rust", "#other"))
        with page.expect_navigation():
            page.locator(".sudi-form button").click()
        see(name)
    page.locator("select[name='map:tag:new']").select_option("ai")
    page.locator("select[name='map:tag:other']").select_option("-")
    with page.expect_navigation():
        page.locator(".sudi-import > .sudi-buttons button").first.click()
    see("answered")
    window.go(reverse("admin:newsletter_importrule_changelist"))
    see("remembered")
    window.go(reverse("admin:newsletter_issue_preflight", args=[issue.pk]))
    see("noted")
    assert wrong == []
    assert window.errors == [] and window.foreign == []
    window.close()


AGAIN = """# Harbour Daily - 2026-03-02

## Night ferry

> **Category:** Harbours
> **Source:** [The Paper](https://example.org/ferry)

**Insight:** It is late.

- When: nine

## New yard

> **Category:** Harbours
> **Source:** [The Mill](https://example.org/yard)

**Insight:** It is large.
"""


@pytest.mark.parametrize("script", [True, False])
def test_what_hands_and_the_document_changed_is_asked_in_one_view(
    chromium: Any,
    live_server: Any,
    daily: Publication,
    script: bool,
) -> None:
    from newsletter.importing import import_digest

    issue = import_digest(daily, AGAIN.encode(), "").issue
    assert issue is not None
    issue.items.filter(number=1).update(insight="By hand.", title="Night ferry, by hand")
    issue.items.filter(number=2).delete()
    later = AGAIN.replace("It is late.", "It is later.").replace("It is large.", "It is larger.")
    window = Window(
        chromium, live_server.url, person("uma", daily, "editor"), java_script_enabled=script
    )
    page = window.page
    window.go(reverse("admin:newsletter_issue_import"))
    page.get_by_label("or paste it here").fill(later.replace("- When: nine", "- When: ten"))
    press(window, "Look at it")
    asked = page.get_by_role("group", name="“Night ferry, by hand”: insight")
    assert asked.get_by_text("By hand.").is_visible()
    assert asked.get_by_text("It is later.").is_visible()
    gone = page.get_by_role("group", name="“New yard”: left out by one, changed by the other")
    asked.get_by_text("Take this").click()
    # The other stays open: what nobody decides stays as it is.
    assert gone.get_by_text("Keep this").is_visible()
    press(window, "Bring the draft up to date")
    assert page.get_by_text("1 place that you and the document changed stayed").is_visible()
    (ferry,) = issue.items.all()
    assert (ferry.title, ferry.insight) == ("Night ferry, by hand", "It is later.")
    assert ferry.bullets[0]["text"] == "ten"
    # Asked again, and answered for good.
    window.go(reverse("admin:newsletter_issue_import"))
    page.get_by_label("or paste it here").fill(later.replace("- When: nine", "- When: ten"))
    press(window, "Look at it")
    gone = page.get_by_role("group", name="“New yard”: left out by one, changed by the other")
    gone.get_by_text("Keep this").click()
    press(window, "Bring the draft up to date")
    assert issue.items.count() == 1
    assert window.errors == [] and window.foreign == []
    window.close()


def test_a_span_and_an_edition_are_asked(
    chromium: Any, live_server: Any, daily: Publication
) -> None:
    from newsletter.importing import import_digest

    import_digest(daily, AGAIN.replace("03-02", "03-06").encode(), "")
    other = AGAIN.replace("Daily - 2026-03-02", "Weekly, 2–6 March 2026")
    for old, new in (("ferry", "crane"), ("yard", "rope"), ("late", "new"), ("large", "old"),
                     ("nine", "noon")):  # fmt: skip
        other = other.replace(old, new)
    window = Window(chromium, live_server.url, person("uma", daily, "editor"))
    page = window.page
    window.go(reverse("admin:newsletter_issue_import"))
    page.get_by_label("or paste it here").fill(other)
    press(window, "Look at it")
    page.get_by_text("It is the last day, here and in later issues").click()
    press(window, "Look again with these answers")
    page.get_by_label("shares nothing with this document").fill("Week")
    press(window, "Look again with these answers")
    press(window, "Store as a draft")
    assert Issue.objects.get(edition="Week").slug == "2026-03-06-week"
    window.go(reverse("admin:newsletter_importrule_changelist"))
    row = page.get_by_role("listitem").filter(has_text="a span of days, or a week, as the date")
    assert row.get_by_text("its last day").is_visible()
    with page.expect_navigation():
        row.get_by_role("button", name="Take back").click()
    assert not ImportRule.objects.filter(kind="span").exists()
    assert window.errors == [] and window.foreign == []
    window.close()
