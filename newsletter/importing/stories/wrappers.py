"""Addresses that hold another one: redirects that count clicks, AMP caches, archives, proxies."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import parse_qsl, unquote, urlsplit

# Host (and path, where the host has other pages) -> the parameters that may hold the address.
_REDIRECTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"(?:www\.)?google\.[a-z.]{2,6}/url", ("q", "url")),
    (r"(?:www\.)?youtube\.com/redirect", ("q",)),
    (r"(?:www\.)?youtube\.com/attribution_link", ("u",)),
    (r"translate\.google\.[a-z.]{2,6}/translate", ("u",)),
    (r"12ft\.io/(?:proxy|api/proxy)", ("q",)),
    (r"getpocket\.com/redirect", ("url",)),
    (r"(?:www\.)?medium\.com/m/global-identity(?:-2)?", ("redirectUrl",)),
    (r"lm?\.(?:facebook|instagram)\.com/(?:l\.php)?", ("u",)),
    (r"(?:www\.)?linkedin\.com/(?:redir/redirect|safety/go)", ("url",)),
    (r"out\.reddit\.com/.*", ("url",)),
    (r"t\.umblr\.com/redirect", ("z",)),
    (r"(?:www\.)?vk\.(?:com|ru)/away(?:\.php)?", ("to",)),
    (r"steamcommunity\.com/linkfilter/?", ("u", "url")),
    (r"duckduckgo\.com/l/?", ("uddg",)),
    (r"slack-redir\.net/link", ("url",)),
    (r"[a-z0-9]+\.safelinks\.protection\.outlook\.com/.*", ("url",)),
    (r"(?:www\.)?medium\.com/r/?", ("url",)),
    (r"link\.(?:zhihu\.com|juejin\.(?:cn|im)|csdn\.net|segmentfault\.com|uisdc\.com)/?",
     ("target", "url")),
    (r"links?\.jianshu\.com/go(?:-wild)?", ("to", "url")),
    (r"(?:www\.)?jianshu\.com/go-wild", ("url",)),
    (r"(?:www\.)?douban\.com/link2/?", ("url",)),
    (r"weibo\.cn/sinaurl", ("u", "toasturl", "url")),
    (r"c\.pc\.qq\.com/(?:middle[a-z]?|ios)\.html", ("pfurl", "url")),
    (r"gitee\.com/link", ("target",)),
    (r"(?:www\.)?oschina\.net/action/GoToLink", ("url",)),
    (r"(?:www\.)?infoq\.cn/link", ("target",)),
    (r"(?:www\.)?yuque\.com/r/goto", ("url",)),
    (r"sspai\.com/link", ("target",)),
    (r"afdian\.(?:net|com)/link", ("target",)),
    (r"nav\.naver\.com/.*|cr\.shopping\.naver\.com/.*", ("u", "url")),
)  # fmt: skip
_REDIRECT = [(re.compile(where, re.IGNORECASE), names) for where, names in _REDIRECTS]
# A page's whole address within a path, behind these hosts.
_CARRIERS = re.compile(
    r"(?:web\.archive\.org/(?:web/)?[0-9]{4,14}[a-z_]*|r\.jina\.ai|12ft\.io|freedium\.cfd"
    r"|(?:mirror\.)?ghproxy\.(?:com|net)|gh-proxy\.com|gitclone\.com(?=/github\.com/)"
    r"|archive\.(?:today|is|ph|li|md|vn|fo)/(?:o/\w+|newest|[0-9.\-]{4,20})"
    r"|(?:www\.)?printfriendly\.com/p/g)/(?P<inner>(?:https?:/{1,2}|www\.|github\.com/).+)",
    re.IGNORECASE,
)
# Whatever the host: a path that ends in a whole address is another site's view of that page. One
# whose strokes are encoded ends at the next that is not; newsletters' counters add more behind it.
_CARRIED = re.compile(
    r"[^/]+/(?:[^?#]*/)?(?P<inner>https?:/{1,2}[\w\-]+(?:\.[\w\-]+)+.*)", re.IGNORECASE
)
_CARRIED_ENCODED = re.compile(
    r"[^/]+/(?:[^?#]*/)?(?P<inner>https?(?::|%3A)%2F%2F[^/?#]+)(?:/.*)?", re.IGNORECASE
)
_AMP_CACHE = re.compile(
    r"(?:(?:www\.)?google\.[a-z.]{2,6}/amp|[a-z0-9\-]+\.cdn\.ampproject\.org/[a-z](?:/i)?"
    r"|[a-z0-9\-]+\.bing-amp\.com/[a-z])/(?P<secure>s/)?(?P<inner>[^/]+\..+)",
    re.IGNORECASE,
)
_TRANSLATED = re.compile(r"(?P<name>[a-z0-9\-]+)\.translate\.goog", re.IGNORECASE)


# What a company's mail server makes of links, by Proofpoint, version 2 and 3; and a search's.
_DEFENDED = re.compile(
    r"urldefense\.(?:proofpoint\.)?com/(?:v2/url\?(?:.*&)?u=(?P<two>[^&]+).*|v3/__(?P<three>.+?)__;.*)"
    r"|(?:www\.|cn\.)?bing\.com/ck/a\?(?:.*&)?u=a1(?P<bing>[\w\-]+).*"
    r"|webcache\.googleusercontent\.com/search\?q=cache:(?:\w{12}:)?(?P<cache>[^+&]+).*",
    re.IGNORECASE,
)


def _undefended(found: re.Match[str]) -> str | None:
    """The address in one of `_DEFENDED`; None where what it holds is none."""
    if found["two"]:
        inner = unquote(found["two"].replace("-", "%").replace("_", "/"))
    elif found["bing"]:
        text = found["bing"]
        try:
            inner = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
    else:
        inner = re.sub(r"\A(https?):/{1,2}", r"\1://", found["three"] or unquote(found["cache"]))
        inner = inner if "://" in inner else f"https://{inner}"
    return inner if re.match(r"https?://[^/]", inner, re.IGNORECASE) else None


def unwrap(url: str) -> str | None:
    """The address that `url` carries a reader on to; None where it is a page of its own."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = (parts.hostname or "").lower()
    where = f"{host}{parts.path}"
    if found := _TRANSLATED.fullmatch(host):
        name = found["name"].replace("--", "\0").replace("-", ".").replace("\0", "-")
        query = "&".join(one for one in parts.query.split("&") if not one.startswith("_x_tr_"))
        return f"https://{name}{parts.path}" + (f"?{query}" if query else "")
    whole = where + (f"?{parts.query}" if parts.query else "")
    if found := _AMP_CACHE.fullmatch(whole):
        return f"https://{found['inner']}"
    if found := _DEFENDED.fullmatch(whole):
        return _undefended(found)
    if found := _CARRIERS.fullmatch(whole) or _CARRIED.fullmatch(whole):
        inner = re.sub(r"\A(https?):/{1,2}", r"\1://", unquote_once(found["inner"]))
        return inner if "://" in inner else f"https://{inner}"
    if found := _CARRIED_ENCODED.fullmatch(where):
        return unquote(found["inner"])
    for pattern, names in _REDIRECT:
        if not pattern.fullmatch(where):
            continue
        values = dict(parse_qsl(parts.query))
        for name in names:
            inner = values.get(name, "")
            if inner.startswith("/watch?"):
                inner = f"https://{host}{inner}"
            if inner.startswith("//"):
                inner = f"https:{inner}"
            if re.match(r"https?://[^/]", inner, re.IGNORECASE):
                return inner
    return None


def unquote_once(text: str) -> str:
    """An address in a path may be percent-encoded as a whole; one that is not stays as it is."""
    return unquote(text) if re.match(r"https?%3a", text, re.IGNORECASE) else text
