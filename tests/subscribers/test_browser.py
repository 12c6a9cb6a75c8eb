"""The reader's way, as a reader walks it: Chromium at 375 px, keyboard only, in both languages.

A whole site runs: web process, job worker, and a relay that keeps what it gets. Set SUDI_PICTURES
to a folder to keep a picture of every page.
"""

from __future__ import annotations

import email
import email.message
import email.policy
import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.conftest import Site

pytestmark = pytest.mark.needs("chromium")

SET_UP = """
from subscribers.models import *
from subscribers import choice
en = Publication.objects.create(slug="daily", name="Harbour Daily", language="en",
    from_name="Harbour Daily", from_address="news@harbour.example.org",
    description="What moved in the port since yesterday, in five minutes.",
    translations={"zh-Hans": {"name": "港口日报", "description": "五分钟了解港口昨日动态。"}})
zh = Publication.objects.create(slug="weekly", name="海图周刊", language="zh-Hans",
    from_name="海图周刊", from_address="news@chart.example.org",
    description="每周一次的航海图与潮汐。",
    translations={"en": {"name": "Chart Weekly", "description": "Charts and tides, once a week."}})
for slug, name, text, name_zh, text_zh in (
    ("tides", "Tides", "When the water comes and goes.", "潮汐", "何时涨潮，何时退潮。"),
    ("ships", "Ships", "Arrivals and departures.", "船舶", "到港与离港。"),
    ("weather", "Weather", "", "天气", ""),
):
    Category.objects.create(publication=en, slug=slug, name=name, description=text,
        translations={"zh-Hans": {"name": name_zh, "description": text_zh}},
        bit=choice.free_bit(en, "open"), position=en.categories.count())
Category.objects.create(publication=zh, slug="charts", name="海图", bit=0)
"""


class Mailbox:
    """A relay on a port of its own that keeps every message."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, email.message.EmailMessage]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        for recipient in envelope.rcpt_tos:
            self.messages.append((recipient, parsed))
        return "250 kept"

    def wait_for(self, address: str, number: int = 1) -> email.message.EmailMessage:
        """The newest message to an address, once it has got `number` of them."""
        for _ in range(900):
            found = [message for to, message in self.messages if to == address]
            if len(found) >= number:
                return found[-1]
            time.sleep(0.1)
        raise AssertionError(f"{number} mails to {address} expected, got {len(found)}")


@dataclass
class Town:
    """A running site."""

    base: str
    box: Mailbox
    site: Site
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def await_answer(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until the site answers; two minutes, for a machine that has much else to do."""
    for _ in range(1200):
        assert process.poll() is None, "the web process has stopped"
        try:
            urllib.request.urlopen(url, timeout=30).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the site does not answer")


@pytest.fixture
def town(site: Site) -> Iterator[Town]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    port = free_port()
    site.env["SMTP_URL"] = f"smtp://127.0.0.1:{controller.port}"
    site.env["BASE_URL"] = f"http://127.0.0.1:{port}"
    site.manage("shell", "-v", "0", "-c", SET_UP)
    town = Town(site.env["BASE_URL"], box, site)
    town.processes = [
        site.start("runserver", "--noreload", f"127.0.0.1:{port}"),
        site.start("db_worker", "--queue-name", "*", "--interval", "0.2", "--no-startup-delay"),
    ]
    try:
        await_answer(f"{town.base}/daily/subscribe/", town.processes[0])
        yield town
    finally:
        for process in town.processes:
            process.terminate()
        for process in town.processes:
            process.wait(timeout=20)
            assert process.stdout is not None
            process.stdout.close()
        controller.stop()


class Walker:
    """Somebody with a keyboard and a phone's width. Every page is checked and pictured."""

    def __init__(self, page: Any, language: str) -> None:
        self.page = page
        self.language = language
        self.count = 0

    def look(self, name: str) -> None:
        """axe finds nothing, nothing is wider than the screen, nothing broke in the console."""
        from axe_playwright_python.sync_playwright import Axe

        self.count += 1
        if folder := os.environ.get("SUDI_PICTURES"):
            path = Path(folder) / f"{self.language}-{self.count:02d}-{name}.png"
            self.page.screenshot(path=str(path), full_page=True)
        assert self.page.evaluate("document.documentElement.scrollWidth") <= 375
        found = Axe().run(self.page).response["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], name

    def open(self, url: str) -> None:
        self.page.goto(url)

    def tab_to(self, selector: str) -> None:
        """Press Tab until the element has the focus; it must be seen to have it."""
        target = self.page.locator(selector).first
        for _ in range(80):
            if target.evaluate("element => element === document.activeElement"):
                break
            self.page.keyboard.press("Tab")
        else:
            raise AssertionError(f"{selector} cannot be reached by Tab")
        outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
        assert outline != "none", f"{selector} does not show its focus"

    def press(self, selector: str, key: str = "Enter") -> None:
        self.tab_to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def toggle(self, selector: str) -> None:
        self.tab_to(selector)
        self.page.keyboard.press("Space")

    def text(self) -> str:
        return str(self.page.locator("main").inner_text())


def first_link(message: email.message.EmailMessage, part: str) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    match = re.search(rf"http://127\.0\.0\.1:\d+{part}\S+", body.get_content())
    assert match is not None, body.get_content()
    return match.group()


WORDS = {
    "en": {
        "locale": "en-GB",
        "sent": "Look into your mailbox",
        "confirm": "Please confirm your subscription to Harbour Daily",
        "welcome": "Welcome! You are subscribed",
        "saved": "Saved. It applies from your next mail on.",
        "paused": "Paused. Mail starts again on",
        "moved": "Your address was changed",
        "gone": "You are unsubscribed",
        "back": "Good to have you back",
        "erased": "Everything about you is erased",
        "nowhere": "This link leads nowhere",
        "stored": "en",
    },
    "zh-Hans": {
        "locale": "zh-CN",
        "sent": "请查收邮件",
        "confirm": "请确认订阅《港口日报》",
        "welcome": "欢迎！订阅成功",
        "saved": "已保存，从下一封邮件起生效。",
        "paused": "已暂停，",
        "moved": "邮箱已更换",
        "gone": "您已退订",
        "back": "欢迎回来",
        "erased": "您的全部资料已删除",
        "nowhere": "此链接无效",
        "stored": "zh-Hans",
    },
}


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_whole_way_by_keyboard(town: Town, chromium: Any, language: str) -> None:
    words = WORDS[language]
    context = chromium.new_context(
        viewport={"width": 375, "height": 740},
        locale=words["locale"],
        color_scheme="dark" if language == "zh-Hans" else "light",
    )
    page = context.new_page()
    errors: list[str] = []

    def heard(message: Any) -> None:
        # The form with a slip is answered 422 and a dead link 404; Chromium calls both errors.
        answered = "the server responded with a status of 422" in message.text
        answered |= "the server responded with a status of 404" in message.text
        if message.type == "error" and not answered:
            errors.append(message.text)

    page.on("console", heard)
    walker = Walker(page, language)
    try:
        _walk(town, walker, words)
        assert errors == []
        assert context.cookies() == []
    finally:
        context.close()


def _walk(town: Town, walker: Walker, words: dict[str, str]) -> None:
    page = walker.page
    # 1. Subscribe, with a slip first.
    walker.open(f"{town.base}/daily/subscribe/")
    walker.look("subscribe")
    walker.tab_to("#address")
    page.keyboard.type("alice@localhost")
    walker.press("form.sign-up button")
    assert page.locator("#address").get_attribute("aria-invalid") == "true"
    walker.look("subscribe-slip")
    walker.tab_to("#address")
    page.keyboard.press("Control+a")
    page.keyboard.type("alice@example.org")
    walker.toggle("input[type=checkbox][value=ships]")
    walker.press("form.sign-up button")
    assert words["sent"] in walker.text()
    walker.look("sent")

    # 2. Confirm by a button; 3. the confirmed page is the preferences page.
    message = town.box.wait_for("alice@example.org")
    assert message["Subject"] == words["confirm"]
    picture_of_mail(walker, message, "mail-confirm")
    walker.open(first_link(message, "/s/c/"))
    walker.look("confirm")
    walker.press("main form button")
    assert words["welcome"] in walker.text()
    assert "alice@example.org" not in walker.text()
    walker.look("welcome")
    assert not page.locator("input[type=checkbox][value=ships]").is_checked()

    # 4. What the mails link to; here the welcome. 5. Change.
    welcome = town.box.wait_for("alice@example.org", 2)
    picture_of_mail(walker, welcome, "mail-welcome")
    manage = first_link(welcome, "/s/m/")
    walker.open(manage)
    walker.toggle("input[type=checkbox][value=ships]")
    walker.toggle("input[name=tail]")
    walker.press("form:has(#language) button")
    assert words["saved"] in walker.text()
    assert page.locator("input[type=checkbox][value=ships]").is_checked()
    walker.look("saved")
    walker.press("form#pause button")
    assert words["paused"] in walker.text()
    walker.look("paused")
    walker.press("form:has(input[value=resume]) button")
    walker.press("form:has(input[value=join]) button")
    walker.look("joined")

    # 6. Change of address, behind a fresh link; confirmed at the new one, told to the old one.
    walker.press("form:has(input[value=link]) button")
    sensitive = town.box.wait_for("alice@example.org", 4)
    picture_of_mail(walker, sensitive, "mail-sensitive")
    fresh = first_link(sensitive, "/s/x/")
    walker.open(fresh)
    walker.look("sensitive")
    walker.tab_to("#address")
    page.keyboard.type("alice@example.net")
    walker.press("#address-form button")
    walker.look("asked")
    town.box.wait_for("alice@example.org", 5)
    ask = town.box.wait_for("alice@example.net")
    picture_of_mail(walker, ask, "mail-new-address")
    walker.open(first_link(ask, "/s/a/"))
    walker.look("new-address")
    walker.press("main form button")
    assert words["moved"] in walker.text()
    walker.look("moved")

    # 7. Leave, by the page, and change one's mind there.
    way_out = first_link(welcome, "/s/u/")
    walker.open(way_out)
    walker.look("unsubscribe")
    walker.press("main form button")
    assert words["gone"] in walker.text()
    walker.look("gone")
    walker.press("form:has(input[value=back]) button")
    assert words["back"] in walker.text()
    walker.look("back")

    # 9. The feed of the choice is found from the preferences page.
    walker.open(manage)
    feed = page.locator("a[href*='/s/f/']").first.get_attribute("href")
    assert feed is not None and feed.startswith(f"{town.base}/s/f/")

    # 8. Everything stored, then gone for good.
    walker.open(fresh)
    walker.tab_to("form:has(input[value=export]) button")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    stored = json.loads(Path(download.value.path()).read_text())
    assert stored["address"] == "alice@example.net"
    assert [tie["publication"] for tie in stored["subscriptions"]] == ["daily", "weekly"]
    assert stored["subscriptions"][0]["language"] == words["stored"]
    assert stored["subscriptions"][0]["tail_links"] is False
    assert "confirmed" in [event["what"] for event in stored["consent"]]
    walker.toggle("input[name=sure]")
    walker.press("form:has(input[value=erase]) button")
    assert words["erased"] in walker.text()
    walker.look("erased")
    walker.open(way_out)
    assert words["nowhere"] in walker.text()
    walker.look("nowhere")


def picture_of_mail(walker: Walker, message: email.message.EmailMessage, name: str) -> None:
    """The HTML part, as a mail program shows it; its text part has every link."""
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    assert html is not None and text is not None
    for url in re.findall(r'href="([^"]+)"', html.get_content()):
        assert url in text.get_content()
    assert message["Auto-Submitted"] == "auto-generated"
    if folder := os.environ.get("SUDI_PICTURES"):
        page = walker.page.context.new_page()
        page.set_content(html.get_content())
        page.screenshot(path=str(Path(folder) / f"{walker.language}-{name}.png"), full_page=True)
        page.close()


def test_the_form_brings_a_proof_and_needs_no_script(
    town: Town, chromium: Any, settings: Any
) -> None:
    """With a script a solved challenge comes along; without one the form works all the same."""
    import altcha

    from subscribers import guard

    sizes = {"viewport": {"width": 375, "height": 740}, "locale": "en-GB"}
    context = chromium.new_context(**sizes)
    page = context.new_page()
    walker = Walker(page, "form")
    try:
        walker.open(f"{town.base}/daily/subscribe/embed/")
        page.locator("[name=altcha]:not([value=''])").wait_for(state="attached")
        walker.look("embed")
        payload = page.locator("[name=altcha]").input_value()
        settings.SECRET_KEY = town.site.env["SECRET_KEY"]
        checked = altcha.verify_solution(payload, guard._secret("proof"))
        assert checked.verified, vars(checked)
        page.locator("#address").fill("alice@example.org")
        with page.expect_navigation():
            page.locator("form.sign-up button").click()
        assert page.url.startswith(f"{town.base}/daily/subscribe/embed/sent/?asked=")
        walker.look("embed-sent")
        walker.open(f"{town.base}/daily/manage/")
        walker.look("ask-for-link")
        walker.open(f"{town.base}/daily/subscribe/code/")
        walker.look("code")
    finally:
        context.close()

    context = chromium.new_context(java_script_enabled=False, **sizes)
    page = context.new_page()
    try:
        page.goto(f"{town.base}/daily/subscribe/")
        assert page.locator("[name=altcha]").input_value() == ""
        page.locator("#address").fill("bob@example.org")
        with page.expect_navigation():
            page.locator("form.sign-up button").click()
        assert page.url.startswith(f"{town.base}/daily/subscribe/sent/?asked=")
        town.box.wait_for("bob@example.org")
    finally:
        context.close()


def test_the_frame_works_on_a_foreign_page(town: Town, chromium: Any) -> None:
    """Another origin shows the form in a frame as high as it; what is typed there arrives."""
    frame_address = f"{town.base}/daily/subscribe/embed/"
    blog = (
        f'<title>Blog</title><iframe width="600" height="300" src="{frame_address}"></iframe>'
        f'<script src="{town.base}/static/subscribers/embed.js" async></script>'
    )

    class Blog(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(blog.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    from playwright.sync_api import expect

    server = ThreadingHTTPServer(("127.0.0.1", 0), Blog)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    context = chromium.new_context(viewport={"width": 640, "height": 900}, locale="zh-CN")
    page = context.new_page()
    try:
        page.goto(f"http://localhost:{server.server_port}/")
        frame = page.frame_locator("iframe")
        page.wait_for_function("document.querySelector('iframe').clientHeight > 300")
        inside = page.frames[1].evaluate("document.documentElement.scrollHeight - innerHeight")
        assert inside <= 1
        whole = page.evaluate("document.querySelector('iframe').clientHeight")
        frame.locator("#address").fill("charlie")
        frame.locator("form.sign-up button").click()
        # It begins with what is wrong, where the focus is: no frame heeds `autofocus`.
        expect(frame.locator("#problems")).to_be_focused()
        expect(frame.locator("#problems")).to_be_in_viewport()
        page.wait_for_function(f"document.querySelector('iframe').clientHeight > {whole}")
        frame.locator("#address").fill("charlie@example.org")
        frame.locator("form.sign-up button").click()
        expect(frame.get_by_role("heading", name="请查收邮件")).to_be_focused()
        # The answer is short: so is the frame.
        page.wait_for_function("document.querySelector('iframe').clientHeight < 600")
        expect(frame.get_by_role("heading", name="请查收邮件")).to_be_in_viewport()
        town.box.wait_for("charlie@example.org")
    finally:
        context.close()
        server.shutdown()
        thread.join()
        server.server_close()
