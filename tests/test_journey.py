"""The whole product as people use it: real Chromium, a real worker, a recording relay.

Alice takes everything, Bob one category, Charlie one that has no item today. Dora edits.
"""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import feedparser
import pytest

from .conftest import ROOT, Site
from .smtpd import Smtpd

pytestmark = pytest.mark.needs("chromium")

SET_UP = """
from django.contrib.auth.models import User
from subscribers.models import Category, Publication, Role
from subscribers import choice
port = Publication.objects.create(slug="port", name="港口速递", language="zh-Hans",
    time_zone="Asia/Shanghai", from_name="港口速递", from_address="news@port.example.org",
    postal_identity="港口速递编辑部，码头路 1 号", undo_seconds=1)
names = "观点洞察 深度行业分析 产品与商业模式 市场动态 非航运 活动预告"
for n, name in enumerate(names.split()):
    Category.objects.create(publication=port, slug=f"c{n}", name=name, position=n,
                            bit=choice.free_bit(port, "open"))
dora = User.objects.create_user("dora", "dora@port.example.org", "quay-side-7", is_staff=True)
Role.objects.create(user=dora, publication=port, kind="sender")
"""


@dataclass
class Town:
    site: Site
    relay: Smtpd
    base: str

    def mails(self, address: str) -> list[EmailMessage]:
        """What the relay took for an address, in order."""
        return [
            email.message_from_bytes(
                m.content or b"", _class=EmailMessage, policy=email.policy.default
            )
            for m in self.relay.accepted
            if m.recipient == address
        ]

    def wait_for_mail(self, address: str, number: int = 1) -> EmailMessage:
        for _ in range(600):
            if len(found := self.mails(address)) >= number:
                return found[-1]
            time.sleep(0.1)
        raise AssertionError(f"{address} got {len(found)} of {number} mails")

    def json(self, *command: str) -> dict[str, Any]:
        result: dict[str, Any] = json.loads(self.site.manage(*command, "--json").stdout)
        return result


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def town(site: Site) -> Iterator[Town]:
    with ExitStack() as stack:
        relay = stack.enter_context(Smtpd(keep=True))
        port = free_port()
        site.env["BASE_URL"] = f"http://127.0.0.1:{port}"
        site.env["SMTP_URL"] = f"smtp://127.0.0.1:{relay.port}?starttls=never"
        site.manage("shell", "--verbosity", "0", "-c", SET_UP)
        log = stack.enter_context((site.folder / "processes.log").open("wb"))
        web = [sys.executable, "-m", "gunicorn", "newsletter.config.wsgi", "--threads", "4",
               "--bind", f"127.0.0.1:{port}", "--no-control-socket"]  # fmt: skip
        worker = [sys.executable, str(ROOT / "manage.py"), "worker"]
        for command in (web, worker):
            process = subprocess.Popen(command, cwd=ROOT, env=site.env, stdout=log, stderr=log)
            stack.callback(process.wait, 60)
            stack.callback(process.terminate)
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{site.env['BASE_URL']}/healthz", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Town(site, relay, site.env["BASE_URL"])


@pytest.fixture
def browser(chromium: Any) -> Any:
    context = chromium.new_context(locale="zh-CN", viewport={"width": 1100, "height": 900})
    context.set_default_timeout(30_000)
    return context


def picture(page: Any, name: str) -> None:
    """Keep a picture when SUDI_PICTURES names a folder, for people to look at."""
    if folder := os.environ.get("SUDI_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"journey-{name}.png"), full_page=True)


def html(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def links_in(words: str) -> set[str]:
    return set(re.findall(r"https?://[^\s\"'<>）。]+", words))


def subscribe(town: Town, browser: Any, address: str, only: list[str] | None) -> None:
    """Fill in the form as a reader does, then confirm by the mailed link and its button."""
    page = browser.new_page()
    page.goto(f"{town.base}/port/subscribe/")
    page.get_by_label("邮箱").first.fill(address)
    if only is not None:
        for box in page.locator("input[name=categories], input[name=new]").all():
            box.uncheck()
        for name in only:
            page.get_by_label(name).check()
    page.locator("form button[type=submit]").last.click()
    page.wait_for_url("**/sent/?asked=*")
    mail = town.wait_for_mail(address)
    assert mail["Auto-Submitted"] == "auto-generated"
    [link] = {one for one in links_in(text(mail)) if "/s/c/" in one}
    for _ in range(3):  # A mail scanner follows the link: nothing happens.
        urllib.request.urlopen(link, timeout=10).close()
    assert states(town)[address] == "pending"
    page.goto(link)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    picture(page, f"confirmed-{address.partition('@')[0]}")
    page.close()


def states(town: Town) -> dict[str, str]:
    """Each reader's state as the database has it."""
    code = (
        "import json; from subscribers.models import Subscription as S\n"
        "print(json.dumps({s.subscriber.address: s.state for s in S.objects.all()}))"
    )
    found: dict[str, str] = json.loads(
        town.site.manage("shell", "--verbosity", "0", "-c", code).stdout
    )
    return found


def final_ledger(town: Town, issue: str) -> dict[str, int]:
    for _ in range(300):
        counts: dict[str, int] = town.json("ledger", "port", issue)
        open_ones = counts["waiting"] + counts["in_flight"] + counts["deferred"]
        if counts["recipients"] and not open_ones:
            return counts
        time.sleep(0.2)
    raise AssertionError(f"not final: {counts}")


def test_one_digest_in_each_readers_own_mail_and_feed_out(town: Town, browser: Any) -> None:
    subscribe(town, browser, "alice@example.org", None)
    subscribe(town, browser, "bob@example.org", ["市场动态"])
    subscribe(town, browser, "charlie@example.org", ["活动预告"])
    assert states(town) == {
        "alice@example.org": "active",
        "bob@example.org": "active",
        "charlie@example.org": "active",
    }
    welcomed = {
        name: len(town.mails(f"{name}@example.org")) for name in ("alice", "bob", "charlie")
    }

    # Dora imports the digest by upload and sends it.
    page = browser.new_page()
    page.goto(f"{town.base}/admin/")
    page.locator("input[name=username]").fill("dora")
    page.locator("input[name=password]").fill("quay-side-7")
    page.locator("form button[type=submit], form input[type=submit]").first.click()
    page.goto(f"{town.base}/admin/newsletter/issue/import/")
    page.locator("input[type=file]").set_input_files(str(ROOT / "tests/data/journey-1.md"))
    page.locator("main .sudi-form button, .sudi-form button").last.click()
    picture(page, "import")
    assert page.locator(".sudi-problem.error").count() == 0
    page.locator("button[name=do][value=store]").click()
    page.wait_for_url(re.compile(r"/issue/\d+/"))
    number = re.search(r"/issue/(\d+)/", page.url)
    assert number is not None
    page.goto(f"{town.base}/admin/newsletter/issue/{number.group(1)}/send/")
    picture(page, "send")
    for box in page.locator("input[name=accept]").all():
        box.check()
    page.locator(".sudi-send .sudi-button.big").first.click()
    page.wait_for_url(re.compile(r"/progress/"))
    picture(page, "sending")
    counts = final_ledger(town, "2026-03-02")
    # The page follows the sending by itself: nobody has to load it again.
    page.wait_for_selector("#progress [data-state~=final]", timeout=60_000)
    picture(page, "sent")
    page.close()
    assert counts == {
        "recipients": 3, "waiting": 0, "in_flight": 0, "sent": 2, "deferred": 0, "failed": 0,
        "in_doubt": 0, "skipped": 1, "suppressed": 0, "cancelled": 0,
        "bounced": 0, "complained": 0, "left": 0,
    }  # fmt: skip
    plan = town.json("plan_issue", "port", "2026-03-02")
    assert "no_item" in json.dumps(plan)

    # Alice has all ten items, Bob his two, Charlie no mail.
    alice = town.wait_for_mail("alice@example.org", welcomed["alice"] + 1)
    bob = town.wait_for_mail("bob@example.org", welcomed["bob"] + 1)
    assert len(town.mails("charlie@example.org")) == welcomed["charlie"]
    titles = re.findall(r"^## (.+)$", (ROOT / "tests/data/journey-1.md").read_text(), re.MULTILINE)
    titles.remove("其他相关资讯")
    assert [title for title in titles if title in html(alice)] == titles and len(titles) == 10
    his = ["春季舱位预订提前三周", "南方三港同时下调堆存费"]
    assert [title for title in titles if title in html(bob)] == his
    unwrapped = re.sub(r"\n\s*", "", text(bob))
    assert [title for title in titles if title in unwrapped] == his
    assert his[0] in str(bob["Subject"])
    for mail in (alice, bob):
        assert len(html(mail).encode()) <= 75_000
        assert links_in(" ".join(re.findall(r'href="([^"]+)', html(mail)))) <= links_in(text(mail))
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    if folder := os.environ.get("SUDI_PICTURES"):
        (Path(folder) / "journey-alice.html").write_text(html(alice))

    # Bob's feed of the same choice holds the same two items.
    query = urllib.parse.urlencode({"category": "c3"})
    feed = feedparser.parse(f"{town.base}/port/feed.atom?{query}")
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == his
    (personal,) = {
        one.split("/issues/")[0].rstrip("/") for one in links_in(html(bob)) if "/s/f/" in one
    }
    own = feedparser.parse(f"{personal}/feed.atom")
    assert [entry.title for entry in own.entries] == his

    # A scanner opens every link of Bob's mail; then Bob leaves by one click of his mail program.
    for link in links_in(html(bob)):
        if link.startswith(town.base):
            urllib.request.urlopen(link, timeout=10).close()
    assert states(town)["bob@example.org"] == "active"
    one_click = re.match(r"<(http[^>]+)>", str(bob["List-Unsubscribe"]))
    assert one_click is not None
    post = urllib.request.Request(
        one_click.group(1), data=b"List-Unsubscribe=One-Click", method="POST"
    )
    with urllib.request.urlopen(post, timeout=10) as answer:
        assert answer.status == 200 and answer.headers["Set-Cookie"] is None
        assert answer.url == one_click.group(1)
    assert states(town)["bob@example.org"] == "unsubscribed"

    # The next issue, by the commands, skips him.
    report = town.json(
        "import_digest", str(ROOT / "tests/data/journey-2.md"), "--publication", "port"
    )
    assert (report["items"], report["date"], report["problems"]) == (2, "2026-03-03", [])
    had = len(town.mails("bob@example.org"))
    town.site.manage("send_issue", "port", "2026-03-03", "--now", "--wait", "--timeout", "60")
    town.wait_for_mail("alice@example.org", welcomed["alice"] + 2)
    assert len(town.mails("bob@example.org")) == had
    assert town.json("ledger", "port", "2026-03-03")["sent"] == 1
