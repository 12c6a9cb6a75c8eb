"""What an editor should know before an issue is released: blockers and warnings, each with words.

Pure: everything is computed from the issue's view, its publication and what the caller already
knows. A blocker forbids the release, a warning asks for a look. The words are those of the active
language.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from newsletter import conf
from newsletter.digest.markdown import block_html
from newsletter.editions import IssueView, ItemView
from newsletter.rendering import LIMIT, TARGET, Rendered, TooLarge, neutral, words
from newsletter.rendering.columns import width
from newsletter.rendering.slots import SLOTS
from subscribers import theme
from subscribers.models import Publication

from .findings import Finding, Level, blocker, numbers, texts, warning
from .link_findings import found_dead, of_links

# Columns: phones show about 40 letters of a subject, desktops about 70.
LONGEST_SUBJECT = 70


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
        *of_links(view, repeated or {}, found_dead(view) if dead is None else dead),
        *_of_pictures(view),
        *_of_texts(view),
        *_of_sender(publication),
        *(
            Finding(Level.WARNING, "look", f"{_('Look')}: {problem}")
            for problem in theme.problems(publication.theme)
        ),
        *_of_readers(unserved),
        *_of_editions(view, list(made)),
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
        yield warning(
            "rhythm",
            ngettext(
                "%(readers)d reader chose a round-up, which nothing sends.",
                "%(readers)d readers chose a round-up, which nothing sends.",
                unserved,
            )
            % {"readers": unserved},
        )


def _of_items(view: IssueView) -> Iterator[Finding]:
    if not view.items:
        yield blocker("no-items", _("The issue has no item."))
        return
    unfiled = [i for i in view.items if i.category is None or i.category.bit is None]
    if lost := [] if view.corrects else unfiled:
        yield blocker(
            "no-category",
            ngettext(
                "Item %(numbers)s has no category: no reader would get it.",
                "Items %(numbers)s have no category: no reader would get them.",
                len(lost),
            )
            % {"numbers": numbers(lost)},
            lost,
        )
    if bare := [item for item in view.items if not any(link.url for link in item.sources)]:
        yield warning(
            "no-source",
            ngettext(
                "Item %(numbers)s has no link to its source.",
                "Items %(numbers)s have no link to their source.",
                len(bare),
            )
            % {"numbers": numbers(bare)},
            bare,
        )
    if empty := [i for i in view.items if not (i.insight or i.bullets or i.body)]:
        yield warning(
            "empty",
            ngettext(
                "Item %(numbers)s has nothing but a title.",
                "Items %(numbers)s have nothing but a title.",
                len(empty),
            )
            % {"numbers": numbers(empty)},
            empty,
        )
    titles: dict[str, ItemView] = {}
    for item in view.items:
        first = titles.setdefault(words.plain(item.title), item)
        if first is not item:
            yield warning(
                "same-title",
                _("Items %(numbers)s have the same title.") % {"numbers": numbers([first, item])},
                [first, item],
            )


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
        yield warning(
            "no-alt",
            ngettext(
                "A picture in item %(numbers)s has no description.",
                "Pictures in items %(numbers)s have no description.",
                len(missing),
            )
            % {"numbers": numbers(missing)},
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
                yield warning(
                    "title-date",
                    _("The title says %(said)s, but the issue is dated %(date)s.")
                    % {"said": match.group(), "date": date_format(view.date, "Y-m-d")},
                )
    if width(view.subject) > LONGEST_SUBJECT:
        yield warning(
            "subject-long",
            _("The subject is %(width)d columns wide; mail programs show about %(most)d.")
            % {"width": width(view.subject), "most": LONGEST_SUBJECT},
        )
    if view.subject and re.match(r"(?i)\s*(re|fwd?|aw|回复|转发)\s*[:：]", view.subject):
        yield warning("subject-reply", _("The subject looks like a reply or a forwarded mail."))
    unfinished = [i for i in view.items if any(_UNFINISHED.search(text) for text in texts(i))]
    if unfinished or _UNFINISHED.search(f"{view.title}\n{view.subject}\n{view.intro}"):
        yield warning(
            "unfinished",
            _("The text holds a placeholder (TODO, lorem ipsum, 待补充 …)."),
            unfinished,
        )
    if turned := [i for i in view.items if any(neutral.text(t) != t for t in texts(i))]:
        yield warning(
            "invisible",
            ngettext(
                "Item %(numbers)s holds invisible or direction-changing characters; "
                "they are left out.",
                "Items %(numbers)s hold invisible or direction-changing characters; "
                "they are left out.",
                len(turned),
            )
            % {"numbers": numbers(turned)},
            turned,
        )


def _of_sender(publication: Publication) -> Iterator[Finding]:
    sender = publication.from_address.rpartition("@")[2].lower()
    site = (urlsplit(conf.base_url()).hostname or "").lower()
    bounces = conf.bounce_domain().lower() or sender
    if not sender:
        yield blocker("no-sender", _("The publication has no sender address."))
    elif not _aligned(sender, bounces):
        yield warning(
            "not-aligned",
            _(
                "Mail is from %(sender)s but reports come back to %(bounces)s: SPF cannot align, "
                "so DMARC depends on DKIM alone."
            )
            % {"sender": sender, "bounces": bounces},
        )
    if sender and not _local(site) and not _aligned(sender, site):
        yield warning(
            "links-elsewhere",
            _("Mail is from %(sender)s but its links lead to %(site)s; filters prefer one domain.")
            % {"sender": sender, "site": site},
        )
    if not conf.base_url().startswith("https://") and not _local(site):
        yield warning(
            "no-https",
            _("BASE_URL is not https: mail programs offer no one-click unsubscribe without it."),
        )
    if not publication.postal_identity.strip():
        yield warning(
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


def _of_editions(view: IssueView, made: Collection[Rendered | TooLarge]) -> Iterator[Finding]:
    finished = [edition for edition in made if isinstance(edition, Rendered)]
    if any(isinstance(edition, TooLarge) for edition in made):
        above = _("An edition is above %(limit)s bytes even with every item only named.")
        alone = _(
            "An edition does not fit into %(limit)s bytes. Mail only has no page for the rest."
        )
        yield blocker(
            "too-large",
            above % {"limit": f"{LIMIT:,}"} if view.on_site else alone % {"limit": f"{TARGET:,}"},
        )
    unsubscribe = [slot for purpose, slot in SLOTS.items() if purpose.name == "UNSUBSCRIBE"]
    if any(s not in e.html or s not in e.text for e in finished for s in unsubscribe):
        yield blocker("no-unsubscribe", _("An edition has no unsubscribe link."))
    if short := [edition for edition in finished if edition.shortened]:
        yield warning(
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
        yield warning(
            "edition-subject-long",
            _("The subject “%(subject)s” is too long; set one for the issue.")
            % {"subject": longest.subject},
        )
