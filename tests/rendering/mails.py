"""Every kind of mail the product makes, by name, as finished HTML. Needs a database."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

from django.core.management import call_command

from newsletter import editions, rendering
from newsletter.issues import correction_mail, roundups
from newsletter.message import rehearsal
from newsletter.models import Issue
from subscribers.emails import letters, relay
from subscribers.emails.letters import Button, Letter
from subscribers.models import Publication
from subscribers.styles import STYLES
from tests import builders
from tests import sample_issues as issues
from tests.rich_issue import rich
from tests.sending.test_mending import correct

SAMPLES = Path(__file__).resolve().parents[2] / "newsletter" / "config" / "samples"
LANGUAGES = {"en": "en", "zh": "zh-Hans"}
_LOGO = {"logo": "/static/l.png", "logo_alt": "A gull", "logo_width": 90, "logo_height": 30}


def of_view(view: editions.IssueView, style: str) -> str:
    """The mail of the whole issue in a style."""
    look = {"style": style, **(_LOGO if style == "daily" else {})}
    publication = issues.publication(view.language, theme=look)
    return rendering.prepare(view, publication).edition(view.mask).html


def without_database() -> Iterator[tuple[str, str]]:
    """(name, HTML) of rich issues, 133 items and one item, in every style and both languages."""
    for short, language in LANGUAGES.items():
        for style in STYLES:
            yield f"rich {short} {style}", of_view(rich(language), style)
            yield f"133 {short} {style}", of_view(issues.view(133, language), style)
            yield f"1 {short} {style}", of_view(issues.view(1, language), style)


def samples() -> Iterator[tuple[str, str]]:
    """The sample issues as they are imported, in every style, with a rehearsal's band."""
    for short, language in LANGUAGES.items():
        publication = builders.publication(f"sample-{short}", language=language)
        call_command(
            "import_digest", SAMPLES / f"sample-{short}.md", "--create-categories",
            publication=publication.slug, stdout=io.StringIO(),
        )  # fmt: skip
        view = editions.load(publication.issues.get())
        for style in STYLES:
            publication.theme = {"style": style}
            html = rendering.prepare(view, publication).edition(view.mask).html
            yield f"sample {short} {style}", html
        yield f"rehearsal {short}", rehearsal._with_band(html, "Rehearsal. For a@example.org.")


def corrections_and_roundups() -> Iterator[tuple[str, str]]:
    """The mail about a correction, and a week's round-up, of a publication with legal texts."""
    publication = builders.publication(roundup="weekly", imprint="Port 1", privacy="None kept.")
    ships = builders.category(publication, "Ships")
    day = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)
    issue = builders.issue(publication, state="archived", published_at=day)
    for title in ("A ship came in", "A crane fell over"):
        builders.item(issue, ships, title, published_at=day)
    period = roundups.running_period(publication, day + dt.timedelta(days=1))
    made = roundups.make(publication, period).issue
    assert made is not None
    yield "round-up", _of_issue(made, publication)
    revision = correct(issue)
    revision.issue.frozen_at = day  # As of one that was mailed.
    yield "correction", _of_issue(correction_mail.make(revision), publication)


def _of_issue(issue: Issue, publication: Publication) -> str:
    view = editions.load(issue)
    return rendering.prepare(view, publication).edition(view.mask).html


def one_off() -> Iterator[tuple[str, str]]:
    """A letter with all its parts in every style, and those that readers get."""
    full = Letter(
        subject="Subject",
        heading="A heading",
        paragraphs=["One.", "Two, with an address: https://example.org/."],
        button=Button("Open the page", "https://example.org/s/c/0123456789abcdef/"),
        facts=[("Categories", "Ships, Trade"), ("How often", "Each issue")],
        more=[Button("Unsubscribe", "https://example.org/s/u/0123/")] * 2,
        small=["A small line.", "Another."],
    )
    for short, language in LANGUAGES.items():
        for style in STYLES:
            look = issues.publication(language, theme={"style": style})
            yield f"letter {short} {style}", _letter(full, look, language)
        yield (
            f"bare letter {short}",
            _letter(dataclasses.replace(full, button=None), look, language),
        )
    publication = builders.publication("letters", imprint="Port 1", privacy="None kept.")
    tie = builders.subscription(publication, "alice@example.org")
    for make in (letters.confirmation, letters.welcome, letters.sensitive, letters.roundup_ended):
        yield make.__name__, _letter(make(tie), publication, "en", instead="b@example.org")


def _letter(letter: Letter, publication: Publication, language: str, *, instead: str = "") -> str:
    message = relay.compose(letter, publication, "alice@example.org", language, instead=instead)
    return str(message.alternatives[0][0])


def every() -> Iterator[tuple[str, str]]:
    """All of them."""
    yield from without_database()
    yield from samples()
    yield from corrections_and_roundups()
    yield from one_off()
