"""An address -> which page it names, however a reader was sent there.

RFC 3986 section 6 (case, percent-encoding, dot segments, default ports) and UTS 46 (host names)
say what is the same by standard; the rest is what the web does: campaign parameters, mobile and
AMP copies, wrappers, and the sites of `sites`. What may name the page is kept: two addresses that
are taken for one although they are two do more harm than the reverse.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import idna

from .sites import of_site
from .trackers import drop_trackers
from .wrappers import unwrap

_LONGEST = 8000  # characters; what is longer is no address of a page
_DEEPEST = 3  # wrappers within wrappers
_MOBILE = re.compile(r"(?:www\d?|m|mobile|wap|touch|amp|3g)\.")
# Endings below which names are given away: `m.co.uk` is no mobile copy of `co.uk`.
_PUBLIC = re.compile(r"(?:com?|net|org|edu|ac|gov|gob|or|ne|go)\.[a-z]{2}")
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php\d?|aspx?|jsp|cgi|shtml)\Z", re.IGNORECASE)
_AMP = re.compile(r"/amp(?=/|\Z)|\.amp(?=\.html\Z|\Z)")
# Of how git names a repository: `git@host:owner/name`, `ssh://git@host/owner/name`, `git+https:`.
_OF_GIT = re.compile(
    r"\A(?:git\+)?(?P<scheme>https?|ssh|git)://(?:git@)?(?=[\w.\-]+/)|\Agit@(?P<host>[\w.\-]+):(?=[\w.\-])"
)
# The same page in another language, where a path begins with it as Windows and the web write it.
_LANGUAGE = re.compile(r"\A/[a-z]{2}-(?:[A-Z][a-z]{3}-)?[A-Za-z]{2}(?=/[^/]+/[^/]+)")
# RFC 3986: unreserved and sub-delims that a path may hold without encoding.
_PATH_SAFE = "/:@!$&'()*+,;=~"


def link_key(url: str) -> uuid.UUID | None:
    """The same page under different addresses has the same key; None where no page is named."""
    page = page_of(url)
    return None if page is None else key_of(page)


@lru_cache(maxsize=4096)
def key_of(page: str) -> uuid.UUID:
    """The key of a page as `page_of` writes it."""
    digest = hashlib.sha256(page.encode("utf-8", "surrogatepass")).digest()
    return uuid.UUID(bytes=digest[:16])


@lru_cache(maxsize=4096)
def page_of(url: str) -> str | None:
    """The page in one spelling, `host/path?query`; None without an address, or where it names
    none: no host, or an address of WeChat that was cut short of its article."""
    url = _OF_GIT.sub(_as_web, url.strip())
    if not url or len(url) > _LONGEST:
        return None
    for _ in range(_DEEPEST):
        inner = unwrap(url)
        if inner is None:
            break
        url = inner
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    host = _host(parts.hostname or "")
    if not host:
        return None
    if scheme not in {"http", "https"}:
        return f"{scheme}://{host}{_path(parts.path)}"
    if port is not None and port not in (80, 443):
        host = f"{host}:{port}"
    path, bare = _path(parts.path), _bare(host)
    query = parse_qsl(parts.query, keep_blank_values=True)
    known = of_site(bare, path, query)
    if known is not None:
        return known or None
    path = _LANGUAGE.sub("", path)
    path = _INDEX.sub("", _AMP.sub("", path)).rstrip("/")
    kept = drop_trackers(query, rest=path)
    whole = f"{bare}{path or '/'}"
    if kept:
        whole += f"?{urlencode(sorted(kept))}"
    return whole + _route(parts.fragment)


def names_only_a_site(page: str) -> bool:
    """Whether a page is a whole site: what is linked there may be another story every week."""
    return page.endswith("/") and page.count("/") == 1


def _as_web(found: re.Match[str]) -> str:
    if found["host"]:
        return f"https://{found['host']}/"
    return f"{found['scheme']}://" if found["scheme"].startswith("http") else "https://"


def _host(name: str) -> str:
    """A host in A-labels (UTS 46, as browsers do), without a trailing dot."""
    name = unicodedata.normalize("NFKC", name).rstrip(".").lower()
    try:
        return idna.encode(name, uts46=True).decode() if not name.isascii() else name
    except idna.IDNAError:
        return name


def _bare(host: str) -> str:
    """Without what only says for which screen a copy is."""
    short = host
    while found := _MOBILE.match(short):
        rest = short[found.end() :]
        if "." not in rest or _PUBLIC.fullmatch(rest):
            break
        short = rest
    # `zh.m.wikipedia.org`
    return re.sub(r"\A([a-z\-]{2,12})\.m\.(wik[a-z]+\.org)\Z", r"\1.\2", short)


def _path(path: str) -> str:
    """One spelling: decoded where that changes nothing, NFC, without dot segments and doubles."""
    path = re.sub(r";jsessionid=[^/?]*", "", path, flags=re.IGNORECASE)
    pieces: list[str] = []
    for piece in path.split("/"):
        if piece in {"", "."}:
            continue
        if piece == "..":
            del pieces[-1:]
            continue
        # What is decoded within a piece cannot become a slash: that one stays encoded.
        text = "%2F".join(unquote(one) for one in re.split(r"%2[fF]", piece))
        pieces.append(quote(unicodedata.normalize("NFC", text).replace("%2F", "/"), _PATH_SAFE[1:]))
    return "/" + "/".join(pieces) if pieces else ""


def _route(fragment: str) -> str:
    """A fragment that is a page of its own: `#!/topic/1`, `#/post/2`. Others are places in one."""
    fragment = fragment.partition(":~:")[0]
    if fragment.startswith(("!", "/")) and len(fragment.strip("!/")) > 0:
        return "#" + unquote(fragment).lstrip("!").strip("/")
    return ""
