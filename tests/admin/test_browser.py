"""The editors' pages in real Chromium: the day's work, hostile digests, accessibility."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.urls import reverse

from newsletter import sending
from newsletter.issues.revisions import add_revision
from newsletter.models import Issue, Item, Link
from subscribers.models import Publication, Role
from tests import builders
from tests.site_settings import configure
from tests.smtpd import Smtpd

from .test_pages import DIGEST

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def daily(live_server: Any, settings: Any) -> Publication:
    configure(settings, BASE_URL=live_server.url)
    made = builders.publication(undo_seconds=180)
    for name in ("City", "Nature"):
        builders.category(made, name)
    return made


class Window:
    """A logged-in page that notes everything a hostile text could have done."""

    def __init__(self, chromium: Any, base: str, who: User, **options: Any) -> None:
        self.base = base
        self.context = chromium.new_context(**{"locale": "en-GB", **options})
        self.context.set_default_timeout(20_000)
        client = Client()
        client.force_login(who)
        cookie = client.cookies["sessionid"].value
        assert SessionStore(cookie).exists(cookie)
        self.context.add_cookies([{"name": "sessionid", "value": cookie, "url": base}])
        self.page = self.context.new_page()
        self.ran: list[str] = []
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)
        self.page.on("requestfailed", self._failed)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._console)

    def _dialog(self, dialog: Any) -> None:
        self.ran.append(dialog.message)
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and not request.url.startswith(self.base):
            self.foreign.append(request.url)

    def _failed(self, request: Any) -> None:
        # Stopped by our policy before it left: announced, never sent.
        if request.failure == "csp" and request.url in self.foreign:
            self.foreign.remove(request.url)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            print(message.text, message.location)
            self.errors.append(message.text)

    def go(self, address: str, name: str = "") -> None:
        self.page.goto(f"{self.base}{address}")
        if name:
            self.keep(name)

    def keep(self, name: str) -> None:
        """Keep a picture of the page, if somebody asked for pictures."""
        if folder := os.environ.get("SUDI_PICTURES"):
            self.page.screenshot(path=str(Path(folder) / f"admin-{name}.png"), full_page=True)

    def marked(self) -> list[str]:
        """What ran in the page or in any frame of it."""
        found = list(self.ran)
        for frame in self.page.frames:
            try:
                if frame.evaluate("window.pwned"):
                    found.append(frame.url)
            except Exception:  # A frame that is gone, or that runs nothing, not even this.
                continue
        return found

    def close(self) -> None:
        self.context.close()


def person(name: str, publication: Publication, *kinds: str) -> User:
    made = User.objects.create(username=name, email="", is_staff=True, password="!")
    for kind in kinds:
        Role.objects.create(user=made, publication=publication, kind=kind)
    return made


def test_from_file_to_done(
    chromium: Any, live_server: Any, daily: Publication, settings: Any, tmp_path: Path
) -> None:
    """Import by upload, look, preview, send, count down, watch it go out; nothing else needed."""
    builders.subscription(daily, "alice@example.org")
    builders.subscription(daily, "bob@example.org", [daily.categories.get(name="City")])
    file = tmp_path / "2026-03-03.md"
    file.write_text(DIGEST)
    window = Window(chromium, live_server.url, person("uma", daily, "sender"))
    page = window.page
    window.go("/admin/", "today")
    page.get_by_role("link", name="Import a digest").first.click()
    page.get_by_label("File").set_input_files(str(file))
    page.get_by_role("button", name="Look at it").click()
    page.get_by_text("It parses.").wait_for()
    assert Issue.objects.count() == 0
    page.get_by_role("button", name="Store as a draft").click()
    page.get_by_text("The issue was stored as a draft.").wait_for()
    issue = Issue.objects.get()
    page.get_by_role("link", name="Preview", exact=True).click()
    frame = page.frame_locator("iframe")
    frame.get_by_text("Night ferries return").first.wait_for()
    page.get_by_label("Nature").uncheck()
    page.get_by_role("button", name="Show").first.click()
    page.get_by_text("1 left out").wait_for()
    assert frame.get_by_text("Egrets are back").count() == 0
    page.get_by_role("link", name="Review and send…").click()
    for box in page.locator("input[name=accept]").all():
        box.check()
    button = page.get_by_role("button", name="Send to 2 readers in 3 minutes")
    button.click()
    page.locator("[data-countdown]").wait_for()
    assert re.search(r"^0[0-3]:\d\d · ", page.title()) or page.title()
    page.wait_for_function("/^0[0-3]:[0-5][0-9] · /.test(document.title)")
    page.get_by_role("button", name="Undo: back to a draft").click()
    page.get_by_text("Taken back.").wait_for()
    # Again, and this time for good: the page follows by itself.
    page.get_by_role("link", name="Review and send…").click()
    for box in page.locator("input[name=accept]").all():
        box.check()
    page.get_by_role("button", name="Send to 2 readers in 3 minutes").click()
    page.locator("[data-countdown]").wait_for()
    # A journal of its own: other tests had an issue 1 as well.
    configure(settings, DATA_DIR=tmp_path)
    with Smtpd(keep=True) as relay:
        configure(settings, SMTP_URLS=[f"smtp://127.0.0.1:{relay.port}?starttls=never"])
        Issue.objects.filter(pk=issue.pk).update(send_at=builders.NOW)
        assert sending.freeze(issue.pk)
        page.get_by_role("button", name="Pause sending").wait_for()
        sending.drain(30)
        sending.sweep()
        assert sorted(one.recipient for one in relay.accepted) == [
            "alice@example.org",
            "bob@example.org",
        ]
    page.get_by_text("2 of 2 mails were handed over.").wait_for()
    assert window.errors == [] and window.foreign == []
    window.close()


# Each sets window.pwned or opens a dialog if it runs; each in every field that takes text.
HOSTILE = (
    "<script>window.pwned=1;alert(1)</script>",
    '<img src=x onerror="window.pwned=1;alert(2)">',
    "<svg onload=alert(3)><circle r=9>",
    "[click](javascript:alert(4))",
    '<a href="jav&#x09;ascript:alert(5)">click</a>',
    "</textarea><script>alert(6)</script>",
    '"><script>alert(7)</script><b a="',
    "'-alert(8)-'",
    '<div x-data x-init="window.pwned=1" x-html="\'<img src=x onerror=alert(9)>\'">x</div>',
    '<div hx-get="/" hx-trigger="load" hx-on::load="alert(10)">x</div>',
    "{{ 7|add:7 }} {% debug %} {{ constructor.constructor('alert(11)')() }}",
    '<iframe srcdoc="<script>parent.pwned=1;alert(12)</script>"></iframe>',
    "<details open ontoggle=alert(13)><summary>x</summary></details>",
    "<math><mtext><style><img src=x onerror=alert(14)></style></mtext></math>",
    '<noscript><p title="</noscript><img src=x onerror=alert(15)>"></noscript>',
    '<object data="data:text/html,<script>alert(16)</script>"></object>',
    '<meta http-equiv=refresh content="0;url=javascript:alert(17)">',
    '<base href="https://evil.example.org/"><link rel=stylesheet href=//evil.example.org/x.css>',
    "<style>*{background:url(https://evil.example.org/leak)}</style>",
    "![x](https://evil.example.org/pixel.png)",
    '<form action="https://evil.example.org/"><button autofocus onfocus=alert(18)></form>',
    "<![CDATA[<script>alert(19)</script>]]>",
    '<a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgyMCk8L3NjcmlwdD4=">x</a>',
    "\u202ethgir ot tfel\u202c <b onmouseover=alert(21)>x</b>",
    "--><!-- --!><script>alert(22)</script>",
)


@pytest.fixture
def poisoned(daily: Publication) -> Issue:
    """An issue whose every text is hostile, as an editor of a lower role could have stored it."""
    city = daily.categories.get(name="City")
    issue = builders.issue(
        daily, title=HOSTILE[0] + HOSTILE[6], subject=HOSTILE[1], preheader=HOSTILE[2],
        intro="\n\n".join(HOSTILE), extra={"tail_title": HOSTILE[0]},
    )  # fmt: skip
    for number, text in enumerate(HOSTILE, 1):
        Item.objects.create(
            issue=issue, category=city, number=number, anchor=f"item-{number}",
            entry_id=f"urn:x:{number}", title=text, insight=text, body=text,
            bullets=[{"lead": text, "text": text, "children": [{"lead": "", "text": text}]}],
            extra={text[:60]: text},
        )  # fmt: skip
        item = issue.items.get(number=number)
        Link.objects.create(
            issue=issue, item=item, kind="source", number=1, label=text[:300],
            url="https://example.org/",
        )  # fmt: skip
    Link.objects.create(issue=issue, kind="tail", number=1, label=HOSTILE[0], url="")
    add_revision(issue, "edit", None, note=HOSTILE[0])  # type: ignore[arg-type]
    issue.items.filter(number=1).update(title="Something else")
    add_revision(issue, "correction", None, note=HOSTILE[1])  # type: ignore[arg-type]
    return issue


def test_a_hostile_digest_runs_nowhere(
    chromium: Any, live_server: Any, daily: Publication, poisoned: Issue
) -> None:
    daily.categories.filter(name="City").update(name=HOSTILE[1][:60], description=HOSTILE[0])
    builders.subscription(daily, "alice@example.org")
    window = Window(chromium, live_server.url, person("olga", daily, "owner"))

    def address(name: str, *more: Any) -> str:
        return reverse(f"admin:newsletter_issue_{name}", args=[poisoned.pk, *more])

    some = poisoned.items.order_by("number")
    pages = ["/admin/", reverse("admin:newsletter_issue_changelist")]
    pages += [address(name) for name in ("change", "about", "preflight", "audience", "send")]
    pages += [address(name) for name in ("test", "approve", "history")]
    pages += [address("item", item.pk) for item in some[:8]]
    pages += [address("revision", 1), f"{address('compare')}?from=1&to=2"]
    for form in ("mail", "text", "feed", "web"):
        for look in ("light", "dark"):
            pages.append(f"{address('preview')}?as={form}&look={look}")
        # Opened by itself the document is a stranger to the site as well.
        pages.append(f"{address('shown')}?as={form}")
    pages.append(reverse("admin:subscribers_category_changelist"))
    for one in pages:
        window.go(one)
        window.page.wait_for_timeout(80)  # What runs, runs by now or with the next frame drawn.
        for link in window.page.locator("main a[href^='javascript'], main a[href^='data']").all():
            raise AssertionError(f"{one}: {link.get_attribute('href')}")
        assert window.marked() == [], one
    assert window.foreign == []
    # The import page shows a source that nobody has looked at yet.
    window.go(reverse("admin:newsletter_issue_import"))
    window.page.get_by_label("or paste it here").fill(
        DIGEST.replace("Night ferries return", HOSTILE[1]) + "\n\n".join(HOSTILE)
    )
    with window.page.expect_navigation():
        window.page.get_by_role("button", name="Look at it").click()
    window.page.wait_for_timeout(80)
    assert window.marked() == [] and window.foreign == []
    window.close()


def test_a_published_hostile_issue_runs_nowhere(
    chromium: Any, live_server: Any, daily: Publication, poisoned: Issue
) -> None:
    Issue.objects.filter(pk=poisoned.pk).update(state="archived", published_at=builders.NOW)
    window = Window(chromium, live_server.url, person("olga", daily, "owner"))
    item = poisoned.items.order_by("number").first()
    assert item is not None
    for name, more in (("correct", ()), ("correct_item", (item.pk,)), ("change", ())):
        window.go(reverse(f"admin:newsletter_issue_{name}", args=[poisoned.pk, *more]))
        assert window.marked() == [], name
    assert window.foreign == []
    window.close()


SIGHTS = [(1280, "light", "en-GB"), (375, "dark", "zh-CN")]


@pytest.mark.parametrize(("width", "scheme", "locale"), SIGHTS)
def test_the_main_pages_are_accessible_and_fit(
    chromium: Any, live_server: Any, daily: Publication, width: int, scheme: str, locale: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    city, nature = daily.categories.order_by("id")
    draft = builders.issue(daily)
    builders.item(draft, city, "Night ferries return: the last boat leaves at 23:40")
    builders.item(draft, nature, "白鹭回来了，因为水位降低了三十厘米")
    builders.item(draft, None, "Filed under nothing")
    out = builders.issue(daily, "2026-03-01")
    builders.item(out, city, "Sent yesterday")
    alice = builders.subscription(daily, "alice@example.org")
    builders.subscription(daily, "bob@example.org", [nature])
    sending.release(out, by="test", now=True)
    assert sending.freeze(out.pk)
    waiting = builders.issue(daily, "2026-02-28")
    builders.item(waiting, city, "Planned")
    sending.release(waiting, by="test")
    add_revision(draft, "edit", None, note="first")  # type: ignore[arg-type]
    draft.items.filter(number=1).update(title="Changed")
    add_revision(draft, "edit", None, note="second")  # type: ignore[arg-type]
    item = draft.items.order_by("number").first()
    assert item is not None

    def address(name: str, issue: Issue, *more: Any) -> str:
        return reverse(f"admin:newsletter_issue_{name}", args=[issue.pk, *more])

    pages = {
        "today": "/admin/",
        "issues": reverse("admin:newsletter_issue_changelist"),
        "import": reverse("admin:newsletter_issue_import"),
        "items": address("change", draft),
        "item": address("item", draft, item.pk),
        "preview": address("preview", draft),
        "preflight": address("preflight", draft),
        "audience": address("audience", draft),
        "send": address("send", draft),
        "test": address("test", draft),
        "countdown": address("progress", waiting),
        "progress": address("progress", out),
        "cancel": address("act", out, "cancel"),
        "failures": address("failures", out, "failed"),
        "why": address("why", out),
        "history": address("history", draft),
        "compare": f"{address('compare', draft)}?from=1&to=2",
        "correct": address("correct", out),
        "readers": reverse("admin:subscribers_subscriber_changelist"),
        "reader": reverse("admin:subscribers_subscriber_change", args=[alice.subscriber_id]),
        "erase": reverse("admin:subscribers_subscriber_erase", args=[alice.subscriber_id]),
        "categories": reverse("admin:subscribers_category_changelist"),
        "category": reverse("admin:subscribers_category_change", args=[city.pk]),
        "files": reverse("admin:subscribers_importjob_changelist"),
        "upload": reverse("admin:subscribers_importjob_upload"),
        "suppressions": reverse("admin:subscribers_suppression_changelist"),
        "audit": reverse("admin:subscribers_auditentry_changelist"),
    }
    window = Window(
        chromium,
        live_server.url,
        person("olga", daily, "owner"),
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        locale=locale,
    )
    wrong = []
    for name, url in pages.items():
        window.go(url, f"{name}-{width}-{scheme}-{locale[:2]}")
        found = Axe().run(window.page).response["violations"]
        wrong += [(name, rule["id"], rule["nodes"][0]["html"][:200]) for rule in found]
        if window.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wrong.append((name, "wider than the window", ""))
    assert wrong == []
    assert window.errors == [] and window.foreign == []
    window.close()


def test_the_days_work_needs_no_mouse(chromium: Any, live_server: Any, daily: Publication) -> None:
    draft = builders.issue(daily)
    city = daily.categories.get(name="City")
    builders.item(draft, city, "First")
    builders.item(draft, city, "Second")
    window = Window(chromium, live_server.url, person("uma", daily, "sender"))
    window.go(reverse("admin:newsletter_issue_change", args=[draft.pk]))
    button = window.page.get_by_role("button", name="Move item 2 up")
    button.focus()
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    assert [item.title for item in draft.items.order_by("number")] == ["Second", "First"]
    menu = window.page.locator(".sudi-user summary")
    menu.focus()
    window.page.keyboard.press("Enter")
    window.page.get_by_role("button", name="简体中文").focus()
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    assert window.page.locator("html").get_attribute("lang") == "zh-hans"
    window.close()
