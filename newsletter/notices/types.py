"""What can be told, each type once: its code is in webhooks and never changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class EventType:
    """`to_people`: whether editors can choose to be told by mail, too."""

    code: str
    label: Any
    to_people: bool = True


TYPES = (
    EventType("issue.drafted", pgettext_lazy("notice", "A draft came in")),
    EventType("issue.problems", pgettext_lazy("notice", "A draft has something to look at")),
    EventType("issue.approval_wanted", pgettext_lazy("notice", "A second person must approve")),
    EventType("issue.sent_back", pgettext_lazy("notice", "An approver sends a draft back")),
    EventType("issue.release_proposed", pgettext_lazy("notice", "A program proposes a release")),
    EventType("issue.scheduled", pgettext_lazy("notice", "An issue is scheduled")),
    EventType("issue.released", pgettext_lazy("notice", "An issue goes out")),
    EventType("issue.paused", pgettext_lazy("notice", "An issue is paused")),
    EventType("issue.finished", pgettext_lazy("notice", "An issue is finished, with figures")),
    EventType("issue.corrected", pgettext_lazy("notice", "An issue was corrected")),
    EventType("subscriber.joined", pgettext_lazy("notice", "A reader joined"), to_people=False),
    EventType("subscriber.changed", pgettext_lazy("notice", "A reader changed"), to_people=False),
    EventType("subscriber.left", pgettext_lazy("notice", "A reader left"), to_people=False),
    EventType("alert", pgettext_lazy("notice", "Something is wrong (alerts)")),
)
# That an alert is over: told to whoever is told of alerts, so nobody chooses it by itself. A type
# of its own, because a program that pages somebody at each `alert` must not do so for this.
ENDED = "alert.ended"
# Made by the button of a webhook's page, for that webhook alone.
TEST = "webhook.test"


def chosen_as(type_: str) -> str:
    """The type that is ticked by who is told of this one."""
    return "alert" if type_ == ENDED else type_


# Kinds of alerts, and what each says before its details.
ALERTS = {
    "bounces": pgettext_lazy("alert", "Refusals wait for a person: they are unusually many"),
    "canary": pgettext_lazy("alert", "The first readers could not be sent to; the rest waits"),
    "complaints": pgettext_lazy("alert", "Unusually many readers reported the mail as spam"),
    "disk": pgettext_lazy("alert", "The disk is almost full"),
    "doctor": pgettext_lazy("alert", "The doctor finds something wrong"),
    "mailbox": pgettext_lazy("alert", "The mailbox for returned mail cannot be read"),
    "relay": pgettext_lazy("alert", "The mail server does not take mail"),
    "service_mail": pgettext_lazy("alert", "Confirmations, links and notices do not go out"),
    "stuck": pgettext_lazy("alert", "An issue does not move"),
    "webhook": pgettext_lazy("alert", "A webhook was switched off: it took nothing for days"),
    "worker": pgettext_lazy("alert", "No worker was running"),
}
