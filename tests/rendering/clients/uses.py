"""An HTML document -> everything in it that a mail program may refuse.

CSS is read by tinycss2 (CSS Syntax 3), HTML by lxml. What stands in comments for Outlook is part of
Outlook's document only: `for_outlook` and `for_others` part them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import lxml.etree
import lxml.html
import tinycss2
from cssselect import SelectorError
from lxml.cssselect import CSSSelector

_SHOWN_TO_OTHERS = re.compile(r"<!--\[if !mso\]><!-->(.*?)<!--<!\[endif\]-->", re.DOTALL)
_FOR_OUTLOOK = re.compile(r"<!--\[if [^\]]*\]>(.*?)<!\[endif\]-->", re.DOTALL)
_OLD = re.compile(r"<!--\[if lte mso 11\]>.*?<!\[endif\]-->", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Use:
    """Something a mail uses: a property with its value on an element, a selector, an attribute.

    `within` are the at-rules and kinds of selector it stands in: who does not take one of them
    does not see what is in it either. `sheet` says that it stands in a style element.
    """

    kind: str
    name: str
    element: str = ""
    value: str = ""
    within: tuple[str, ...] = ()
    sheet: bool = False


def for_outlook(html: str) -> str:
    """What Word's engine reads: the contents of comments for it, nothing of what is for others."""
    return _COMMENT.sub("", _FOR_OUTLOOK.sub(r"\1", _OLD.sub("", _SHOWN_TO_OTHERS.sub("", html))))


def for_others(html: str) -> str:
    """What all other programs read."""
    return _COMMENT.sub("", _SHOWN_TO_OTHERS.sub(r"\1", html))


def uses(html: str) -> set[Use]:
    """All uses of a document without comments. Raises ValueError for CSS that does not parse."""
    document = lxml.html.document_fromstring(html)
    found: set[Use] = set()
    for element in document.iter():
        if not isinstance(element.tag, str) or ":" in element.tag or element.tag in _OFFICE:
            continue
        found.add(Use("element", element.tag))
        for name, value in element.attrib.items():
            shown = value if name == "dir" else ""
            found.add(Use("attribute", str(name), element.tag, shown))
        if element.tag == "style":
            found |= set(_of_sheet(element.text or "", document))
        elif "style" in element.attrib:
            for one in declarations(element.attrib["style"]):
                found |= set(_of_declaration(one, element.tag))
    return found


# Word's own settings, which only it reads.
_OFFICE = {"xml", "noscript"}


def declarations(css: str) -> list[Any]:
    """The declarations of a style attribute or of a rule. Raises ValueError where one is broken."""
    found = tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True)
    for one in found:
        if one.type != "declaration":
            raise ValueError(f"no declaration: {one.serialize() if one.type != 'error' else one}")
    return list(found)


def rules(css: str) -> list[Any]:
    """The rules of a style sheet. Raises ValueError where one is broken."""
    found = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    for one in found:
        if one.type == "error":
            raise ValueError(f"style sheet, line {one.source_line}: {one.message}")
    return list(found)


def query(at_rule: Any) -> list[str]:
    """What a media query asks for, as the table names it."""
    text = tinycss2.serialize(at_rule.prelude)
    asked = re.findall(r"\(\s*([\w-]+)", text)
    return [f"@{at_rule.lower_at_keyword} {re.sub('^(min|max)-', '', name)}" for name in asked]


def kinds(selector: Sequence[Any]) -> set[str]:
    """The kinds of one selector (its tokens), as the table names them."""
    found: set[str] = set()
    before = None
    for token in selector:
        match token.type:
            case "ident":
                name = {".": "class", ":": f"pseudo-class {token.lower_value}"}
                found.add(name.get(before or "", "type"))
            case "hash":
                found.add("id")
            case "[] block":
                found.add("attribute")
            case "function":
                found.add("pseudo-class")
            case "literal" if token.value in (">", "+", "~", "*"):
                names = {">": "child", "+": "adjacent", "~": "sibling", "*": "universal"}
                found.add(names[token.value])
            case "whitespace":
                found.add("descendant")
        before = token.value if token.type == "literal" else None
    text = tinycss2.serialize(selector)
    if re.search(r"\.[\w-]+\.", text):
        found.add("chaining")
    if "::" in text:
        found.add("pseudo-element")
    return found


def selectors(prelude: Sequence[Any]) -> list[list[Any]]:
    """The selectors of a rule, which commas part."""
    parts: list[list[Any]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return [_stripped(part) for part in parts]


def _stripped(tokens: list[Any]) -> list[Any]:
    while tokens and tokens[0].type == "whitespace":
        tokens = tokens[1:]
    while tokens and tokens[-1].type == "whitespace":
        tokens = tokens[:-1]
    return tokens


@cache
def _compiled(selector: str) -> Any:
    try:
        return CSSSelector(selector, translator="html")
    except SelectorError as error:
        raise ValueError(f"no selector: {selector}") from error


def _of_sheet(css: str, document: Any, within: tuple[str, ...] = ()) -> Iterator[Use]:
    for rule in rules(css):
        if rule.type == "at-rule":
            asked = query(rule) or [f"@{rule.lower_at_keyword}"]
            if within:
                asked.append("nested")
            for name in asked:
                yield Use("at-rule", name, sheet=True)
            if rule.lower_at_keyword not in ("media", "supports"):
                continue  # Others hold declarations, or nothing.
            inner = tinycss2.serialize(rule.content or [])
            yield from _of_sheet(inner, document, (*within, *(f"at-rule {n}" for n in asked)))
            continue
        for selector in selectors(rule.prelude):
            here = sorted(kinds(selector))
            for name in here:
                yield Use("selector", name, within=within, sheet=True)
            around = (*within, *(f"selector {name}" for name in here))
            for tag in _reached(selector, document):
                for one in declarations(tinycss2.serialize(rule.content)):
                    yield from _of_declaration(one, tag, around)


def _reached(selector: Sequence[Any], document: Any) -> set[str]:
    text = tinycss2.serialize(selector)
    if ":root" in text:
        return {"html"}
    return {element.tag for element in _compiled(text)(document)}


def _of_declaration(
    declaration: Any, element: str, within: tuple[str, ...] | None = None
) -> Iterator[Use]:
    sheet, around = within is not None, within or ()
    value = tinycss2.serialize(declaration.value).strip()
    yield Use("property", declaration.lower_name, element, value, around, sheet)
    for token in _tokens(declaration.value):
        if token.type == "dimension":
            yield Use("unit", token.lower_unit, element, value, around, sheet)
        elif token.type == "percentage":
            yield Use("unit", "%", element, value, around, sheet)
        elif token.type in ("function", "url"):
            name = "url" if token.type == "url" else token.lower_name
            yield Use("function", name, element, value, around, sheet)
    if declaration.important and not sheet:
        yield Use("important", "on an element", element, value)


def _tokens(tokens: Sequence[Any]) -> Iterator[Any]:
    for token in tokens:
        yield token
        if token.type == "function":
            yield from _tokens(token.arguments)
