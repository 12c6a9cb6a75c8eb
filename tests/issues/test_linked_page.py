# ruff: noqa: E501 - what pages say has long lines.
"""An address becomes an item: what pages say of themselves, and what they say wrongly."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter import outgoing
from newsletter.issues import linked_page
from newsletter.issues.linked_page import NotRead, Page, read

AT = "https://www.example.org/story"
DAY = dt.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("html", "page"),
    [
        ('<title>Ferries return | The Paper</title><meta property="og:site_name" content="The Paper">'
         '<meta property="article:published_time" content="2026-03-02T23:30:00-05:00">',
         Page("Ferries return", "The Paper", DAY, AT)),
        ('<meta property="og:title" content="Own title"><title>x - y</title>',
         Page("Own title", "example.org", None, AT)),
        ('<script type="application/ld+json">{"@graph":[{"@type":"WebSite"},{"headline":"L\u2019\u00e9t\u00e9",'
         '"datePublished":"2026-03-02","publisher":{"name":"Le Port"}}]}</script>',
         Page("L\u2019\u00e9t\u00e9", "Le Port", DAY, AT)),
        ("<TITLE>\n \u6e2f\u53e3 \u6d88\u606f\n</TITLE><time datetime='2026-03-02'>",
         Page("\u6e2f\u53e3 \u6d88\u606f", "example.org", DAY, AT)),
        ("<h1>Only a <b>heading</b></h1>", Page("Only a heading", "example.org", None, AT)),
        ("<title>Arrays [1] *and* `code` &lt;b&gt;</title>",
         Page("Arrays \\[1\\] \\*and\\* \\`code\\` \\<b>", "example.org", None, AT)),
        ('<title>T</title><meta name="date" content="2026-13-45">', Page("T", "example.org", None, AT)),
        ('<title>T</title><meta name="pubdate" content="2026/03/02">', Page("T", "example.org", DAY, AT)),
        ('<script type="application/ld+json">{broken</script><title>T</title>',
         Page("T", "example.org", None, AT)),
        (f"<title>{'x' * 900}</title>", Page("x" * 500, "example.org", None, AT)),
    ],
)  # fmt: skip
def test_what_a_page_says(html: str, page: Page) -> None:
    assert read(html, AT) == page


@pytest.mark.parametrize(
    "html", ["", "<p>nothing</p>", "<title> </title>", "\x00\x01", "<" * 50_000]
)
def test_a_page_without_a_title_is_said(html: str) -> None:
    with pytest.raises(NotRead, match="no title"):
        read(html, AT)


def answer(monkeypatch: pytest.MonkeyPatch, body: bytes, kind: str, status: int = 200) -> None:
    got = outgoing.Response(status, {"content-type": kind}, body, AT)
    monkeypatch.setattr(outgoing, "request", lambda *a, **k: got)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<title>\u6e2f\u53e3</title>".encode("gb18030"), "text/html; charset=GB2312"),
        ('<meta charset="gbk"><title>\u6e2f\u53e3</title>'.encode("gbk"), "text/html"),
        ("<title>\u6e2f\u53e3</title>".encode(), "text/html"),
        (
            '<meta charset="no-such"><title>\u6e2f\u53e3</title>'.encode(),
            "text/html; charset=bogus",
        ),
    ],
)
def test_any_encoding(body: bytes, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, body, kind)
    assert linked_page.fetch(AT).title == "\u6e2f\u53e3"


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (404, "text/html", "answers 404"),
        (200, "application/pdf", "but application/pdf"),
    ],
)
def test_no_page_is_said(
    status: int, kind: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, b"<title>x</title>", kind, status)
    with pytest.raises(NotRead, match=words):
        linked_page.fetch(AT)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/", "http://2130706433/", "http://[::1]/", "http://169.254.169.254/latest",
        "http://localhost/", "http://10.0.0.1:80/x",
    ],
)  # fmt: skip
def test_nothing_inside_is_asked(address: str) -> None:
    """Through the one guarded door: the real one, without a network of the tests."""
    with pytest.raises(NotRead):
        linked_page.fetch(address)


@pytest.mark.parametrize(
    "address", ["", "javascript:alert(1)", "ftp://e.org/x", "file:///etc/passwd"]
)
def test_what_is_no_web_address(address: str) -> None:
    with pytest.raises(NotRead, match="begins with https"):
        linked_page.fetch(address)
