"""The send page: an issue as it would go out, the sentence that says so, what must be looked at.

A release, its rehearsal, the word for a slot, and another time for what is scheduled are all one
page: the same sentence, plan and ticks, and another act behind the button.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from newsletter.issues.channels import meant_for

from .. import editions, sending
from ..models import Issue
from . import channels, places, sentence, slots, together, told
from .audience import plan_context
from .frame import issue_page
from .sentence import Asked

Channels = Issue.Channels
_SHOWN = 5  # Rehearsals that are listed.
# Between what the sentence said and what was looked at, in one hidden field.
_BETWEEN = " "


@dataclass(frozen=True, slots=True)
class Look:
    """What the page is about: where and when, the text, the readers, what goes with it.

    `of_slots` is what the page says of slots, empty where the issue takes none.
    """

    issue: Issue
    asked: Asked
    view: editions.IssueView
    plan: sending.Plan
    others: list[together.Going]
    rehearsed: channels.Rehearsal | None
    of_slots: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, request: HttpRequest, issue: Issue) -> Look:
        """As the address or the form asks for it, by what is there now."""
        asked = Asked.of(request, issue)
        meant = meant_for(issue, asked.goes_to)
        # The text before the audience: an edit in between is then found, not missed.
        view = editions.load(meant)
        plan = sending.plan(meant, asked.planned.moment, loaded=view, messages=False)
        others = together.going(issue, asked.goes_to)
        rehearsed = channels.rehearsed(meant, view, asked.goes_to)
        if rehearsed is not None:
            rehearsed = channels.with_others(rehearsed, [one.issue for one in others])
        by_itself = asked.goes_to == Channels.ALL and rehearsed is None
        takes_slots = by_itself and issue.state == Issue.State.DRAFT
        of_slots = slots.of_draft(issue, view) if takes_slots else {}
        look = cls(issue, asked, view, plan, others, rehearsed, of_slots)
        # A sentence never says what the button could not do.
        return look if look.slot else replace(look, asked=replace(asked, slot=False))

    @property
    def slot(self) -> dt.datetime | None:
        """The earliest slot that it would take if it were said to be ready; None if it was said."""
        return None if self.of_slots.get("word") else self.of_slots.get("slot")

    @property
    def mails(self) -> int:
        """Readers who get a mail, of the issue or of a translation that goes with it."""
        if self.asked.goes_to == Channels.SITE:
            return 0
        return self.plan.mails + sum(one.plan.mails for one in self.others)

    @property
    def figures(self) -> sentence.Figures:
        """What the sentence says in figures."""
        made = len(self.plan.editions) + sum(len(one.plan.editions) for one in self.others)
        return sentence.Figures(self.mails, made, len(self.others))

    @property
    def blockers(self) -> list[str]:
        """What forbids the release."""
        return [*self.plan.blockers, *together.of_each(self.others, "blockers")]

    @property
    def warnings(self) -> list[str]:
        """What must be ticked before."""
        return [*self.plan.warnings, *together.of_each(self.others, "warnings")]

    @property
    def seen(self) -> str:
        """What is on the page, for the form to bring back."""
        what = together.token(self.view, self.plan, self.others)
        return f"{self.asked.token()}{_BETWEEN}{what}"

    def asked_otherwise(self, brought: str) -> list[str]:
        """What the form's sentence asks for and its button did not say."""
        return self.asked.differences(brought.partition(_BETWEEN)[0])

    def changed_since(self, brought: str) -> list[str]:
        """What is different from what the form brought back; empty if nothing is."""
        seen = brought.partition(_BETWEEN)[2]
        return together.stale(seen, self.view, self.plan, self.others)


@dataclass(slots=True)
class Pressed:
    """What became of pressing: an address to go on to, or why nothing was done."""

    done: str = ""
    # The button said something else than the sentence asks for now.
    otherwise: Sequence[str] = ()
    stale: Sequence[str] = ()
    refused: Sequence[str] = ()

    @property
    def status(self) -> int:
        """The status of the page that is shown again."""
        return 409 if self.stale or self.otherwise else 422 if self.refused else 200


def mark(text: str) -> str:
    """A short name for a warning's checkbox, the same while its figures move with the readers.

    Whether the text was edited, or the audience is another, is asked by `Seen`.
    """
    return hashlib.blake2b(re.sub(r"\d[\d,.]*", "#", text).encode(), digest_size=6).hexdigest()


def not_ticked(request: HttpRequest, warnings: Sequence[str]) -> list[str]:
    """The warnings that the form did not bring back ticked, as reasons to refuse."""
    ticked = request.POST.getlist("accept")
    return [
        _("Not ticked: %(warning)s") % {"warning": text}
        for text in warnings
        if mark(text) not in ticked
    ]


def shown(
    request: HttpRequest,
    look: Look,
    pressed: Pressed,
    *,
    warnings: Sequence[str],
    sendable: bool,
    moves: bool = False,
    **more: Any,
) -> HttpResponseBase:
    """The page. `sendable`: the button can be pressed; `moves`: it gives another time only."""
    issue, asked = look.issue, look.asked
    posted = request.method == "POST" and not pressed.stale
    ticked = set(request.POST.getlist("accept")) if posted else set()
    links = places.links(request, issue, look.plan)
    slot = None if moves else look.slot
    return issue_page(
        request,
        issue,
        "",
        "admin/sudi/send.html",
        title=pgettext("release", "Another time") if moves else _("Review and send"),
        **plan_context(look.plan),
        look=look,
        moves=moves,
        meaning="" if moves else channels.meaning(issue, asked.goes_to),
        sentence=sentence.say(issue, asked, look.figures, look.rehearsed, slot, moves=moves),
        button=sentence.button(issue, asked, look.mails, look.rehearsed, slot, moves=moves),
        sendable=sendable,
        warnings=[
            {"text": text, "mark": mark(text), "ticked": mark(text) in ticked,
             "links": links.get(text, ())}
            for text in warnings
        ],
        blockers=[{"text": text, "links": links.get(text, ())} for text in look.blockers],
        pressed=pressed,
        past_rehearsals=issue.rehearsals.order_by("-pk")[:_SHOWN],
        status=422 if asked.planned.problem else pressed.status,
        **({} if moves else look.of_slots),
        **({} if moves else told.shown_to_send(request, issue, look.plan.told)),
        **more,
    )  # fmt: skip
