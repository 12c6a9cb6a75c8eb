"""The uses of a mail and the table -> what matters, what is harmless, what nobody named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import lxml.html

from . import uses
from .rules import CHECKS, CLIENTS, RULES, rules_for
from .uses import Use

# Octets; it says 102 KB, and nobody knows of which of the two sizes a kilobyte has.
_CLIP = 102_000
# Characters of all style elements together, and of one.
_SHEETS, _SHEET = 16_384, 8_192
_UNSHOWN = re.compile(r"^data:|\.(webp|avif|svg)(\?|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule of a client that a mail breaks. Without `harmless` a reader loses by it."""

    client: str
    use: str
    what: str
    harmless: str
    source: str


def broken(html: str) -> set[Broken]:
    """Every rule that a finished mail breaks, of all clients; what the table does not know too."""
    found: set[Broken] = set()
    documents = {True: uses.for_outlook(html), False: uses.for_others(html)}
    for outlook, document in documents.items():
        try:
            used = uses.uses(document)
        except ValueError as error:
            found.add(Broken("gmail", "css", str(error), "", "html-style"))
            continue
        for client in CLIENTS:
            if (client == "outlook") == outlook:
                found |= set(_of_client(used, client))
        for check in CHECKS:
            clients = [name for name in check["clients"].split() if (name == "outlook") == outlook]
            tree = lxml.html.document_fromstring(document)
            for trouble in _CHECKS[check["name"]](document, tree) if clients else ():
                found |= {
                    Broken(name, f"{check['name']}: {trouble}", check["what"], "", check["source"])
                    for name in clients
                }
    return found


def _of_client(used: set[Use], client: str) -> Iterator[Broken]:
    sheets = not any(("element", "style") in r.names and client in r.clients for r in RULES)
    refused = {
        f"{kind} {name}"
        for rule in RULES
        if client in rule.clients
        for kind, name in rule.names
        if kind in ("at-rule", "selector")
    }
    for use in used:
        if use.sheet and (not sheets or refused & set(use.within)):
            continue  # It is not there for this client; that it is dropped has its own row.
        name = f"{use.kind} {use.name}"
        rows = rules_for(use)
        if rows is None:
            yield Broken(client, name, f"{use.element}: {use.value}: not in the table", "", "")
        for rule in rows or ():
            if client in rule.clients:
                where = f" on {use.element}" if rule.on or rule.not_on else ""
                yield Broken(client, name + where, rule.what, rule.harmless, rule.source)


def _clip(document: str, _tree: Any) -> Iterator[str]:
    if (size := len(document.encode())) > _CLIP:
        yield f"{size} octets"


def _sheets(_document: str, tree: Any) -> Iterator[str]:
    sizes = [len(style.text or "") for style in tree.iter("style")]
    if sum(sizes) > _SHEETS:
        yield f"{sum(sizes)} characters"
    yield from (f"{size} characters in one" for size in sizes if size > _SHEET)


def _pictures(_document: str, tree: Any) -> Iterator[str]:
    for image in tree.iter("img"):
        source = image.get("src", "")
        for name in ("width", "height", "alt"):
            if name not in image.attrib:
                yield f"{source} has no {name}"
        if _UNSHOWN.search(source):
            yield f"{source[:80]} is of a kind that is not shown"


def _tables(_document: str, tree: Any) -> Iterator[str]:
    for table in tree.xpath('//table[@role="presentation"]'):
        if any(table.get(name) != "0" for name in ("border", "cellpadding", "cellspacing")):
            yield f"a table in {table.getparent().tag}"


def _anchors(_document: str, tree: Any) -> Iterator[str]:
    empty = [one for one in tree.xpath("//a[@name]") if not one.text_content() and not len(one)]
    names = {one.get("name") for one in empty}
    links = [link.get("href") for link in tree.xpath('//a[starts-with(@href, "#")]')]
    if lost := [href for href in links if href[1:] not in names]:
        yield f"{', '.join(lost[:3])} have no empty <a name>"


def _width(_document: str, tree: Any) -> Iterator[str]:
    """In Outlook's document: every text stands in a table of a fixed width."""
    if not tree.xpath("//table[number(@width) > 0 and number(@width) <= 700]"):
        yield "no table has a width in pixels"


_CHECKS: dict[str, Callable[[str, Any], Iterator[str]]] = {
    "clip": _clip,
    "sheets": _sheets,
    "pictures": _pictures,
    "tables": _tables,
    "anchors": _anchors,
    "width": _width,
}
