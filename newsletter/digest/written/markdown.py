"""The Markdown form of a digest: what Sudi writes comes back as it went out, in every field.

    ---
    format: sudi-1
    date: 2026-03-02
    ---

    # Title

    Introduction.

    ## Title of an item

    > **Category:** Travel
    > **Source:** [The Paper](https://example.org/ferry)

    **Insight:**

    It is late.

    **Bullets:**

    - **When:** nine

    **Text:**

    Any Markdown; a line that looks like one of these marks has a backslash in front.

    **Further links:** More

    - [First](https://example.org/1)

Nothing here is guessed, so people may change such a file as long as they keep its marks.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..problems import Problems
from ..value import Digest, Item, Link
from .checking import checked
from .quoting import (
    NotWritten,
    quoted,
    read_bullets,
    read_line,
    read_link,
    survives,
    unquoted,
    write_bullets,
    write_line,
    write_link,
)

_FIRST = "---\nformat: sudi-1\n"
_TAIL = "Further links"
_BLOCKS = ("Insight", "Bullets", "Text")
_MARK = re.compile(rf"\\*(?:## |\*\*(?:{'|'.join((*_BLOCKS, _TAIL, 'Quoted'))}):\*\*)")
_FIELD = re.compile(r"> \*\*(?P<name>.+?):\*\*(?: (?P<value>.*))?")
# Names of an item's own fields; what else stands in its quote is an extra one.
_OWN = ("Category", "Source", "Date", "Score", "Tags", "Authors", "Section", "Hidden", "Picture",
        "Other")  # fmt: skip


def is_written(text: str) -> bool:
    """Whether a document, with `\\n` line ends, says that it is in this form."""
    return text.startswith(_FIRST)


def write_markdown(digest: Digest) -> str:
    """The digest as Markdown, the same octets for the same digest."""
    front = dict(digest.extra)
    head = {
        "date": digest.date.isoformat() if digest.date else "",
        "language": digest.language,
        "edition": front.pop("edition", ""),
        "mail_subject": front.pop("mail_subject", ""),
        "preheader": front.pop("preheader", ""),
        "front": front,
    }
    lines = [*_FIRST.rstrip("\n").split("\n")]
    lines += [
        f"{name}: {value if name in ('date', 'language') else quoted(value)}"
        for name, value in head.items()
        if value
    ]
    lines += ["---", "", f"# {write_line(digest.title)}", ""]
    lines += _block("", digest.intro)
    for item in digest.items:
        lines += _item(item)
    if digest.tail_title or digest.tail_links:
        lines += [f"**{_TAIL}:** {write_line(digest.tail_title)}".rstrip(" "), ""]
        lines += [f"- {write_link(link)}" for link in digest.tail_links]
        lines += [""] if digest.tail_links else []
    return "\n".join(lines)


def _item(item: Item) -> Iterable[str]:
    yield f"## {write_line(item.title)}"
    yield ""
    fields = list(_fields(item))
    yield from (f"> **{name}:** {value}" for name, value in fields)
    if fields:
        yield ""
    yield from _block("Insight", item.insight)
    if item.bullets:
        yield from ("**Bullets:**", "", *_escaped(write_bullets(item.bullets)), "")
    yield from _block("Text", item.body)


def _fields(item: Item) -> Iterable[tuple[str, str]]:
    if item.category:
        yield "Category", write_line(item.category)
    for source in item.sources:
        yield "Source", write_link(source)
    if item.date:
        yield "Date", item.date.isoformat()
    if item.score is not None:
        yield "Score", repr(item.score)
    for name, values in (("Tags", item.tags), ("Authors", item.authors)):
        if values:
            yield name, quoted(list(values))
    if item.section:
        yield "Section", write_line(item.section)
    if item.hidden:
        yield "Hidden", "yes"
    if item.picture:
        yield "Picture", write_link(Link(item.picture_alt, item.picture))
    for name, value in item.extra.items():
        line = f"> **{name}:** {write_line(value) if isinstance(value, str) else ''}"
        found = _FIELD.fullmatch(line)
        plain = isinstance(value, str) and value and name not in _OWN and survives(name)
        if plain and found and (found["name"], read_line(found["value"] or "")) == (name, value):
            yield name, write_line(value)
        else:
            yield "Other", quoted([name, value])


def _block(mark: str, text: str) -> Iterable[str]:
    if not text:
        return
    if mark:
        yield f"**{mark}:**"
        yield ""
    if survives(text):
        yield from _escaped(text.split("\n"))
    else:
        yield f"**Quoted:** {quoted(text)}"
    yield ""


def _escaped(lines: Iterable[str]) -> list[str]:
    return [f"\\{line}" if _MARK.match(line) else line for line in lines]


@dataclass(slots=True)
class _Draft:
    """An item on its way."""

    title: str
    line: int
    values: dict[str, Any] = field(default_factory=dict)


class _Reader:
    """The lines of a document, read one after the other."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.at = 0
        self.first = 0  # The number of the first line of the last block.
        self.problems = Problems()

    def left(self) -> bool:
        """Whether a line is left."""
        return self.at < len(self.lines)

    def take(self) -> str:
        """The next line. Raises NotWritten at the end."""
        if not self.left():
            raise NotWritten("")
        self.at += 1
        return self.lines[self.at - 1]

    def block(self) -> list[str]:
        """The lines up to the next mark, without the blank line on either side of them."""
        start = self.at
        while self.left() and not self._marked(self.lines[self.at]):
            self.at += 1
        lines = self.lines[start : self.at]
        self.first = start + 1
        if lines[:1] == [""]:
            del lines[0]
            self.first += 1
        if lines[-1:] == [""]:
            del lines[-1]
        return [line[1:] if line.startswith("\\") and _MARK.match(line) else line for line in lines]

    def _marked(self, line: str) -> bool:
        return not line.startswith("\\") and bool(_MARK.match(line))

    def text(self) -> str:
        """A block of text, or the quoted one behind its mark."""
        lines = self.block()
        if not "".join(lines) and self.left() and self.lines[self.at].startswith("**Quoted:** "):
            value = unquoted(self.take().removeprefix("**Quoted:** "))
            self.block()
            return str(value)
        return "\n".join(lines)


def read_markdown(text: str, title: str = "", date: dt.date | None = None) -> Digest:
    """What `write_markdown` made, also after people changed it; what is wrong is among its
    problems, at its line. `title` and `date` win over what it says. Never raises."""
    reader = _Reader(text)
    values: dict[str, Any] = {"title": "", "items": (), "date": None}
    try:
        _read(reader, values)
    except (NotWritten, ValueError, KeyError, TypeError) as error:
        said = str(error)[:60]
        line = getattr(error, "line", 0) or max(1, reader.at)
        reader.problems.error("written-line", {"text": said}, line)
    values["title"], values["date"] = title or values["title"], date or values["date"]
    for code, missing in (
        ("title-missing", not values["title"]),
        ("date-missing", values["date"] is None),
        ("no-items", not values["items"]),
    ):
        if missing and not reader.problems.refused():
            reader.problems.error(code, None, 1)
    return checked(Digest("written", **values), reader.problems)


def _read(reader: _Reader, values: dict[str, Any]) -> None:
    values.update(_head(reader))
    while reader.left() and not reader.lines[reader.at].strip():
        reader.at += 1
    if not reader.left() or not reader.lines[reader.at].startswith("# "):
        return
    values["title"] = read_line(reader.take()[2:])
    values["intro"] = reader.text()
    items: list[Item] = []
    while reader.left():
        line = reader.take()
        if line.startswith("## "):
            items.append(_read_item(reader, line))
        elif line.startswith(f"**{_TAIL}:**"):
            values["tail_title"] = read_line(line.removeprefix(f"**{_TAIL}:**").strip(" "))
            values["tail_links"] = tuple(
                read_link(link.removeprefix("- ")) for link in reader.block() if link
            )
        else:
            raise NotWritten(line)
        values["items"] = tuple(items)


def _head(reader: _Reader) -> dict[str, Any]:
    reader.at = _FIRST.count("\n")
    found: dict[str, Any] = {}
    while (line := reader.take()) != "---":
        name, _colon, value = line.partition(": ")
        found[name] = value
    front = dict(unquoted(found.pop("front", "{}")))
    date = found.pop("date", "")
    language = found.pop("language", "")
    extra = {**front, **{name: str(unquoted(value)) for name, value in found.items()}}
    return {
        "date": dt.date.fromisoformat(date) if date else None,
        "language": language,
        "extra": extra,
    }


def _read_item(reader: _Reader, line: str) -> Item:
    draft = _Draft(read_line(line.removeprefix("## ")), reader.at)
    sources: list[Link] = []
    extra: dict[str, Any] = {}
    block = reader.block()
    for number, one in enumerate(block, reader.first):
        found = _FIELD.fullmatch(one)
        if found is None:
            if one.strip():
                raise NotWritten(one, number)
            continue
        name, value = found["name"], found["value"] or ""
        if name == "Source":
            sources.append(read_link(value))
        elif name == "Picture":
            link = read_link(value)
            draft.values.update(picture=link.url, picture_alt=link.label)
        elif name == "Other":
            key, said = unquoted(value)
            extra[str(key)] = said
        elif name in _READ:
            draft.values[name.lower()] = _READ[name](value)
        else:
            extra[name] = read_line(value)
    while reader.left() and not reader.lines[reader.at].startswith(("## ", f"**{_TAIL}:**")):
        mark = reader.take()
        if mark == "**Bullets:**":
            draft.values["bullets"] = read_bullets(reader.block())
        elif mark in ("**Insight:**", "**Text:**"):
            draft.values["body" if mark == "**Text:**" else "insight"] = reader.text()
        else:
            raise NotWritten(mark)
    return Item(
        title=draft.title,
        line=draft.line,
        sources=tuple(sources),
        extra=extra,
        last_line=reader.at,
        **draft.values,
    )


def _list(text: str) -> tuple[str, ...]:
    return tuple(str(one) for one in unquoted(text))


_READ: Mapping[str, Callable[[str], Any]] = {
    "Category": read_line,
    "Date": dt.date.fromisoformat,
    "Score": float,
    "Tags": _list,
    "Authors": _list,
    "Section": read_line,
    "Hidden": lambda text: text == "yes",
}
