"""Pictures that a document names: those that came with it, and those at an address.

    ![A ferry](ferry.jpg)            a file given beside the document
    ![A ferry](https://…/ferry.jpg)  fetched, where the publication wants that
    ![A ferry](data:image/png;base64,…)  the file itself (RFC 2397), as programs write it

An image that stands alone on a line of an item's text becomes the item's picture, the first of
them; others are shown where they stand. What is not fetched stays a link, as it is, and a warning
at its line says why; handed in again, the document has what is missing fetched.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urlsplit

from newsletter import outgoing
from newsletter.digest.inline import outside_code
from newsletter.digest.problems import Problems
from newsletter.digest.value import Bullet, Digest, Item, Param
from subscribers import pictures
from subscribers.models import Picture as Row
from subscribers.models import Publication

from .own_sentences import OWN
from .places import Places
from .stories import link_key

# The octets of a file beside the document by its name there; None: there is none.
Files = Callable[[str], bytes | None]


def no_files(_name: str) -> bytes | None:
    """Nothing came with the document."""
    return None


# Of one document, in all: an import answers while somebody waits.
_MOST_FETCHED, _SECONDS = 20, 20.0
_IMAGE = re.compile(
    r"!\[(?P<alt>(?:[^\[\]\\]|\\.)*)\]\(\s*(?:<(?P<angled>[^<>\n]+)>"
    r"|(?P<target>[^\s<>()]+(?:\([^\s<>()]*\)[^\s<>()]*)*))"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
)
_WANTED = {"accept": "image/*"}
_WEB = re.compile(r"https?://", re.IGNORECASE)
_INLINE = re.compile(r"data:image/[\w.+-]+(?:;[\w=-]+)*;base64,(?P<octets>.+)", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(?:```|~~~)")


def _limits(seconds: float) -> outgoing.Limits:
    return outgoing.Limits(seconds=seconds, body=pictures.MOST_OCTETS, redirects=3, high_ports=True)


@dataclass(slots=True)
class _Run:
    """One document on its way. `found` holds what became of each target that was asked for."""

    files: Files
    fetch: bool
    store: bool
    problems: Problems
    places: Places
    until: float
    item: Item | None = None
    fetched: int = 0
    said_off: bool = False
    found: dict[str, pictures.Picture | None] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)

    def picture(self, target: str) -> pictures.Picture | None:
        """The picture a document means by `target`: a name of ours, a file, an address."""
        if target not in self.found:
            self.found[target] = self._look(target)
        return self.found[target]

    def _look(self, target: str) -> pictures.Picture | None:
        if ours := pictures.named(target):
            return ours if Row.objects.filter(name=target).exists() else None
        if inline := _INLINE.fullmatch(target):
            return _inline(self, target, inline["octets"])
        octets = self.files(unquote(target).removeprefix("./"))
        if octets is not None:
            return _taken(self, target, octets)
        if _WEB.match(target):
            return None if pictures.at_address(target) else self._at(target)
        if self.fetch and "://" in target:
            _not_fetched(self, target, "bad-url")
        return None

    def _at(self, url: str) -> pictures.Picture | None:
        """What is at an address. A check fetches nothing, but says what is plain without it."""
        if self.fetch and self.store:
            return _fetched(self, url)
        if self.fetch and _is_inside(url):
            _not_fetched(self, url, "blocked")
        elif not self.fetch and not self.said_off:
            self.said_off = True  # Once: a digest may have one with every item.
            said: dict[str, Param] = {"text": url[:120], "case": "off"}
            self.problems.note("picture-not-fetched", said, *self.place(url))
        return None

    def tell(self, level: str, target: str, why: str) -> None:
        """Say why a picture was not taken; an error refuses the document."""
        tell = self.problems.error if level == "error" else self.problems.warn
        tell("picture-refused", {"text": target[:120], "why": why}, *self.place(target))

    def place(self, target: str) -> tuple[int, int]:
        """(line, column) of a picture's address; where its item begins if it is written otherwise.

        Markup that a dialect made a picture of names it by the same address.
        """
        return self.places.of(self.item, target) if self.item is not None else (0, 0)


def _taken(run: _Run, target: str, octets: bytes, level: str = "error") -> pictures.Picture | None:
    try:
        return pictures.keep(octets) if run.store else pictures.make(octets).picture
    except pictures.NotAPicture as refused:
        run.tell(level, target, str(refused))
    return None


def _inline(run: _Run, target: str, text: str) -> pictures.Picture | None:
    """What the address itself holds. One that holds none is told: pages have blank ones."""
    if time.monotonic() >= run.until:
        _not_fetched(run, target, "most", most=_MOST_FETCHED, seconds=int(_SECONDS))
        return None
    try:
        octets = base64.b64decode(unquote(text))
    except (binascii.Error, ValueError):  # Cut off, or letters that are none of base64.
        octets = b""
    return _taken(run, target, octets, "warning")


def _is_inside(url: str) -> bool:
    """Whether the host is an IP address that is not on the open internet."""
    try:
        host = urlsplit(url).hostname or ""
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return not outgoing.is_public(host)


def _fetched(run: _Run, url: str) -> pictures.Picture | None:
    """As it was when it was fetched first: a later import of the same text changes nothing."""
    known = Row.objects.filter(fetched_from=link_key(url)).order_by("pk").first()
    if known is not None:
        return pictures.named(known.name)
    left = run.until - time.monotonic()
    if run.fetched == _MOST_FETCHED or left <= 0:
        _not_fetched(run, url, "most", most=_MOST_FETCHED, seconds=int(_SECONDS))
        return None
    run.fetched += 1
    try:
        answer = outgoing.request("GET", url, headers=_WANTED, limits=_limits(left))
        if answer.status != 200:
            _not_fetched(run, url, "status", status=answer.status)
            return None
        picture = pictures.keep(answer.body)
    except outgoing.OutgoingError as error:
        _not_fetched(run, url, error.code)
        return None
    except pictures.NotAPicture as refused:
        run.tell("warning", url, str(refused))
        return None
    Row.objects.filter(name=picture.name).update(fetched_from=link_key(url))
    return picture


def _not_fetched(run: _Run, url: str, case: str, **params: Param) -> None:
    known = case if f"picture-not-fetched/{case}" in OWN else "unreachable"
    said: dict[str, Param] = {"text": url[:120], "case": known, **params}
    run.problems.warn("picture-not-fetched", said, *run.place(url))


def illustrate(
    digest: Digest,
    publication: Publication,
    files: Files,
    problems: Problems,
    places: Places,
    *,
    store: bool,
) -> Digest:
    """The digest with its items' pictures. With `store` false nothing is fetched or kept.

    A file that is no picture refuses the document; an address that gives none is told and stays a
    link.
    """
    if problems.refused():
        return digest
    until = time.monotonic() + _SECONDS
    run = _Run(files, publication.fetch_pictures, store, problems, places, until)
    return replace(digest, items=tuple(_illustrated(item, run) for item in digest.items))


def _illustrated(item: Item, run: _Run) -> Item:
    run.item = item
    name, alt, body = "", item.picture_alt, item.body
    if item.picture:
        picture = run.picture(item.picture)
        if picture is not None:
            name = picture.name
        elif _WEB.match(item.picture):
            body = f"![{alt}]({item.picture})\n\n{body}".strip("\n")  # A link, as in Markdown.
            return replace(item, picture="", picture_alt="", body=body)
        elif not run.problems.refused():
            params = {"text": item.picture[:120]}
            run.problems.warn("picture-missing", params, *run.place(item.picture))
    insight, bullets = item.insight, item.bullets
    if "![" in insight:
        name, alt, insight = _of_text(insight, name, alt, run)
    if any("![" in text for text in _texts(bullets)):
        name, alt, bullets = _of_bullets(bullets, name, alt, run)
    if "![" in body:
        name, alt, body = _of_text(body, name, alt, run)
    if (name, insight, bullets, body) == (item.picture, item.insight, item.bullets, item.body):
        return item
    shown = alt if name else ""
    return replace(
        item, picture=name, picture_alt=shown, insight=insight, bullets=bullets, body=body
    )


def _texts(bullets: Iterable[Bullet]) -> Iterator[str]:
    for bullet in bullets:
        yield bullet.text
        yield from _texts(bullet.children)


def _of_bullets(
    bullets: Iterable[Bullet], name: str, alt: str, run: _Run
) -> tuple[str, str, tuple[Bullet, ...]]:
    """As `_of_text`, in bullets and what is below them; one that is a picture alone keeps it."""
    found = []
    for bullet in bullets:
        text = bullet.text
        if "![" in text and (_IMAGE.fullmatch(text.strip()) or bullet.lead):
            text = outside_code(text, lambda run_: _IMAGE.sub(_placed(run), run_))
        elif "![" in text:
            name, alt, text = _of_text(text, name, alt, run)
        name, alt, children = _of_bullets(bullet.children, name, alt, run)
        found.append(replace(bullet, text=text, children=children))
    return name, alt, tuple(found)


def _of_text(body: str, name: str, alt: str, run: _Run) -> tuple[str, str, str]:
    """(picture, what it shows, text) of an item: code is left alone."""
    lines, fenced = [], False
    for line in body.split("\n"):
        fenced ^= bool(_FENCE.match(line))
        alone = _IMAGE.fullmatch(line.strip())
        if fenced or "![" not in line or line.startswith(("    ", "\t")):
            lines.append(line)
        elif not name and alone and (picture := run.picture(_target(alone))) is not None:
            name, alt = picture.name, " ".join(alone["alt"].split())[:500]
        else:
            lines.append(outside_code(line, lambda run_: _IMAGE.sub(_placed(run), run_)))
    text = "\n".join(lines)
    return name, alt, text if text == body else re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _target(match: re.Match[str]) -> str:
    return str(match["angled"] or match["target"]).strip()


def _missing(target: str, run: _Run) -> None:
    """Told once: readers get its words alone, as it is neither a file here nor on the web."""
    told = _WEB.match(target) or _INLINE.fullmatch(target) or (run.fetch and "://" in target)
    if told or target in run.missing or run.problems.refused():
        return
    run.missing.add(target)
    run.problems.warn("picture-missing", {"text": target[:120]}, *run.place(target))


def _placed(run: _Run) -> Callable[[re.Match[str]], str]:
    def change(match: re.Match[str]) -> str:
        target = _target(match)
        picture = run.picture(target)
        if picture is None:
            _missing(target, run)
            return match.group()
        return f"![{match['alt']}]({picture.address()})"

    return change
