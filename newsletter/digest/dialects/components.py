"""Components of JSX, Vue and the web: `<Card title="…" href="…">`, `<TabItem>`, `<my-element>`.

A component that stands for something mail knows becomes that: a picture, a link, a call-out, a tab.
Of the others the tags go; the text between them and the text in their attributes stays. A tag is
a component when it is closed, closes itself, or has attributes: `List<String>` is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from ..marking import gettext_noop
from ..marks import attributes, bold, is_picture, link, picture, quote
from ..prose import Prose

NAME = "component"
LABEL = gettext_noop("A component (<Card>)")
ORDER = 12

_NAME = r"(?:[A-Z][\w.]*|[a-z][a-z0-9]*(?:-[a-z0-9]+)+)"
_OPENING = re.compile(rf"<({_NAME})(?=[\s/>]|$)")
# A `>` in quotes or braces ends no tag; possessive, so that nothing is tried twice.
_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*+\})*+\})*+\}"
_REST = rf"(?:[^<>{{}}\"'`]|\"[^\"]*+\"|'[^']*+'|`[^`]*+`|{_BRACES})*+>"
_TAG = re.compile(rf"<{_NAME}{_REST}")
_ANY = re.compile(rf"<(?P<open>{_NAME})(?=[\s/>]){_REST}|</(?P<close>{_NAME})\s*>|</?>")
_PAIR = re.compile(
    rf"<(?P<pair>{_NAME})(?=\s)(?P<rest>{_REST})(?P<text>[^<>\[\]]{{1,300}})</(?P=pair)\s*>"
)
_CALL_OUTS = re.compile(
    r"(note|tip|info|warning|danger|caution|important|hint|alert|callout|admonition|aside"
    r"|highlight|box|notice|message|banner)(?:box|block)?",
    re.IGNORECASE,
)
_TABS = re.compile(r"(?:tab|tabs?-?item|tab-?panel|step|accordion-?item)", re.IGNORECASE)
_PICTURES = re.compile(r"\w*(?:image|img|picture|figure|photo|screenshot|zoom|thumbnail)\w*", re.I)
_VIDEOS = re.compile(r"(?:lite-?)?(youtube|vimeo)\w*", re.IGNORECASE)
_TEXTS = ("title", "label", "heading", "header", "summary", "text", "caption", "name", "author")
_MORE = ("description", "desc", "subtitle", "content", "excerpt", "body", "quote")
_TARGETS = ("href", "url", "to", "link", "src")
_NO_TEXT = {*_TARGETS, "alt", "class", "classname", "style", "sizes", "srcset", "d"}
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LEAST_WIDE = 8  # letters of a script that seldom has spaces, in what is text and no name
_ADDRESS = re.compile(r"https?://[^\s\"'`<>{}()\[\]]+")
# An object among the attributes, as {"platform": "github", "url": "https://…"}, and its texts.
_OBJECT = re.compile(r"\{[^{}]{1,2000}\}")
_PROPERTY = re.compile(r"[\"']?(\w{1,40})[\"']?\s{0,9}:\s{0,9}([\"'`])((?:(?!\2).){1,120})\2")
_NAMES_OF_LINK = (*_TEXTS, "platform", "site", "source", "publisher")
_MOST_LINKS = 20
_BETWEEN = " – "
_LONGEST = 60  # lines of one opening tag
_MOST = 5_000  # components of one document that are converted
_DEEPEST = 8  # components in each other that are converted; deeper ones only lose their tags


@dataclass(slots=True)
class _Open:
    """A component whose closing tag is still to come, with the index of its line."""

    name: str
    line: int
    title: str
    indent: int | None = None  # of the first line of its text
    names: list[str] = field(default_factory=list)  # of the tabs in it, in their order


def settle(prose: Prose) -> None:
    """Convert the tags, line by line, and bring the text between them to the margin."""
    if any(_OPENING.search(line) for _index, line in prose.rows("<")):
        _Components(prose).run()


class _Components:
    def __init__(self, prose: Prose) -> None:
        self.prose = prose
        self.open: list[_Open] = []
        self.finished: list[_Open] = []
        self.left = _MOST
        self.parts: list[str] = []  # of the component that closed itself last
        self.closed = {
            name
            for _index, line in prose.rows("</")
            for name in re.findall(rf"</({_NAME})\s*>", line)
        }

    def run(self) -> None:
        lines = self.prose.lines
        for index in range(self.prose.start, len(lines)):
            if not lines[index].strip():
                continue
            if self.open:
                self._dedent(index)
            if index not in self.prose.code and "<" in lines[index]:
                last = self._join(index)
                self.parts = []
                self.prose.change_line(index, partial(self._written, index))
                self._spread(index, last)
                for component in self.finished:
                    self._finish(component, index)
                self.finished = []

    def _dedent(self, index: int) -> None:
        """What is indented below a tag is no code: its first line says how far."""
        line = self.prose.lines[index]
        column = len(line) - len(line.lstrip())
        top = self.open[-1]
        if top.indent is None:
            top.indent = column
        self.prose.lines[index] = line[min(column, top.indent) :]

    def _join(self, index: int) -> int:
        """Bring an opening tag whose attributes go on below onto its first line.

        Returns the index of the last line that was emptied so, or `index`.
        """
        prose, lines = self.prose, self.prose.lines
        start = next((at for at in _starts(lines[index]) if _OPENING.match(lines[index], at)), None)
        if start is None or _end_of_tag(lines[index], start) is not None:
            return index
        parts = [lines[index]]
        for below in range(index + 1, min(index + _LONGEST, len(lines))):
            if not lines[below].strip():
                return index
            parts.append(lines[below].strip())
            if ">" not in lines[below]:
                continue
            text = " ".join(parts)
            end = _end_of_tag(text, start)
            if end is not None:
                lines[index] = text[:end]
                for empty in range(index + 1, below + 1):
                    prose.put(empty, "")
                    prose.code.discard(empty)
                prose.put(below, text[end:])
                return below if not text[end:].strip() else below - 1
        return index

    def _spread(self, index: int, last: int) -> None:
        """Title, text and links of a component that took several lines, as paragraphs of these."""
        lines, parts = self.prose.lines, self.parts
        if len(parts) < 2 or lines[index].strip() != _BETWEEN.join(parts):
            return
        step = min(2, (last - index) // (len(parts) - 1))
        if step:
            for place, part in enumerate(parts):
                text = bold(part) if place == 0 and not part.startswith(("[", "!")) else part
                lines[index + place * step] = text
                self.prose.dropped.discard(index + place * step + 1)

    def _written(self, index: int, run: str) -> str:
        def written(match: re.Match[str]) -> str:
            tag, name, closed = match.group(), match["open"], match["close"]
            if name is not None and self._is_component(name, tag):
                made = self._opened(name, tag[1 + len(name) :], index)
                runs_on = run_of[0][match.end() : match.end() + 1].strip(" <")
                return f"{made} " if made.startswith("- **") and runs_on else made
            if name is None and (closed is None or closed in self.closed):
                self._close(closed or "")
                return ""
            return tag

        run_of = [_PAIR.sub(_linked, run)]
        return _ANY.sub(written, run_of[0])

    def _is_component(self, name: str, tag: str) -> bool:
        return name in self.closed or tag.rstrip().endswith("/>") or "=" in tag

    def _opened(self, name: str, rest: str, index: int) -> str:
        """What is written in place of an opening tag, or of one that closes itself."""
        self.left -= 1
        if self.left < 0:  # More than a person writes: their text is looked at no more.
            self.prose.tell(NAME, index)
            return ""
        given = attributes(rest)
        text = next((given[key] for key in _TEXTS if given.get(key)), "")
        more = next((given[key] for key in _MORE if given.get(key)), "")
        kind = name.rpartition(".")[2]
        shown = _shown(kind, given, text)
        if rest.rstrip().endswith("/>") or name not in self.closed:
            others = [value for key, value in given.items() if _is_prose(key, value)]
            texts = [one for one in dict.fromkeys([more, *others]) if one and one != text]
            links = _others(rest, shown) if not _PICTURES.fullmatch(kind) else ""
            self.parts = [part for part in (shown or text, *texts, links) if part]
            if not self.parts:
                self.prose.tell(NAME, index)
            return _BETWEEN.join(self.parts)
        if _TABS.fullmatch(kind):
            names = next((one.names for one in reversed(self.open) if one.names), [])
            title = text or given.get("value", "") or (names.pop(0) if names else "")
            self.open.append(_Open(name, index, title))
            return f"- {bold(title)}" if title else ""
        if kind.lower().endswith(("tabs", "tabset", "tabgroup")):
            self.open.append(_Open(name, index, "", names=_names_of_tabs(rest)))
            return ""
        if _CALL_OUTS.fullmatch(kind):
            title = text or (given.get("type", "") or kind).capitalize()
            self.open.append(_Open(name, index, title))
            return ""
        self.open.append(_Open(name, index, ""))
        head = shown or bold(text)
        return _BETWEEN.join(part for part in (head, more) if part) + (" " if head or more else "")

    def _close(self, name: str) -> None:
        """Close the innermost component of that name, and what was left open in it."""
        for place in range(len(self.open) - 1, max(-1, len(self.open) - _DEEPEST), -1):
            if self.open[place].name == name:
                if place < _DEEPEST:
                    self.finished.append(self.open[place])
                del self.open[place:]
                return

    def _finish(self, component: _Open, index: int) -> None:
        """The closing tag stood in line `index`: quote a call-out, indent what a tab holds."""
        lines = self.prose.lines
        kind = component.name.rpartition(".")[2]
        last = index + 1 if lines[index].strip() else index
        inside = range(component.line + 1, last)
        if _CALL_OUTS.fullmatch(kind):
            if component.line == index:
                self.prose.put(index, f"> {bold(component.title)} – {lines[index].strip()}")
            else:
                quote(self.prose, component.line, inside, component.title)
        elif _TABS.fullmatch(kind) and component.title:
            for line in inside:
                lines[line] = f"  {lines[line]}".rstrip()


def _names_of_tabs(rest: str) -> list[str]:
    """What `items={["npm", "yarn"]}` calls the tabs in it."""
    found = re.search(r"(?:items|labels|titles)=\{\[([^\[\]]{1,400})\]\}", rest)
    return [
        a or b for a, b in re.findall(r"\"([^\"]+)\"|['`]([^'`]+)['`]", found[1] if found else "")
    ]


def _linked(match: re.Match[str]) -> str:
    """A pair in one line that is a link with its text between the tags."""
    given = attributes(match["rest"])
    target = next((given[key] for key in _TARGETS if "://" in given.get(key, "")), "")
    named = any(given.get(key) for key in _TEXTS) or "src" in given
    return match.group() if named or not target else link(target, match["text"].strip())


def _starts(line: str) -> Iterator[int]:
    """Where a `<` stands in a line, the last first; only the last few can be left open."""
    at = len(line)
    for _once in range(20):
        at = line.rfind("<", 0, at)
        if at < 0:
            return
        yield at


def _is_prose(key: str, value: str) -> bool:
    """Whether an attribute holds text: by its name, or three words or more by any other."""
    if key in _NO_TEXT or not value or "://" in value.split()[0]:
        return False
    if key in {"text", "summary", "caption", *_MORE}:
        return True
    return value.count(" ") > 1 or len(_WIDE.findall(value)) >= _LEAST_WIDE


def _others(rest: str, shown: str) -> str:
    """Links to the addresses in a tag's attributes and expressions, but for the one shown."""
    names = _names_of_links(rest)
    found = dict.fromkeys(_ADDRESS.findall(rest)[:_MOST_LINKS])
    return " · ".join(
        link(url, names.get(url) or url.split("/")[2]) for url in found if url not in shown
    )


def _names_of_links(rest: str) -> dict[str, str]:
    """What an address is called by the other texts of the object it stands in."""
    found: dict[str, str] = {}
    for one in _OBJECT.finditer(rest):
        texts = {key.lower(): text.strip() for key, _quote, text in _PROPERTY.findall(one.group())}
        urls = [text for text in texts.values() if _ADDRESS.fullmatch(text)]
        name = next((texts[key] for key in _NAMES_OF_LINK if texts.get(key)), "")
        if len(urls) == 1 and "://" not in name:
            found.setdefault(urls[0], name)
    return found


def _shown(kind: str, given: dict[str, str], text: str) -> str:
    """The picture, the video's page or the link that a component stands for; or nothing."""
    source = next((given[key] for key in ("src", "image", "img") if given.get(key)), "")
    alternative = given.get("alt", "") or text
    video = _VIDEOS.fullmatch(kind)
    code = next((given[key] for key in ("id", "videoid", "video-id") if given.get(key)), "")
    if video and re.fullmatch(r"[\w-]{4,20}", code):
        host = "www.youtube.com/watch?v=" if video[1].lower() == "youtube" else "vimeo.com/"
        return link(f"https://{host}{code}", alternative)
    if "://" in source and (is_picture(source) or _PICTURES.fullmatch(kind)):
        return picture(source, alternative)
    target = next((given[key] for key in _TARGETS if "://" in given.get(key, "")), "")
    if target:
        return link(target, alternative)
    return f"({alternative})" if _PICTURES.fullmatch(kind) and alternative else ""


def _end_of_tag(text: str, start: int) -> int | None:
    """The index behind the `>` of the tag that begins at `start`; None if it is not there."""
    match = _TAG.match(text, start)
    return match.end() if match else None
