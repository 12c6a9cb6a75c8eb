"""What mail programs drop costs no reader anything: the table of `clients`, over every mail."""

from __future__ import annotations

import pytest

from newsletter.rendering import SLOTS
from tests.rendering import mails
from tests.rendering.clients import CLIENTS, Broken, broken
from tests.rendering.clients.rules import CHECKS, RULES, WORKS

_MEASURE = '<table width="640" role="presentation" border="0" cellpadding="0" cellspacing="0">'


def troubles(html: str) -> list[Broken]:
    return sorted((one for one in broken(html) if not one.harmless), key=repr)


@pytest.mark.django_db(transaction=True)
def test_no_mail_uses_what_matters_and_a_client_drops() -> None:
    names = set()
    for name, html in mails.every():
        names.add(name)
        assert troubles(html) == [], name
    assert len(names) > 35
    assert SLOTS


def test_each_row_of_the_table_has_its_reason_and_its_source() -> None:
    for rule in RULES:
        assert rule.clients <= CLIENTS.keys(), rule
        # A row without clients says that something is taken where another row refuses it.
        assert bool(rule.clients) == bool(rule.what) == bool(rule.source), rule
        assert not rule.names & WORKS, rule
    for check in CHECKS:
        assert set(check) == {"name", "clients", "what", "source"}
        assert set(check["clients"].split()) <= CLIENTS.keys()


@pytest.mark.parametrize(
    ("body", "client", "use"),
    [
        ('<div style="display:flex">', "outlook", "property display"),
        ('<div style="position:absolute;top:0">', "gmail", "property position"),
        ('<p style="font-size:1.2rem">', "outlook", "unit rem"),
        ('<p style="width:calc(100% - 2px)">', "outlook_com", "function calc"),
        ('<p style="color:rgb(0 0 0)">', "gmail", "function rgb"),
        ('<td style="background:url(https://x.example/a.png)">', "outlook", "property background"),
        ('<p style="margin:0 0 0 -8px">', "gmail", "property margin"),
        ('<p style="color:#000 !important">', "outlook", "important on an element"),
        ('<p style="inset-inline:0">', "qq", "property inset-inline"),
        ("<picture></picture>", "gmail", "element picture"),
        ("<main></main>", "outlook", "element main"),
        ('<p dir="auto">', "outlook", "attribute dir"),
        ('<img src="a.png" alt="" width="1">', "outlook", "pictures: a.png has no height"),
        ('<img src="a.webp" alt="" width="1" height="1">', "outlook",
         "pictures: a.webp is of a kind that is not shown"),
        ('<a href="#x">x</a><p id="x">x</p>', "gmail", "anchors: #x have no empty <a name>"),
        ("<table role=presentation border=0></table>", "outlook", "tables: a table in td"),
        ("x" * 102_001, "gmail", "clip: "),
        ("<style>p { color: red; } } p { }</style>", "gmail", "css"),
        ("<style>@media (min-width:1px) { @font-face { src: none } }</style>", "gmail",
         "at-rule nested"),
        ("<style>p[class] { color: red }</style>", "gmail", "selector attribute"),
        ("<style>.a.b { color: red }</style>", "outlook", "selector chaining"),
        (f"<style>{'p { color: red }' * 600}</style>", "gmail", "sheets: 9600 characters in one"),
    ],
)  # fmt: skip
def test_what_matters_is_found(body: str, client: str, use: str) -> None:
    html = f"<!DOCTYPE html><html><body>{_MEASURE}<tr><td>{body}</td></tr></table></body></html>"
    found = [one for one in troubles(html) if one.client == client]
    assert [one for one in found if one.use.startswith(use)], found


def test_what_is_only_for_outlook_is_only_read_by_outlook() -> None:
    html = f"<html><body><!--[if mso]>{_MEASURE}<tr><td><![endif]--><p>x</p></body></html>"
    assert troubles(html) == []
    assert [one.use for one in troubles("<html><body><p>x</p></body></html>")] == [
        "width: no table has a width in pixels"
    ]
