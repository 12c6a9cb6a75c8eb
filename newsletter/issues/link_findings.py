"""What preflight finds in the links of an issue."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from newsletter import conf
from newsletter.digest.markdown import found_links
from newsletter.editions import IssueView, ItemView
from newsletter.rendering import neutral

from . import private_pages
from .findings import Finding, kept, numbers, warning
from .private_pages import Private

_SHORTENERS = re.compile(
    r"(?:www\.)?(?:bit\.ly|buff\.ly|cutt\.ly|dwz\.cn|goo\.gl|is\.gd|lnkd\.in|ow\.ly|rb\.gy"
    r"|rebrand\.ly|shorturl\.at|suo\.im|t\.cn|t\.co|t\.ly|tiny\.cc|tinyurl\.com|url\.cn|v\.gd)"
)
# Names in an address that carry a person's own rights or identity: whoever follows such a link
# acts as, or is counted as, the one it was sent to. From the documentation of the services.
_PERSONAL = re.compile(
    r"(?i)(?:access|auth|id|refresh|private)_?token|api_?key|auth_?key|jwt|passw(?:or)?d|secret"
    r"|(?:php|j)?sess(?:ion)?_?id|sid|x-amz-signature"
    r"|mc_eid|mkt_tok|_hsenc|_hsmi|oly_enc_id|vero_id|tempkey"
)
# An address of mail as a value is that of whom the link was sent to.
_MAILBOX = re.compile(r"[^@\s]+@[\w-]+(?:\.[\w-]+)+")
# A page that asks who one is, before it shows what the writer saw.
_LOGIN = re.compile(
    r"(?i)/(?:log-?in|sign-?in|sso|wp-login\.php)(?:\.(?:php|aspx?|html?|do))?(?:/|$)"
)
# RFC 2606, and what skeletons have where an address belongs.
_BLANK = re.compile(
    r"(?i)^https?://(?:(?:www\.)?example\.com(?![\w.-])|[^?#]*/(?:your|insert|paste|replace)[-_](?:the[-_])?"
    r"(?:link|url|article|source)\b)"
)
# What a mail program or a search page makes of a link that is copied out of it: the address of its
# own counter, which leads on for a while.
_LEADS_ON = re.compile(
    r"(?i)^https?://(?:[\w-]+\.safelinks\.protection\.outlook\.com/|urldefense\.(?:com|proofpoint\.com)/"
    r"|(?:www\.)?google\.[\w.]+/url\?|l\.(?:facebook|instagram)\.com/l\.php|lm?\.facebook\.com/l\.php"
    r"|link\.zhihu\.com/|(?:www\.)?youtube\.com/redirect\?|link\.juejin\.cn/|(?:www\.)?bing\.com/ck/"
    r"|(?:www\.)?baidu\.com/link\?|linkprotect\.cudasvc\.com/|[\w.-]+\.list-manage\.com/track/)"
)
# WordPress, Ghost, Drupal and most others name the view of what is not published yet so.
_PREVIEW = re.compile(r"(?i)[?&](?:preview(?:_id|_nonce)?)=(?!false|0\b)[^&]+|/p/[0-9a-f-]{36}/?$")
# What was looked for, not what was found.
_SEARCHED = re.compile(
    r"(?i)^https?://(?:(?:www|cn|m|search|news)\.)?(?:google\.[a-z.]+/search|bing\.com/(?:news/)?search|baidu\.com/(?:s|ns)"
    r"|(?:wap|m)\.baidu\.com/s|duckduckgo\.com/|ecosia\.org/search|sogou\.com/web|so\.com/s|yandex\.[a-z.]+/search|yahoo\.com/search"
    r"|naver\.com/search\.naver)/?\?(?:[^#]*&)?(?:q|wd|word|query|text|p)="
)
_LEAVES = re.compile(r"(?i)/(?:unsubscribe|opt-?out|manage[-_]subscription|email[-_]preferences)\b")
_SIGNED_IN = re.compile(
    r"(?:mail\.(?:google|qq|163|126|yahoo|proton)\.(?:com|me)|outlook\.(?:live|office)\.com"
    r"|(?:app|teams)\.(?:slack|microsoft)\.com)"
)
# Two addresses in one, a sentence's own marks at its end or in it, a host without a domain.
_PASTED = re.compile(
    r"(?i)^https?:/{0,2}https?[:/]|[，。；：、！？）】》”]|[)\]}>][,.;:]*$(?<![^(]\))|[,;]$"
)
_COPY = re.compile(r"(?:^|[.-])(?:staging|preprod|uat)(?:[.-]|$)")


def of_links(view: IssueView, dead: Mapping[str, str]) -> Iterator[Finding]:
    users: dict[str, list[ItemView]] = {}
    for item in view.items:
        for url in _links_of(item):
            users.setdefault(url, []).append(item)
    for url, items in users.items():
        if len(items) > 1 and _is_one_story(url, items):
            yield warning(
                "link-twice",
                _("%(url)s is linked more than once (items %(numbers)s).")
                % {"url": short(url), "numbers": numbers(items)},
                items,
            )
    for link in view.tail:
        users.setdefault(link.url, [])
    yield from _of_labels(view)
    page = (get_language(), conf.base_url())
    for url, items in users.items():
        if not url:
            continue
        if url in dead:
            yield warning(
                "link-dead",
                _("%(url)s cannot be reached: %(reason)s")
                % {"url": short(url), "reason": dead[url]},
                items,
            )
        usable, reason = _looked_at(url, *page)
        if not usable:
            yield warning(
                "link-unusable",
                _("%(url)s is not an address a reader can follow; it is left out.")
                % {"url": short(url)},
                items,
            )
        elif reason:
            yield warning("link-odd", f"{short(url)}: {reason}", items)


# A label that is an address, or a host and its path: what readers believe they will open.
_AN_ADDRESS = re.compile(r"(?i)(?:https?://|www\.)([^\s/?#:]+)\S*")


def _of_labels(view: IssueView) -> Iterator[Finding]:
    """Links that show one address and open another: filters take them for a trap."""
    found = [(item, _labelled(item)) for item in view.items]
    for item, others in found:
        labels = [
            *others,
            *(one.label for one in item.sources if _shows_another(one.label, one.url)),
        ]
        if labels:
            yield warning(
                "link-other",
                pgettext("preflight", "Item %(number)d shows %(label)s, but opens another site.")
                % {"number": item.number, "label": short(labels[0])},
                [item],
            )


@kept
def _labelled(said: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        label
        for source in said
        if "](" in source
        for label, url in found_links(source)
        if _shows_another(label, url)
    )


def _shows_another(label: str, url: str) -> bool:
    """Whether a label is an address of another site than the link; a host below one is the same."""
    shown = _AN_ADDRESS.fullmatch(label.strip())
    host = (urlsplit(url).hostname or "").lower().removeprefix("www.")
    if shown is None or not host:
        return False
    said = shown[1].lower().removeprefix("www.")
    return said != host and not said.endswith(f".{host}") and not host.endswith(f".{said}")


# A home page, a person's or a group's page, a chat: texts of several stories mention the same one.
_MENTIONED = re.compile(r"(?i)https?://[^/?#]+(?:/[^/?#]*)?/?(?:[?#].*)?")


def _is_one_story(url: str, items: list[ItemView]) -> bool:
    """Whether items that hold one link tell the same, not only mention whose page it is."""
    told = any(link.url == url for item in items for link in item.sources)
    return told or not _MENTIONED.fullmatch(url)


def found_dead(view: IssueView) -> dict[str, str]:
    """What `dead_links` found when it last looked: link -> why it cannot be reached."""
    kept = view.extra.get("dead_links")
    found = kept.get("found") if isinstance(kept, Mapping) else None
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def _links_of(item: ItemView) -> list[str]:
    """Every link of an item once, in order."""
    found = [link.url for link in item.sources if link.url]
    return list(dict.fromkeys([*found, *_in_texts(item)]))


@kept
def _in_texts(said: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        url
        for source in said
        for _label, url in found_links(source)
        if not url.startswith("mailto:")
    )


def _looked_at(url: str, language: str | None, site: str) -> tuple[bool, str]:
    """Whether a reader can follow a link, and why it should not be shown; empty: it may."""
    look = _look if len(url) <= _LONGEST else _look.__wrapped__
    return look(url, language, site)


# Links in each process that were looked at last; and letters of the longest that is kept.
_KEPT, _LONGEST = 4096, 1000


@functools.lru_cache(_KEPT)
def _look(url: str, _language: str | None, _site: str) -> tuple[bool, str]:
    return bool(neutral.address(url)), _suspicious(url) or _not_for_readers(url)


def _suspicious(url: str) -> str:
    """Why spam filters or readers would distrust a link; empty if they would not."""
    host = (urlsplit(url).hostname or "").lower()
    if _PASTED.search(url) or (
        host and "." not in host and ":" not in host and host != "localhost"
    ):
        return _("it was pasted wrongly: no page has this address.")
    if _LEADS_ON.match(url):
        return _("it leads through a counter of a mail program or a search page; name the page.")
    if _SHORTENERS.fullmatch(host):
        return _("a link shortener hides where it leads, and filters count that against us.")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
            return _("this address exists on your network only.")
        return ""
    return _("a bare IP address looks like a trap.")


def _not_for_readers(url: str) -> str:
    """Why readers would not see what the writer saw; empty if they would."""
    parts = urlsplit(url)
    host, path = (parts.hostname or "").lower(), parts.path
    ours = urlsplit(conf.base_url())
    if host == (ours.hostname or "").lower() and path.startswith(f"{ours.path.rstrip('/')}/admin/"):
        return _("this page is the editors'; readers cannot open it.")
    for name, value in parse_qsl(parts.query):
        if value and (_PERSONAL.fullmatch(name) or _MAILBOX.fullmatch(value)):
            return _("“%(name)s” in it belongs to one person: whoever follows it acts as them.") % {
                "name": name
            }
    if ";jsessionid=" in path.lower():
        return _("“%(name)s” in it belongs to one person: whoever follows it acts as them.") % {
            "name": "jsessionid"
        }
    if _PREVIEW.search(url):
        return _("this is the view of a page that is not published yet.")
    if _SEARCHED.match(url):
        return pgettext(
            "preflight", "this is a search, which finds something else tomorrow; name the page."
        )
    if _LEAVES.search(path):
        return _("it ends somebody's subscription, or changes it.")
    if _SIGNED_IN.fullmatch(host) or _LOGIN.search(path):
        return _("it opens only for whoever is signed in there.")
    if _BLANK.match(url):
        return pgettext("preflight", "it stands for an address; put the page’s own in its place.")
    if (private := private_pages.who_opens(url)) is not None:
        return _PRIVATE[private]()
    if host.startswith("amp.") or path.rstrip("/").endswith("/amp") or path.startswith("/amp/s/"):
        return pgettext("preflight", "it is a copy of the page for phones (AMP); name the page.")
    if _COPY.search(host) or host.endswith((".test", ".example", ".invalid")):
        return _("this looks like the address of a copy for tests.")
    return ""


_PRIVATE: dict[Private, Callable[[], str]] = {
    Private.SHARED: lambda: pgettext(
        "preflight", "it opens only for those it was shared with; look at it while signed out."
    ),
    Private.ACCOUNT: lambda: pgettext("preflight", "it opens only with the writer’s own account."),
    Private.EDITORS: lambda: pgettext(
        "preflight", "it is where the page is written, not the page."
    ),
    Private.REVIEW: lambda: pgettext(
        "preflight", "it is a copy for review or a way to one machine, which goes away."
    ),
}


def short(url: str) -> str:
    """An address as a sentence can hold it."""
    return url if len(url) <= 80 else f"{url[:79]}…"
