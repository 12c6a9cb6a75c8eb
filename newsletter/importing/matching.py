"""Which item of a document is which row: the same title and link, else one of the two."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit

from newsletter.digest import Item as Parsed
from newsletter.models import Item, Link

# Parts of an address that name the way a reader came, not the page.
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|mc_cid|mc_eid|spm|scene|sessionid|chksm|from|isappinstalled|ref_src",
    re.IGNORECASE,
)


def link_key(url: str) -> uuid.UUID | None:
    """The same page under different addresses has the same key; None without an address.

    http and https, a trailing slash, the fragment, the order of the query and what only says
    where a reader came from make no difference.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return None
    kept = sorted(pair for pair in query if not _TRACKING.fullmatch(pair[0]))
    scheme = "http" if parts.scheme.lower() in {"http", "https"} else parts.scheme.lower()
    host = parts.netloc.lower().removesuffix(":80").removesuffix(":443").removeprefix("www.")
    normal = f"{scheme}://{host}{parts.path.rstrip('/')}?{urlencode(kept)}"
    return uuid.UUID(bytes=hashlib.sha256(normal.encode()).digest()[:16])


def pair(items: Sequence[Parsed], rows: Sequence[Item]) -> list[tuple[Parsed, Item | None]]:
    """Which row is which item: same title and link, else same title, else same link."""
    left = {row.pk: row for row in rows}
    found: dict[int, Item] = {}
    keys = {
        row.pk: {link.url_key for link in row.links.all() if link.kind == Link.Kind.SOURCE} - {None}
        for row in rows
    }

    def same_link(parsed: Parsed, row: Item) -> bool:
        return any(link_key(source.url) in keys[row.pk] for source in parsed.sources if source.url)

    def same_title(parsed: Parsed, row: Item) -> bool:
        return parsed.title == row.title

    for fits in (lambda p, r: same_title(p, r) and same_link(p, r), same_title, same_link):
        for place, parsed in enumerate(items):
            if place in found:
                continue
            row = next((row for row in left.values() if fits(parsed, row)), None)
            if row is not None:
                found[place] = row
                del left[row.pk]
    return [(parsed, found.get(place)) for place, parsed in enumerate(items)]
