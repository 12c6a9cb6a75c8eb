"""What an editor should know before an issue is released: blockers and warnings, each with words.

Pure: everything is computed from the issue's view, its publication and what the caller already
knows. A blocker forbids the release, a warning asks for a look. The words are those of the active
language.
"""

from __future__ import annotations

import datetime as dt
import enum
import ipaddress
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsletter.digest.markdown import block_html, found_links
from newsletter.editions import BulletView, IssueView, ItemView
from newsletter.rendering import LIMIT, TARGET, Rendered, TooLarge, neutral, words
from newsletter.rendering.columns import width
from newsletter.rendering.slots import SLOTS
from subscribers import theme
from subscribers.models import Publication

# Columns: phones show about 40 letters of a subject, desktops about 70.
LONGEST_SUBJECT = 70


class Level(enum.StrEnum):
    """Whether a finding forbids the release."""

    BLOCKER = "blocker"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `code` is stable; `items` are the ids of the items it is about."""

    level: Level
    code: str
    message: str
    items: tuple[int, ...] = ()


def check(
    view: IssueView,
    publication: Publication,
    *,
    made: Iterable[Rendered | TooLarge] = (),
    repeated: Mapping[str, str] | None = None,
    dead: Mapping[str, str] | None = None,
    unserved: int = 0,
) -> list[Finding]:
    """Every finding, blockers first.

    `made` are the editions that would be sent, or why one cannot be; `repeated` tells of a link
    where it was used lately, `dead` why it cannot be reached (else what the last look kept).
    `unserved` readers have a rhythm in which nothing is sent.
    """
    found = [
        *_of_items(view),
        *_of_links(view, repeated or {}, _kept(view) if dead is None else dead),
        *_of_pictures(view),
        *_of_texts(view),
        *_of_sender(publication),
        *(
            Finding(Level.WARNING, "look", f"{_('Look')}: {problem}")
            for problem in theme.problems(publication.theme)
        ),
        *_of_readers(unserved),
        *_of_editions(list(made)),
    ]
    return sorted(found, key=lambda finding: finding.level != Level.BLOCKER)


def blockers(findings: Iterable[Finding]) -> list[str]:
    """The sentences that forbid the release."""
    return [finding.message for finding in findings if finding.level == Level.BLOCKER]


def warnings(findings: Iterable[Finding]) -> list[str]:
    """The sentences that ask for a look."""
    return [finding.message for finding in findings if finding.level == Level.WARNING]


def _of_readers(unserved: int) -> Iterator[Finding]:
    if unserved:
        yield _warning(
            "rhythm",
            ngettext(
                "%(readers)d reader chose a weekly round-up, which nothing sends.",
                "%(readers)d readers chose a weekly round-up, which nothing sends.",
                unserved,
            )
            % {"readers": unserved},
        )


def _blocker(code: str, message: str, items: Sequence[ItemView] = ()) -> Finding:
    return Finding(Level.BLOCKER, code, message, tuple(item.id for item in items))


def _warning(code: str, message: str, items: Sequence[ItemView] = ()) -> Finding:
    return Finding(Level.WARNING, code, message, tuple(item.id for item in items))


def _numbers(items: Sequence[ItemView]) -> str:
    return ", ".join(str(item.number) for item in items)


def _of_items(view: IssueView) -> Iterator[Finding]:
    if not view.items:
        yield _blocker("no-items", _("The issue has no item."))
        return
    if lost := [i for i in view.items if i.category is None or i.category.bit is None]:
        yield _blocker(
            "no-category",
            ngettext(
                "Item %(numbers)s has no category: no reader would get it.",
                "Items %(numbers)s have no category: no reader would get them.",
                len(lost),
            )
            % {"numbers": _numbers(lost)},
            lost,
        )
    if bare := [item for item in view.items if not any(link.url for link in item.sources)]:
        yield _warning(
            "no-source",
            ngettext(
                "Item %(numbers)s has no link to its source.",
                "Items %(numbers)s have no link to their source.",
                len(bare),
            )
            % {"numbers": _numbers(bare)},
            bare,
        )
    if empty := [i for i in view.items if not (i.insight or i.bullets or i.body)]:
        yield _warning(
            "empty",
            ngettext(
                "Item %(numbers)s has nothing but a title.",
                "Items %(numbers)s have nothing but a title.",
                len(empty),
            )
            % {"numbers": _numbers(empty)},
            empty,
        )
    titles: dict[str, ItemView] = {}
    for item in view.items:
        first = titles.setdefault(words.plain(item.title), item)
        if first is not item:
            yield _warning(
                "same-title",
                _("Items %(numbers)s have the same title.") % {"numbers": _numbers([first, item])},
                [first, item],
            )


_SHORTENERS = re.compile(
    r"(?:www\.)?(?:bit\.ly|buff\.ly|cutt\.ly|dwz\.cn|goo\.gl|is\.gd|lnkd\.in|ow\.ly|rb\.gy"
    r"|rebrand\.ly|shorturl\.at|suo\.im|t\.cn|t\.co|t\.ly|tiny\.cc|tinyurl\.com|url\.cn|v\.gd)"
)


def _of_links(
    view: IssueView, repeated: Mapping[str, str], dead: Mapping[str, str]
) -> Iterator[Finding]:
    users: dict[str, list[ItemView]] = {}
    for item in view.items:
        for url in _links_of(item):
            users.setdefault(url, []).append(item)
    for url, items in users.items():
        if len(items) > 1:
            yield _warning(
                "link-twice",
                _("%(url)s is linked more than once (items %(numbers)s).")
                % {"url": _short(url), "numbers": _numbers(items)},
                items,
            )
    for link in view.tail:
        users.setdefault(link.url, [])
    for url, items in users.items():
        if not url:
            continue
        if url in repeated:
            yield _warning(
                "link-again",
                _("%(url)s was already in %(where)s.")
                % {"url": _short(url), "where": repeated[url]},
                items,
            )
        if url in dead:
            yield _warning(
                "link-dead",
                _("%(url)s cannot be reached: %(reason)s")
                % {"url": _short(url), "reason": dead[url]},
                items,
            )
        if not neutral.address(url):
            yield _warning(
                "link-unusable",
                _("%(url)s is not an address a reader can follow; it is left out.")
                % {"url": _short(url)},
                items,
            )
        elif reason := _suspicious(url):
            yield _warning("link-odd", f"{_short(url)}: {reason}", items)


def _kept(view: IssueView) -> dict[str, str]:
    """What `dead_links` found when it last looked: link -> why it cannot be reached."""
    kept = view.extra.get("dead_links")
    found = kept.get("found") if isinstance(kept, Mapping) else None
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, Mapping) else {}


def _links_of(item: ItemView) -> list[str]:
    """Every link of an item once, in order."""
    found = [link.url for link in item.sources if link.url]
    for source in _texts(item):
        found += [url for _label, url in found_links(source) if not url.startswith("mailto:")]
    return list(dict.fromkeys(found))


def _texts(item: ItemView) -> Iterator[str]:
    def of(bullets: Iterable[BulletView]) -> Iterator[str]:
        for bullet in bullets:
            yield bullet.lead
            yield bullet.text
            yield from of(bullet.children)

    yield item.title
    yield item.insight
    yield item.body
    yield from of(item.bullets)


def _suspicious(url: str) -> str:
    """Why spam filters or readers would distrust a link; empty if they would not."""
    host = (urlsplit(url).hostname or "").lower()
    if _SHORTENERS.fullmatch(host):
        return _("a link shortener hides where it leads, and filters count that against us.")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
            return _("this address exists on your network only.")
        return ""
    return _("a bare IP address looks like a trap.")


def _short(url: str) -> str:
    return url if len(url) <= 80 else f"{url[:79]}…"


_PICTURE = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r'\balt="[^"]*[^"\s][^"]*"')


def _of_pictures(view: IssueView) -> Iterator[Finding]:
    missing = [
        item
        for item in view.items
        if any(
            not _ALT.search(picture)
            for source in (item.insight, item.body)
            if "<img" in source or "![" in source
            for picture in _PICTURE.findall(block_html(source))
        )
    ]
    if missing:
        yield _warning(
            "no-alt",
            ngettext(
                "A picture in item %(numbers)s has no description.",
                "Pictures in items %(numbers)s have no description.",
                len(missing),
            )
            % {"numbers": _numbers(missing)},
            missing,
        )


_DATES = (
    re.compile(r"(?<!\d)(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日"),
    re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"),
)
_UNFINISHED = re.compile(
    r"\b(?:TODO|TBD|FIXME|XXX+|lorem ipsum)\b|待补充|待定稿|占位|此处填写|\{\{|\}\}", re.IGNORECASE
)


def _of_texts(view: IssueView) -> Iterator[Finding]:
    for pattern in _DATES:
        for match in pattern.finditer(view.title):
            try:
                named = dt.date(*map(int, match.groups()))
            except ValueError:
                named = None
            if named != view.date:
                yield _warning(
                    "title-date",
                    _("The title says %(said)s, but the issue is dated %(date)s.")
                    % {"said": match.group(), "date": date_format(view.date, "Y-m-d")},
                )
    if width(view.subject) > LONGEST_SUBJECT:
        yield _warning(
            "subject-long",
            _("The subject is %(width)d columns wide; mail programs show about %(most)d.")
            % {"width": width(view.subject), "most": LONGEST_SUBJECT},
        )
    if view.subject and re.match(r"(?i)\s*(re|fwd?|aw|回复|转发)\s*[:：]", view.subject):
        yield _warning("subject-reply", _("The subject looks like a reply or a forwarded mail."))
    unfinished = [i for i in view.items if any(_UNFINISHED.search(text) for text in _texts(i))]
    if unfinished or _UNFINISHED.search(f"{view.title}\n{view.subject}\n{view.intro}"):
        yield _warning(
            "unfinished",
            _("The text holds a placeholder (TODO, lorem ipsum, 待补充 …)."),
            unfinished,
        )
    if turned := [i for i in view.items if any(neutral.text(t) != t for t in _texts(i))]:
        yield _warning(
            "invisible",
            ngettext(
                "Item %(numbers)s holds invisible or direction-changing characters; "
                "they are left out.",
                "Items %(numbers)s hold invisible or direction-changing characters; "
                "they are left out.",
                len(turned),
            )
            % {"numbers": _numbers(turned)},
            turned,
        )


def _of_sender(publication: Publication) -> Iterator[Finding]:
    sender = publication.from_address.rpartition("@")[2].lower()
    site = (urlsplit(settings.BASE_URL).hostname or "").lower()
    bounces = settings.BOUNCE_DOMAIN.lower() or sender
    if not sender:
        yield _blocker("no-sender", _("The publication has no sender address."))
    elif not _aligned(sender, bounces):
        yield _warning(
            "not-aligned",
            _(
                "Mail is from %(sender)s but reports come back to %(bounces)s: SPF cannot align, "
                "so DMARC depends on DKIM alone."
            )
            % {"sender": sender, "bounces": bounces},
        )
    if sender and not _local(site) and not _aligned(sender, site):
        yield _warning(
            "links-elsewhere",
            _("Mail is from %(sender)s but its links lead to %(site)s; filters prefer one domain.")
            % {"sender": sender, "site": site},
        )
    if not settings.BASE_URL.startswith("https://") and not _local(site):
        yield _warning(
            "no-https",
            _("BASE_URL is not https: mail programs offer no one-click unsubscribe without it."),
        )
    if not publication.postal_identity.strip():
        yield _warning(
            "no-identity",
            _("The publication has no postal identity; many countries' law asks for one."),
        )


def _local(host: str) -> bool:
    return host in ("127.0.0.1", "::1", "localhost")


def _aligned(one: str, other: str) -> bool:
    """Whether two domains most likely belong to one organisation (RFC 7489 3.1.1, relaxed).

    Without the public suffix list: the same, one below the other, or sisters below a parent of
    at least two labels that is not a public ending such as co.uk or com.cn.
    """
    if one == other or one.endswith(f".{other}") or other.endswith(f".{one}"):
        return True
    mine, theirs = one.split("."), other.split(".")
    shared = 0
    while shared < min(len(mine), len(theirs)) and mine[-1 - shared] == theirs[-1 - shared]:
        shared += 1
    public = shared == 2 and len(mine[-1]) == 2 and len(mine[-2]) <= 3
    return shared >= 2 and not public


def _of_editions(made: Collection[Rendered | TooLarge]) -> Iterator[Finding]:
    finished = [edition for edition in made if isinstance(edition, Rendered)]
    if any(isinstance(edition, TooLarge) for edition in made):
        yield _blocker(
            "too-large",
            _("An edition is above %(limit)s bytes even with every item only named.")
            % {"limit": f"{LIMIT:,}"},
        )
    unsubscribe = [slot for purpose, slot in SLOTS.items() if purpose.name == "UNSUBSCRIBE"]
    if any(s not in e.html or s not in e.text for e in finished for s in unsubscribe):
        yield _blocker("no-unsubscribe", _("An edition has no unsubscribe link."))
    if short := [edition for edition in finished if edition.shortened]:
        yield _warning(
            "shortened",
            ngettext(
                "%(count)d edition does not fit into %(target)s bytes; its later items are brief.",
                "%(count)d editions do not fit into %(target)s bytes; their later items are brief.",
                len(short),
            )
            % {"count": len(short), "target": f"{TARGET:,}"},
        )
    longest = max(finished, key=lambda edition: width(edition.subject), default=None)
    if longest and width(longest.subject) > LONGEST_SUBJECT + 8:
        yield _warning(
            "edition-subject-long",
            _("The subject “%(subject)s” is too long; set one for the issue.")
            % {"subject": longest.subject},
        )
