"""A release is one sentence: what it asks for, how it reads, and the button that repeats it.

"Send *Harbour Daily* to 4,812 readers in 14 editions tomorrow at 08:00 (Berlin) – by mail, site and
feeds". The time and the channels in it are the controls, the readers lead to the plan. There is no
other form: whatever is typed into the sentence is either what the button says, or is asked about
once more (`Asked.differences`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, strip_spaces_between_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from subscribers import times
from subscribers.models import Publication

from ..digest import markdown
from ..models import Issue
from . import channels
from .channels import Rehearsal

Channels = Issue.Channels
_SALT = "newsletter.admin.sentence"
# What is planned further ahead has a typing error in the year.
_FURTHEST = dt.timedelta(days=366)
# What the buttons inside of the sentence ask for: they change it and release nothing.
AT, NOW, SLOT = "at", "now", "slot"


@dataclass(frozen=True, slots=True)
class Planned:
    """The time to send: as typed, as a moment, and what is wrong with it.

    `choices` are the times that could be meant instead: (how to write it, in words).
    """

    typed: str = ""
    moment: dt.datetime | None = None
    problem: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def read_time(text: str, publication: Publication) -> Planned:
    """A time as typed, the publication's unless it has an offset."""
    try:
        moment = times.read(text, times.zone_of(publication))
    except times.TimeProblem as problem:
        choices = zip(
            times.answers(problem, publication),
            (times.say(choice, publication) for choice in problem.choices),
            strict=True,
        )
        return Planned(text, problem=times.explain(problem, publication), choices=tuple(choices))
    now = timezone.now()
    if moment <= now:
        return Planned(text, problem=_("This time has passed."))
    if moment - now > _FURTHEST:
        return Planned(text, problem=_("That is more than a year ahead."))
    return Planned(text, moment)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sentence asks for: where the issue goes, and when.

    Without a time it goes as soon as the button is pressed, or, with `slot`, by itself in the
    publication's next slot.
    """

    goes_to: str
    planned: Planned
    slot: bool = False

    @classmethod
    def of(cls, request: HttpRequest, issue: Issue) -> Asked:
        """As the address or the form asks for it. Only a draft can wait for a slot."""
        data = request.POST if request.method == "POST" else request.GET
        what = data.get("what", "")
        typed = _typed(data)
        slot = what == SLOT or (data.get("when") == SLOT and not typed and what != NOW)
        return cls(
            channels.chosen(issue, data.get("to") or data.get("channels", "")),
            read_time(typed, issue.publication) if typed else Planned(),
            slot and issue.state == Issue.State.DRAFT,
        )

    def token(self) -> str:
        """What the button says of it, signed, for a hidden field."""
        moment = self.planned.moment
        said = [self.goes_to, moment.isoformat() if moment else "", self.slot]
        return signing.dumps(said, salt=_SALT)

    def differences(self, brought: str) -> list[str]:
        """What the sentence asks for and the pressed button did not say, as sentences."""
        try:
            goes_to, moment, slot = signing.loads(brought, salt=_SALT)
        except (signing.BadSignature, ValueError, TypeError):
            return [_("The form was too old to be read.")]
        found = []
        mine = self.planned.moment
        if [moment, slot] != [mine.isoformat() if mine else "", self.slot]:
            found.append(pgettext("release", "You chose another time than the button said."))
        if goes_to != self.goes_to:
            found.append(pgettext("release", "You chose other channels than the button said."))
        return found


def only_asks(request: HttpRequest) -> bool:
    """Whether a button inside of the sentence was pressed, which changes it and does nothing."""
    what = request.POST.get("what", "")
    return what in (AT, NOW, SLOT) or what.startswith("at:") or "to" in request.POST


def _typed(data: QueryDict) -> str:
    """The time that is meant: of a button that says one, else of the field.

    The field holds no offset. Of a time that comes twice `exact` keeps which one was meant, until
    another is typed.
    """
    what = data.get("what", "")
    if what.startswith("at:"):
        return what.removeprefix("at:")
    if what in (NOW, SLOT):
        return ""
    typed, exact = data.get("at", "").strip(), data.get("exact", "")
    return exact if exact and exact[:16] == typed else typed


@dataclass(frozen=True, slots=True)
class Figures:
    """What the sentence says in figures: readers with a mail, editions, translations beside it."""

    mails: int
    editions: int
    translations: int = 0


def say(
    issue: Issue,
    asked: Asked,
    figures: Figures,
    rehearsed: Rehearsal | None = None,
    slot: dt.datetime | None = None,
    *,
    moves: bool = False,
) -> SafeString:
    """The sentence, with its controls inside. `slot` is the earliest that a ready draft would take.

    `moves`: it is scheduled, and only its time can be chosen.
    """
    publication = issue.publication
    fixed = moves or issue.state == Issue.State.PUBLISHED
    parts = {
        "title": _title(issue, figures.translations),
        "readers": format_html('<a href="#plan">{}</a>', _readers(figures.mails)),
        "editions": ngettext("%(count)s edition", "%(count)s editions", figures.editions)
        % {"count": f"{figures.editions:,}"},
        "time": _inside(
            "admin/sudi/send_time.html",
            {
                "publication": publication,
                "asked": asked,
                "planned": asked.planned,
                "said": _when(publication, asked, slot),
                "now": timezone.now(),
                "press": _on_press(publication),
                "slot": slot,
                "open": moves and asked.planned.moment == issue.send_at,
            },
        ),
        "channels": _inside(
            "admin/sudi/send_channels.html",
            {
                "said": Channels(asked.goes_to).label,
                "ways": [] if fixed else Channels.choices,
                "goes_to": asked.goes_to,
            },
        ),
    }
    if rehearsed is not None:
        mails = ngettext("%(count)d mail", "%(count)d mails", rehearsed.mails)
        return format_html(
            pgettext(
                "release",
                "Rehearse {title}: {mails} to {address} at once. The real one would go to {readers}"
                " in {editions} – {channels}.",
            ),
            mails=mails % {"count": rehearsed.mails},
            address=rehearsed.address,
            **parts,
        )
    return format_html(_sentence(issue, asked), **parts)


def _inside(template: str, context: dict[str, Any]) -> SafeString:
    """A control as a part of the sentence: a line break in or behind it would be a space."""
    return mark_safe(strip_spaces_between_tags(render_to_string(template, context).strip()))


def _sentence(issue: Issue, asked: Asked) -> str:
    if asked.goes_to == Channels.SITE:
        return pgettext("release", "Publish {title} {time} – {channels}. No reader gets a mail.")
    if issue.state == Issue.State.PUBLISHED:
        return pgettext(
            "release",
            "Mail {title}, on the site already, to {readers} in {editions} {time}.",
        )
    return pgettext("release", "Send {title} to {readers} in {editions} {time} – by {channels}.")


def button(
    issue: Issue,
    asked: Asked,
    mails: int,
    rehearsed: Rehearsal | None = None,
    slot: dt.datetime | None = None,
    *,
    moves: bool = False,
) -> str:
    """What pressing will do: the sentence once more, as short as a button is."""
    publication, site = issue.publication, asked.goes_to == Channels.SITE
    if rehearsed is not None:
        return ngettext(
            "Rehearse: %(count)d mail to %(address)s",
            "Rehearse: %(count)d mails to %(address)s",
            rehearsed.mails,
        ) % {"count": rehearsed.mails, "address": rehearsed.address}
    words = {"readers": _readers(mails), "when": _when(publication, asked, slot)}
    if asked.slot:
        return _("Ready: let it take a slot, %(when)s at the earliest") % {
            "when": times.say(slot, publication) if slot else "–"
        }
    if moves and asked.planned.moment == issue.send_at:
        return pgettext("release", "Choose another time")
    if moves:
        return pgettext("release", "Send it %(when)s instead") % words
    if asked.planned.moment is not None:
        if site:
            return pgettext("release", "Publish without mail %(when)s") % words
        return pgettext("release", "Send to %(readers)s %(when)s") % words
    if publication.undo_seconds:
        words["wait"] = _wait(publication.undo_seconds)
        if site:
            return _("Publish without mail in %(wait)s") % words
        return _("Send to %(readers)s in %(wait)s") % words
    if site:
        return _("Publish without mail now, without undo")
    return _("Send to %(readers)s now, without undo") % words


def _when(publication: Publication, asked: Asked, slot: dt.datetime | None) -> str:
    """The time as the sentence says it."""
    now = timezone.now()
    if asked.planned.moment is not None:
        return times.in_words(asked.planned.moment, publication, now)
    if asked.planned.problem:
        return pgettext("release", "at a time to be chosen")
    if asked.slot:
        when = times.in_words(slot, publication, now) if slot else "–"
        return pgettext("release", "in a slot, %(when)s at the earliest") % {"when": when}
    return _on_press(publication)


def _on_press(publication: Publication) -> str:
    if publication.undo_seconds:
        return pgettext("release", "in %(wait)s") % {"wait": _wait(publication.undo_seconds)}
    return pgettext("release", "now, without undo")


def _title(issue: Issue, translations: int) -> SafeString:
    title = format_html("<em>{}</em>", markdown.plain_text(issue.title, links=False))
    if not translations:
        return title
    said = ngettext("{title} and its translation", "{title} and its {n} translations", translations)
    return format_html(said, title=title, n=translations)


def _readers(mails: int) -> str:
    return ngettext("%(count)s reader", "%(count)s readers", mails) % {"count": f"{mails:,}"}


def _wait(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if not rest:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
