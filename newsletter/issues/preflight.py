"""What an editor should know before an issue is released: blockers and warnings, each with words.

Everything is computed from the issue's view, its publication and what the caller already knows;
only the sizes of pictures are looked up. A blocker forbids the release, a warning asks for a look.
The words are those of the active language.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from newsletter.editions import IssueView, ItemView
from newsletter.models import CheckResult
from newsletter.rendering import TARGET, TooLarge, words
from newsletter.rendering.columns import width
from subscribers import theme
from subscribers.models import Publication

from . import (
    arranging,
    head_findings,
    misfits,
    odd_one_out,
    promises,
    slips,
    source_findings,
    text_findings,
    title_findings,
    typing_findings,
    usual,
)
from .findings import (
    ABOUT,
    AUDIENCE,
    PUBLICATION,
    Finding,
    Level,
    blocker,
    forget,
    numbers,
    said_by,
    warning,
)
from .link_findings import found_dead, of_links
from .picture_findings import of_pictures
from .sender_findings import of_doctor, of_sender


class Made(Protocol):
    """A finished edition, or what it came to."""

    @property
    def subject(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def shortened(self) -> bool: ...
    @property
    def unsubscribes(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Checked:
    """One thing that was looked at, in words, and what was found; nothing: it is well."""

    name: str
    findings: tuple[Finding, ...]


def checked(
    view: IssueView,
    publication: Publication,
    *,
    made: Iterable[Made | TooLarge] = (),
    dead: Mapping[str, str] | None = None,
    unserved: int = 0,
    beside: usual.Around | None = None,
    reach: usual.Reach | None = None,
    kept: Iterable[CheckResult] = (),
) -> list[Checked]:
    """Everything that was looked at, in the order of the page.

    `made` are the editions that would be sent, or why one cannot be; `dead` tells why a link
    cannot be reached (else what the last look kept). `unserved` readers have a rhythm in which
    nothing is sent. `beside` is what the issue is compared with, `reach` whom it would come to;
    None: not compared. `kept` is what the doctor found of the senders.
    """
    whole = list(made)
    around = [beside] if beside is not None else []
    octets = max((one.size for one in whole if not isinstance(one, TooLarge)), default=None)
    dead = found_dead(view) if dead is None else dead
    sections: list[tuple[str, list[Finding]]] = [
        (
            pgettext("preflight", "Date, title and subject"),
            [*_of_head(view, around)],
        ),
        (pgettext("preflight", "Items, their sources and categories"), [*_of_items(view)]),
        (pgettext("preflight", "Words left over"), [*_of_texts(view)]),
        (
            pgettext("preflight", "Links"),
            [*of_links(view, dead), *source_findings.of_sources(view)],
        ),
        (pgettext("preflight", "Pictures"), [*of_pictures(view)]),
        (
            pgettext("preflight", "Readers"),
            [
                *_of_readers(unserved),
                *(f for one in around for f in usual.of_figures(view, one, reach, octets)),
            ],
        ),
        (pgettext("preflight", "Size and subject of each edition"), [*_of_editions(whole)]),
        (pgettext("preflight", "Sender"), [*of_sender(publication), *of_doctor(publication, kept)]),
        (
            pgettext("preflight", "Look"),
            [
                warning("look", _("Look") + _(": ") + problem, place=PUBLICATION)
                for problem in theme.problems(publication.theme)
            ],
        ),
    ]
    forget()
    return [Checked(name, tuple(_blockers_first(found))) for name, found in sections]


def _of_head(view: IssueView, around: Collection[usual.Around]) -> Iterator[Finding]:
    """Date, title, subject and introduction, beside those of the last issues."""
    past = [one for beside in around for one in beside.past]
    yield from text_findings.of_dates(view, [(one.title, one.date) for one in past])
    for beside in around:
        yield from usual.of_day(view, beside)
        yield from usual.of_texts(view, beside)
        yield from head_findings.of_number(view, [one.title for one in beside.past])
    yield from text_findings.of_subject(view)
    yield from head_findings.of_subject(view)
    yield from head_findings.of_counts(view)
    yield from head_findings.of_offered(view)
    yield from head_findings.of_today(view)
    yield from head_findings.of_blanks(view)


def _of_texts(view: IssueView) -> Iterator[Finding]:
    """What the words themselves show, whatever they are about."""
    yield from text_findings.of_words(view)
    yield from slips.of_slips(view)
    yield from odd_one_out.of_odd_ones(view)
    yield from misfits.of_misfits(view)
    yield from typing_findings.of_typing(view)
    yield from promises.of_promises(view)


def check(view: IssueView, publication: Publication, **known: Any) -> list[Finding]:
    """Every finding, blockers first; `known` as for `checked`."""
    return findings(checked(view, publication, **known))


def findings(looked_at: Iterable[Checked]) -> list[Finding]:
    """Every finding of what was looked at, blockers first."""
    return _blockers_first(found for one in looked_at for found in one.findings)


def _blockers_first(found: Iterable[Finding]) -> list[Finding]:
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
            place=AUDIENCE,
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
    if empty := [item for item in view.items if _says_nothing(item)]:
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
    yield from _of_titles(view)


def _says_nothing(item: ItemView) -> bool:
    """Whether there is nothing beside the title, or that once more. A link in a list is its own
    words, and needs no others."""
    title, *said = said_by(item)
    same = ("", " ".join(title.split()))
    if any(text and " ".join(text.split()) not in same for text in said):
        return False
    title = words.plain(item.title)
    return not any(
        link.url and link.label and words.plain(link.label) == title for link in item.sources
    )


def _of_titles(view: IssueView) -> Iterator[Finding]:
    unnamed = arranging.new_titles()
    if nameless := [item for item in view.items if item.title.strip() in unnamed]:
        yield warning(
            "no-title",
            ngettext(
                "Item %(numbers)s has no title of its own yet.",
                "Items %(numbers)s have no title of their own yet.",
                len(nameless),
            )
            % {"numbers": numbers(nameless)},
            nameless,
        )
    yield from title_findings.of_titles(view, without=nameless)


def _of_editions(made: Collection[Made | TooLarge]) -> Iterator[Finding]:
    finished = [edition for edition in made if not isinstance(edition, TooLarge)]
    if large := [edition for edition in made if isinstance(edition, TooLarge)]:
        yield blocker("too-large", str(large[0]))
    if not all(edition.unsubscribes for edition in finished):
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
    if longest and width(longest.subject) > text_findings.LONGEST_SUBJECT + 8:
        yield warning(
            "edition-subject-long",
            _("The subject “%(subject)s” is too long; set one for the issue.")
            % {"subject": longest.subject},
            place=ABOUT,
        )
