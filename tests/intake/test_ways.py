"""One document by every way there is: one draft, whatever the order; and its JSON form."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from newsletter.config.requests import Utf8WSGIRequest
from newsletter.intake.mail import Drafts
from newsletter.intake.mcp_server import Tools
from newsletter.models import Issue, Item
from subscribers.models import Publication
from tests import builders
from tests.admin.test_import_pages import again, paste
from tests.intake.programs import DIGEST, Program
from tests.intake.test_mail import mail

pytestmark = pytest.mark.django_db(transaction=True)

AS_JSON: dict[str, Any] = {
    "title": "Harbour Daily - 2026-03-02",
    "date": "2026-03-02",
    "items": [
        {
            "title": "A new ferry",
            "category": "Ships",
            "source": {"name": "The Paper", "url": "https://example.org/ferry"},
            "insight": "It is faster.",
            "summary": [
                {"lead": "When", "text": "from May"},
                {"lead": "Who", "text": "everybody"},
            ],
        },
        {
            "title": "A bridge is closed",
            "category": "Roads",
            "source": {"name": "The Paper", "url": "https://example.org/bridge"},
            "insight": "For a week.",
            "summary": [{"lead": "Where", "text": "by the mill"}],
        },
    ],
}


@pytest.fixture(autouse=True)
def requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.test.client.WSGIRequest", Utf8WSGIRequest)


@pytest.fixture
def daily() -> Publication:
    made = builders.publication()
    builders.category(made, "Ships"), builders.category(made, "Roads")
    return made


class Ways:
    """Every way in, each by its own door."""

    def __init__(self, daily: Publication, folder: Path, document: str = DIGEST) -> None:
        self.daily = daily
        self.document = document
        self.program = Program(daily)
        self.folder = folder
        self.browser = Client()
        self.browser.force_login(self.program.user)

    def file(self) -> None:
        path = self.folder / "2026-03-02.md"
        path.write_text(self.document)
        call_command("import_digest", str(path), "--publication", "daily")

    def paste(self) -> None:
        again(self.browser, paste(self.browser, self.daily, self.document), "store")

    def post(self) -> None:
        assert self.program.post("/issues/", self.document).status in (200, 201)

    def json(self) -> None:
        assert self.program.post("/issues/", AS_JSON).status in (200, 201)

    def mcp(self) -> None:
        Tools(self.program.secret).put_draft(self.document)

    def mail(self) -> None:
        to = f"drafts-{self.program.secret}@news.harbour.example.org"
        Drafts().receive(mail(self.document, to=to), "robot@example.net", to)

    def watched(self) -> None:
        inbox = self.folder / "inbox"
        inbox.mkdir(exist_ok=True)
        (inbox / "ferry.md").write_text(self.document)
        call_command("watch", str(inbox), "--publication", "daily", "--once", "--every", "0.1")


NAMES = ("file", "paste", "post", "json", "mcp", "mail", "watched")
ORDERS = random.Random(20260302).sample(list(itertools.permutations(NAMES)), 8)


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a10_by_every_way_in_any_order_it_is_one_draft(
    daily: Publication, tmp_path: Path, order: tuple[str, ...]
) -> None:
    ways = Ways(daily, tmp_path)
    first: tuple[Any, ...] = ()
    for name in order:
        way: Callable[[], None] = getattr(ways, name)
        way()
        issue = Issue.objects.get()
        rows = [
            (one.title, one.insight, one.bullets, one.category_id)
            for one in Item.objects.filter(issue=issue).order_by("number")
        ]
        assert (issue.slug, len(rows)) == ("2026-03-02", 2), name
        first = first or (issue.title, rows)
        assert (issue.title, rows) == first, name


def _titled(date: str, front: str = "") -> str:
    return front + f"# Harbour Daily{date}\n" + DIGEST.partition("\n")[2]


CLOTHES: dict[str, tuple[str | bytes, str]] = {
    "lines of Windows": (DIGEST.replace("\n", "\r\n"), ""),
    "a mark in front": ("\ufeff" + DIGEST, ""),
    "UTF-16": (DIGEST.encode("utf-16"), ""),
    "spaces behind": (DIGEST.replace("\n\n", "\n\n\n") + "\n\n", ""),
    "front matter of a tool": (
        f"---\nlayout: post\ndate: 2026-03-02\ntags: [a]\n---\n\n{DIGEST}", "",
    ),
    "front matter of Hugo": (
        _titled("", '+++\ntitle = "x"\ndate = 2026-03-02T08:00:00Z\n+++\n\n'), "",
    ),
    "an evening elsewhere": (_titled("", "---\ndate: 2026-03-02T23:30:00+08:00\n---\n\n"), ""),
    "a date in words": (_titled(", March 2, 2026"), ""),
    "a Chinese date": (_titled(" 2026年3月2日"), ""),
    "the date in its name": (_titled(""), "&name=posts/20260302-harbour.md"),
    "the date beside it": (_titled(""), "&date=2026-03-02"),
    "another title": (DIGEST.replace("Harbour Daily", "The harbour, daily", 1), ""),
    "another name": (DIGEST, "&name=whatever.md"),
    "its language": (f"---\nlang: en-GB\n---\n\n{DIGEST}", ""),
}  # fmt: skip


def test_in_other_clothes_it_is_the_same_draft(daily: Publication) -> None:
    """What a tool, an editor or a system makes of one text on its way changes nothing of whose it
    is; and another language is another issue."""
    program = Program(daily)
    assert program.post("/issues/", DIGEST).status == 201
    for name, (text, query) in CLOTHES.items():
        answer = program.post(f"/issues/?shape=auto{query}", text)
        assert (answer.status, answer.json.get("issue")) == (200, "2026-03-02"), name
    assert Issue.objects.count() == 1
    assert program.post("/issues/", f"---\nlang: zh-CN\n---\n\n{DIGEST}").status == 201


def test_a_digest_in_json_has_the_problems_at_their_values(daily: Publication) -> None:
    program = Program(daily)
    wrong = {**AS_JSON, "items": [{"title": "A new ferry", "category": 7}]}
    answer = program.post("/issues/", wrong)
    assert (answer.status, Issue.objects.count()) == (422, 0)
    (problem,) = [one for one in answer.json["problems"] if one["level"] == "error"]
    assert problem["pointer"] == "/items/0/category"
    assert problem["line"] >= 1 and problem["column"] > 1


def test_what_was_read_is_put_again_and_nothing_changes(daily: Publication) -> None:
    program = Program(daily)
    assert program.put().status == 201
    read = program.get("/issues/2026-03-02/").json
    again = program.post("/issues/", read)
    assert (again.status, again.json["created"], again.json["conflicts"]) == (200, False, [])
    assert program.get("/issues/2026-03-02/").json["items"] == read["items"]
    read["items"][0]["insight"] = "It is slower."
    assert program.post("/issues/", read).status == 200
    assert Item.objects.get(number=1).insight == "It is slower."


def test_the_schema_of_a_digest_is_published(daily: Publication) -> None:
    answer = Client().get("/api/v1/digest.schema.json")
    assert answer.headers["Content-Type"] == "application/schema+json"
    assert answer.json()["required"] == ["title", "items"]
    described = Client().get("/api/v1/openapi.json").json()
    put = described["paths"]["/api/v1/publications/{slug}/issues/"]["post"]
    body = put["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/Digest"}
    item = described["components"]["schemas"]["DigestItem"]["properties"]["source"]["anyOf"][0]
    assert item == {"$ref": "#/components/schemas/DigestSource"}
    assert "DigestTailLink" in described["components"]["schemas"]
