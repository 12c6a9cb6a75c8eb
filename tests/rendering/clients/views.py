"""A mail as one of the programs shows it: what the table says it drops is dropped.

So Chromium can show what is left of it. Fonts, distances and bugs of the real program are not
imitated, but for what Word does to lists, since that decides whether their marks are seen.
"""

from __future__ import annotations

import colorsys
import re
from typing import Any

import lxml.html
import tinycss2

from . import uses
from .rules import RULES, rules_for
from .uses import Use

# Half an inch is what Word gives a list; with a margin of 0 its marks hang out on the left.
_WORD = "ul,ol{padding:0;margin:1em 0 1em 48px} blockquote{margin:1em 40px}"
_COLOUR = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
# Word's engine does not read what follows it; the others ignore a class they do not know.
_KEPT_BY = {"gmail", "outlook", "outlook_com", "apple"}


def seen_by(client: str, html: str) -> str:
    """The document that is left for a client."""
    source = uses.for_outlook(html) if client == "outlook" else uses.for_others(html)
    tree = lxml.html.document_fromstring(source)
    drops_sheets = any(("element", "style") in r.names and client in r.clients for r in RULES)
    for style in list(tree.iter("style")):
        style.text = "" if drops_sheets else _left_of_sheet(style.text or "", client)
    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            continue
        if "style" in element.attrib:
            kept = _left(element.attrib["style"], element.tag, client, sheet=False)
            element.set("style", kept)
        if client not in _KEPT_BY:
            element.attrib.pop("class", None)
        if client != "apple" and "color-scheme" in element.get("name", ""):
            element.drop_tree()
        elif _seen(Use("element", element.tag), client) == "unwrap":
            element.drop_tag()
    if client == "outlook":
        word = lxml.html.fragment_fromstring(f"<style>{_WORD}</style>")
        tree.head.insert(0, word)
    elif client in ("gmail", "gmail_app", "outlook_com", "qq"):
        tree.body.attrib.pop("style" if client == "qq" else "lang", None)
    return "<!DOCTYPE html>" + lxml.html.tostring(tree, encoding="unicode")


def without_pictures(html: str) -> str:
    """With every picture blocked: addresses that lead nowhere."""
    return re.sub(r'(<img[^>]* src=")[^"]*"', r'\1about:blank#"', html)


def inverted(html: str) -> str:
    """With every colour's lightness turned round, as apps do at night that drop our own colours."""
    return _COLOUR.sub(_turned, seen_by("gmail_app", html))


def _turned(match: re.Match[str]) -> str:
    digits = match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1])
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, light, full = colorsys.rgb_to_hls(red, green, blue)
    turned = colorsys.hls_to_rgb(hue, 1 - light, full)
    return "#" + "".join(f"{round(part * 255):02x}" for part in turned)


def _seen(use: Use, client: str) -> str:
    """What becomes of a use: keep, drop or unwrap."""
    found = [rule.seen for rule in rules_for(use) or () if client in rule.clients]
    return next((how for how in found if how != "keep"), "keep")


def _left(css: str, element: str, client: str, *, sheet: bool) -> str:
    kept = []
    for one in uses.declarations(css):
        value = tinycss2.serialize(one.value).strip()
        if client == "outlook" and one.lower_name == "mso-padding-alt":
            kept.append(f"padding:{value}")
        if _seen(Use("property", one.lower_name, element, value), client) == "keep":
            important = " !important" if one.important and sheet else ""
            kept.append(f"{one.name}:{value}{important}")
    return ";".join(kept)


def _left_of_sheet(css: str, client: str) -> str:
    made = []
    for rule in uses.rules(css):
        if rule.type == "at-rule":
            asked: list[Any] = uses.query(rule) or [f"@{rule.lower_at_keyword}"]
            if all(_seen(Use("at-rule", name), client) == "keep" for name in asked):
                inner = _left_of_sheet(tinycss2.serialize(rule.content or []), client)
                prelude = tinycss2.serialize(rule.prelude)
                made.append(f"@{rule.lower_at_keyword}{prelude}{{{inner}}}")
            continue
        kept = [
            tinycss2.serialize(selector)
            for selector in uses.selectors(rule.prelude)
            if all(_seen(Use("selector", n), client) == "keep" for n in uses.kinds(selector))
        ]
        if kept:
            left = _left(tinycss2.serialize(rule.content), "td", client, sheet=True)
            made.append(f"{','.join(kept)}{{{left}}}")
    return "\n".join(made)
