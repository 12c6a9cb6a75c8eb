"""A picture as a value, all of it read from its name. Pure: no file is opened, no row is read.

The name holds what a page must know before the octets come:

    0f4c…32 hex digits…9a  0640 0190 a0b1c2 .jpg
    hash of what came in   width height colour, then the ending of the fallback

so that an item, a draft of last year, a frozen mail and a line of Markdown all carry the same
string, and no page needs a query to give a picture its width, height and ground.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from subscribers import conf

# The widths that are kept beside the whole picture, in pixels: a phone, and a mail or column at
# two pixels a point. What is wider or higher than the largest is made smaller.
STEPS = (480, 960)
WIDEST, HIGHEST = 1600, 12_000
WEBP = "webp"
# The least that services which show a shared page take for a large picture.
_SHARED_WIDTH, _SHARED_HEIGHT = 600, 314

_HASH = r"[0-9a-f]{32}"
_NAME = rf"{_HASH}[0-9a-f]{{14}}"
_STORED = re.compile(rf"(?P<stem>{_NAME})\.(?P<ending>jpg|png)")
_PATH = re.compile(rf"p/(?P<stem>{_NAME})-[0-9]{{1,4}}\.(?P<ending>jpg|png)")
MENTIONED = re.compile(rf"\b{_NAME}\b")


@dataclass(frozen=True, slots=True)
class Picture:
    """A stored picture. `stem` is its name without ending, `ending` that of the fallback.

    `width` and `height` are pixels of the largest copy. `colour` is #rrggbb, what most of it
    shows; empty where it is transparent, since there the page's own ground must be seen.
    """

    stem: str
    ending: str
    width: int
    height: int
    colour: str

    @property
    def name(self) -> str:
        """What an item keeps."""
        return f"{self.stem}.{self.ending}"

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths it is kept in, ascending."""
        return (*(step for step in STEPS if step < self.width), self.width)

    def fitting(self, width: int) -> int:
        """The smallest of its widths that is `width` or more, else the largest."""
        return next((one for one in self.widths if one >= width), self.width)

    def file(self, width: int, ending: str) -> str:
        """The name of one copy, in the storage and in its address."""
        return f"{self.stem}-{width}.{ending}"

    def files(self) -> list[str]:
        """The names of all its copies."""
        return [self.file(w, ending) for w in self.widths for ending in (WEBP, self.ending)]

    def address(self, width: int = WIDEST) -> str:
        """The absolute address of the fallback that is `fitting` for this width."""
        return f"{conf.base_url()}/p/{self.file(self.fitting(width), self.ending)}"

    def path(self, width: int, ending: str) -> str:
        """A copy's address from the root of its host, for pages: they may be read at any host."""
        return f"{urlsplit(conf.base_url()).path}/p/{self.file(width, ending)}"

    def sources(self, ending: str) -> str:
        """All widths in one format, as `srcset` writes them."""
        return ", ".join(f"{self.path(w, ending)} {w}w" for w in self.widths)

    def height_at(self, width: int) -> int:
        """The height at this width, in the same unit, at least 1."""
        return max(1, round(self.height * width / self.width))

    @property
    def media_type(self) -> str:
        """Of the fallback."""
        return "image/png" if self.ending == "png" else "image/jpeg"

    @property
    def large(self) -> bool:
        """Whether it may stand for a page where that is shared: large, and no long one, of which
        only a piece would be seen."""
        large = self.width >= _SHARED_WIDTH and self.height >= _SHARED_HEIGHT
        return large and self.height <= 2 * self.width


def named(name: str) -> Picture | None:
    """The picture of a name as an item keeps it; None for what is no such name."""
    found = _STORED.fullmatch(name)
    return _picture(found["stem"], found["ending"]) if found else None


def at_address(address: str) -> Picture | None:
    """The picture of ours at an absolute address, whichever width; None for any other address."""
    base = f"{conf.base_url()}/"
    found = _PATH.fullmatch(address.removeprefix(base)) if address.startswith(base) else None
    return _picture(found["stem"], found["ending"]) if found else None


def stem_of(key: str, width: int, height: int, colour: str) -> str:
    """`key` is the hash, `colour` is #rrggbb."""
    return f"{key}{width:04x}{height:04x}{colour.removeprefix('#')}"


def _picture(stem: str, ending: str) -> Picture | None:
    width, height = int(stem[32:36], 16), int(stem[36:40], 16)
    if not (0 < width <= WIDEST and 0 < height <= HIGHEST):
        return None
    colour = "" if ending == "png" else f"#{stem[40:46]}"
    return Picture(stem, ending, width, height, colour)
