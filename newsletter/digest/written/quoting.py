"""A value on one line of written Markdown: as it is where that comes back as it was, else quoted.

Quoted is as JSON writes it, which begins with a quotation mark or a bracket.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ..decoding import normal_lines
from ..limits import without_control
from ..markdown import clean
from ..problems import Problems
from ..value import Bullet, Link

V = TypeVar("V")
DEEPEST = 40  # Levels of a list; the forms of the site make far fewer.
# What the steps in front of a reader would change or stumble over.
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_LINK = re.compile(r"\[(?P<label>.*)\]\((?P<url>[^()\s]*)\)")
_LEAD = re.compile(r"\*\*(?P<lead>.+?):\*\*(?: (?P<text>.*))?", re.DOTALL)


class NotWritten(ValueError):
    """A line that nothing here wrote; `line` is its number, 0 when that is not known yet."""

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


def quoted(value: Any) -> str:
    """The value as JSON on one line, every odd character escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return _ODD.sub(lambda found: json.dumps(found.group())[1:-1], text)


def unquoted(text: str) -> Any:
    """What `quoted` made. Raises NotWritten."""
    try:
        return clean_all(json.loads(text))
    except (ValueError, RecursionError):
        raise NotWritten(text) from None


def clean_all(value: Any) -> Any:
    """The value with its texts without control characters; a database refuses some of them."""
    if isinstance(value, dict):
        return {clean(str(name)): clean_all(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [clean_all(inner) for inner in value]
    return clean(value) if isinstance(value, str) else value


def survives(text: str) -> bool:
    """Whether a text comes back unchanged from what reads documents."""
    return normal_lines(" " + text) == " " + text and without_control(text, Problems()) == text


def write_line(text: str) -> str:
    """A text on one line."""
    plain = survives(text) and "\n" not in text and "\t" not in text
    return text if plain and text == text.strip() and text[:1] != '"' else quoted(text)


def read_line(text: str) -> str:
    """What `write_line` made. Raises NotWritten."""
    if not text.startswith('"'):
        return text
    value = unquoted(text)
    if not isinstance(value, str):
        raise NotWritten(text)
    return value


def write_link(link: Link) -> str:
    """A link: `[label](address)`, or a label alone."""
    plain = f"[{link.label}]({link.url})" if link.url else link.label
    return _checked(plain, link, read_link, [link.label, link.url])


def read_link(text: str) -> Link:
    """What `write_link` made. Raises NotWritten."""
    if text.startswith('["'):
        return Link(*_texts(unquoted(text), 2))
    found = _LINK.fullmatch(text)
    return Link(found["label"], found["url"]) if found else Link(text)


def write_bullets(bullets: Iterable[Bullet], depth: int = 0) -> list[str]:
    """Bullets as lines, what is nested two spaces further in."""
    lines = []
    for bullet in bullets:
        lead = f"**{bullet.lead}:** " if bullet.lead else ""
        text = "\n  ".join(f"{lead}{bullet.text}".split("\n"))
        alone = Bullet(bullet.lead, bullet.text)
        text = _checked(text, alone, _one_bullet, [bullet.lead, bullet.text], lines=True)
        for line in f"- {text}".split("\n"):
            lines.append(f"{'  ' * depth}{line}" if line.strip() else "")
        lines += write_bullets(bullet.children, depth + 1)
    return lines


def _one_bullet(text: str) -> Bullet:
    (bullet,) = read_bullets(f"- {text}".split("\n"))
    return bullet


def read_bullets(lines: list[str], depth: int = 0) -> tuple[Bullet, ...]:
    """What `write_bullets` made. Raises NotWritten."""
    if depth > DEEPEST:
        raise NotWritten(lines[0])
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith("- "):
            found.append((line[2:], []))
        elif found and (line.startswith("  ") or not line):
            found[-1][1].append(line[2:])
        else:
            raise NotWritten(line)
    return tuple(_bullet(first, rest, depth) for first, rest in found)


def _bullet(first: str, rest: list[str], depth: int) -> Bullet:
    nested = next((at for at, line in enumerate(rest) if line.startswith("- ")), len(rest))
    text = "\n".join([first, *rest[:nested]])
    children = read_bullets(rest[nested:], depth + 1)
    if text.startswith('["'):
        lead, text = _texts(unquoted(text), 2)
        return Bullet(lead, text, children)
    found = _LEAD.fullmatch(text)
    if found is None:
        return Bullet("", text, children)
    return Bullet(found["lead"], found["text"] or "", children)


def _texts(value: Any, count: int) -> list[str]:
    if not isinstance(value, list) or len(value) != count:
        raise NotWritten(str(value)[:80])
    if not all(isinstance(one, str) for one in value):
        raise NotWritten(str(value)[:80])
    return value


def _checked(
    plain: str, value: V, read: Callable[[str], V], otherwise: Any, *, lines: bool = False
) -> str:
    """`plain` if it is read as `value`, else `otherwise` quoted."""
    fits = survives(plain) and (lines or "\n" not in plain) and plain == plain.strip()
    if fits and not any(line != line.rstrip() for line in plain.split("\n")):
        try:
            if read(plain) == value:
                return plain
        except (NotWritten, ValueError):
            pass
    return quoted(otherwise)
