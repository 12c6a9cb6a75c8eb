"""What the audit trail keeps as codes, in the words of whoever reads it: acts and their details.

A test collects what the program writes down; what has no words here fails it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from subscribers import styles, times
from subscribers.models import AuditEntry, Category, Publication, Subscription

from ..models import Issue, Item, StoryDecision, Token

register = template.Library()

# What is not here is shown as it stands.
ACTS: Mapping[str, str | Promise] = {
    "digest imported": gettext_lazy("imported a digest"),
    "import answer added": gettext_lazy("said where items go"),
    "import answer changed": gettext_lazy("changed a remembered answer"),
    "import answer taken back": gettext_lazy("took back a remembered answer"),
    "import warnings looked at": gettext_lazy("looked at what the import warned of"),
    "item edited": gettext_lazy("edited an item"),
    "item starred": gettext_lazy("starred an item"),
    "item unstarred": gettext_lazy("took the star off an item"),
    "roundup made": gettext_lazy("made a round-up"),
    "round-up readers moved": gettext_lazy("changed the rhythm of the round-up’s readers"),
    "issue begun": gettext_lazy("began an issue"),
    "draft deleted": gettext_lazy("deleted a draft"),
    "draft restored": gettext_lazy("brought a deleted draft back"),
    "version restored": gettext_lazy("went back to an earlier version"),
    "issue edited": gettext_lazy("edited the issue"),
    "issue corrected": gettext_lazy("corrected the issue"),
    "correction proposed": gettext_lazy("proposed a correction"),
    "release proposed": gettext_lazy("proposed a release"),
    "proposal refused": gettext_lazy("refused a proposed correction"),
    "correction mailed": gettext_lazy("mailed the corrected text from then on"),
    "category created": gettext_lazy("created a category"),
    "category changed": gettext_lazy("changed a category"),
    "category retired": gettext_lazy("retired a category"),
    "category restored": gettext_lazy("took a category up again"),
    "category freed": gettext_lazy("freed a category’s place"),
    "category merged": gettext_lazy("merged categories"),
    "publication created": gettext_lazy("created a publication"),
    "roles changed": pgettext_lazy("role", "changed somebody’s roles"),
    "user invited": pgettext_lazy("role", "invited somebody"),
    "second factor set up": pgettext_lazy("audit", "set up an app as second factor"),
    "second factor removed": pgettext_lazy("audit", "removed a second factor"),
    "recovery code used": pgettext_lazy("audit", "used a recovery code"),
    "recovery codes made": pgettext_lazy("audit", "made new recovery codes"),
    "passkey added": pgettext_lazy("audit", "added a passkey"),
    "passkey removed": pgettext_lazy("audit", "removed a passkey"),
    "passkey refused: counter": pgettext_lazy(
        "audit", "was refused: a passkey’s counter went back"
    ),
    "publication changed": gettext_lazy("changed a publication"),
    "reader added": gettext_lazy("added a reader"),
    "reader changed": gettext_lazy("changed a reader"),
    "reader unsubscribed": gettext_lazy("unsubscribed a reader"),
    "reader made active": gettext_lazy("made a reader active"),
    "reader exported": gettext_lazy("exported a reader’s data"),
    "address suppressed": gettext_lazy("suppressed an address"),
    "suppression lifted": gettext_lazy("lifted a suppression"),
    "refusals carried out": gettext_lazy("carried out an issue’s refusals"),
    "refusals dropped": gettext_lazy("dropped an issue’s refusals"),
    "incident lifted": gettext_lazy("lifted what an incident suppressed"),
    "erased": gettext_lazy("erased a reader"),
    "readers imported": gettext_lazy("imported readers"),
    "readers exported": gettext_lazy("exported readers"),
    "release": gettext_lazy("released the issue"),
    "reschedule": pgettext_lazy("audit", "gave the issue another time"),
    "draft link made": pgettext_lazy("audit", "made a link to the draft"),
    "draft link ended": pgettext_lazy("audit", "ended a link to the draft"),
    "publish": gettext_lazy("published the issue"),
    "rehearse": gettext_lazy("rehearsed the issue"),
    "mail_wave": gettext_lazy("mailed the issue to readers who had not got it"),
    "unschedule": gettext_lazy("took the issue back"),
    "approve": gettext_lazy("approved the issue"),
    "approval asked": gettext_lazy("asked for approval"),
    "sent back": gettext_lazy("sent the issue back"),
    "commented": gettext_lazy("commented on the issue"),
    "comment settled": gettext_lazy("settled a comment"),
    "pause": gettext_lazy("paused sending"),
    "resume": gettext_lazy("went on sending"),
    "cancel": gettext_lazy("stopped sending for good"),
    "finish": gettext_lazy("finished sending"),
    "retry_failed": gettext_lazy("tried the failed ones again"),
    "resend_in_doubt": gettext_lazy("sent again to those in doubt"),
    "send_test": gettext_lazy("sent a test"),
    "withdraw": pgettext_lazy("withdrawal", "withdrew it from readers"),
    "webhook created": gettext_lazy("added a webhook"),
    "webhook changed": gettext_lazy("changed a webhook"),
    "webhook removed": gettext_lazy("removed a webhook"),
    "webhook sent again": gettext_lazy("sent a webhook’s event again"),
    "webhook secret changed": gettext_lazy("made a webhook a new secret"),
    "webhook on": gettext_lazy("switched a webhook on"),
    "webhook off": gettext_lazy("switched a webhook off"),
    "story decided": pgettext_lazy("audit", "decided about a story told before"),
    "twin confirmed": pgettext_lazy("audit", "let it go out beside an issue with the same stories"),
    "paired": pgettext_lazy("audit", "made it a translation"),
    "parted": pgettext_lazy("audit", "parted it from its translations"),
    "items paired": pgettext_lazy("audit", "paired items of two languages"),
    "ready": pgettext_lazy("audit", "called the draft ready"),
    "not ready": pgettext_lazy("audit", "took back that the draft is ready"),
    "slot taken": pgettext_lazy("audit", "gave the issue the next slot"),
    "slot: add": pgettext_lazy("audit", "added a slot"),
    "slot: remove": pgettext_lazy("audit", "removed a slot"),
    "slot: leave_out": pgettext_lazy("audit", "left a day out"),
    "slot: keep": pgettext_lazy("audit", "took a day in again"),
    "settle_doubt": pgettext_lazy("audit", "settled what was in doubt"),
    "reader_has_it": pgettext_lazy("audit", "wrote down that a reader has it"),
    "look: style": pgettext_lazy("audit", "chose another style"),
    "list decided": pgettext_lazy("audit", "said what columns of a file of readers mean"),
    "token made": pgettext_lazy("audit", "made a token"),
    "token revoked": pgettext_lazy("audit", "revoked a token"),
    "changed limits": pgettext_lazy("audit", "changed what a relay may send"),
    "retention changed": pgettext_lazy("audit", "changed how long personal data is kept"),
    "restore": pgettext_lazy("audit", "restored a backup"),
    "let_machine_act": pgettext_lazy("audit", "let a machine act for this database"),
    "re-keyed": pgettext_lazy("audit", "moved all readers to the newest key"),
    "test bounce came home": pgettext_lazy("audit", "saw a test bounce come home"),
    "hub told": pgettext_lazy("audit", "told the feeds’ hub"),
    "hub not reached": pgettext_lazy("audit", "did not reach the feeds’ hub"),
    "login link made": pgettext_lazy("audit", "made a link to sign in"),
    "user created": pgettext_lazy("audit", "made an account"),
    "user changed": pgettext_lazy("audit", "changed an account"),
    "user deleted": pgettext_lazy("audit", "deleted an account"),
    "password set": pgettext_lazy("audit", "gave an account a password"),
    "returned": pgettext_lazy("audit", "came back as a reader"),
    "exported": pgettext_lazy("audit", "took a copy of a reader’s data"),
    "address_changed": pgettext_lazy("audit", "changed a reader’s address"),
}

# What stands before a detail's value.
DETAILS: Mapping[str, str | Promise] = {
    "fields": pgettext_lazy("audit", "changed"),
    "readers": pgettext_lazy("audit", "readers"),
    "number": pgettext_lazy("audit", "number"),
    "as_reader": pgettext_lazy("audit", "as reader"),
    "reason": pgettext_lazy("audit", "reason"),
    "name": pgettext_lazy("audit", "name"),
    "into": pgettext_lazy("audit", "into"),
    "visibility": pgettext_lazy("audit", "visibility"),
    "roles": pgettext_lazy("audit", "roles"),
    "user": pgettext_lazy("audit", "user"),
    "item": pgettext_lazy("audit", "item"),
    "items": pgettext_lazy("audit", "items"),
    "note": pgettext_lazy("audit", "note"),
    "stopped": pgettext_lazy("audit", "stopped"),
    "issues": pgettext_lazy("audit", "issues"),
    "mails": pgettext_lazy("audit", "mails"),
    "style": pgettext_lazy("audit", "style"),
    "send_at": pgettext_lazy("audit", "send at"),
    "until": pgettext_lazy("audit", "until"),
    "revision": pgettext_lazy("audit", "revision"),
    "about": pgettext_lazy("audit", "about"),
    "addresses": pgettext_lazy("audit", "addresses"),
    "after_copy": pgettext_lazy("audit", "sent after the copy"),
    "answer": pgettext_lazy("audit", "answer"),
    "at_once": pgettext_lazy("audit", "at once"),
    "an_hour": pgettext_lazy("audit", "an hour"),
    "before": pgettext_lazy("audit", "before that"),
    "by": pgettext_lazy("audit", "by"),
    "channels": pgettext_lazy("audit", "goes to"),
    "choice": pgettext_lazy("audit", "decision"),
    "columns": pgettext_lazy("audit", "columns"),
    "count": pgettext_lazy("audit", "number"),
    "created": pgettext_lazy("audit", "new draft"),
    "day": pgettext_lazy("audit", "day"),
    "domain": pgettext_lazy("audit", "domain"),
    "earlier": pgettext_lazy("audit", "told before in"),
    "file": pgettext_lazy("audit", "file"),
    "form": pgettext_lazy("audit", "by"),
    "from": pgettext_lazy("audit", "from"),
    "hours": pgettext_lazy("audit", "hours"),
    "how": pgettext_lazy("audit", "paired by"),
    "hub": pgettext_lazy("audit", "hub"),
    "incident": pgettext_lazy("audit", "incident"),
    "lifted": pgettext_lazy("audit", "lifted"),
    "log": pgettext_lazy("audit", "logs read"),
    "made_at": pgettext_lazy("audit", "made at"),
    "never_reached": pgettext_lazy("audit", "never reached the relay"),
    "original": pgettext_lazy("audit", "original"),
    "passkey": pgettext_lazy("audit", "passkey"),
    "place": pgettext_lazy("audit", "place in the issue"),
    "publications": pgettext_lazy("audit", "publications"),
    "refusals": pgettext_lazy("audit", "refusals"),
    "rehearsal": pgettext_lazy("audit", "rehearsal"),
    "rights": pgettext_lazy("audit", "rights"),
    "sent": pgettext_lazy("audit", "sent"),
    "slot": pgettext_lazy("audit", "slot"),
    "state": pgettext_lazy("audit", "state"),
    "status": pgettext_lazy("audit", "status"),
    "to": pgettext_lazy("audit", "to"),
    "people": pgettext_lazy("audit", "asked"),
    "twin": pgettext_lazy("audit", "beside"),
    "values": pgettext_lazy("audit", "values"),
    "via": pgettext_lazy("audit", "via"),
    "warm_up": pgettext_lazy("audit", "warm-up"),
    "way": pgettext_lazy("audit", "handed in by"),
    "weight": pgettext_lazy("audit", "weight"),
    "what": pgettext_lazy("audit", "what"),
    "why": pgettext_lazy("audit", "reason"),
}
# For a look-up by a program: keys of addresses, marks and bits of what was seen, codes of warnings.
UNSAID = frozenset({"asked", "keys", "seen", "change", "kinds", "selection"})
# Details that are moments in ISO 8601.
_MOMENTS = frozenset({"send_at", "until", "before", "made_at"})
# Codes among the values, by detail; what is none of them is shown as it stands.
_VALUES: Mapping[str, Mapping[Any, str | Promise]] = {
    "channels": dict(Issue.Channels.choices),
    "choice": dict(StoryDecision.Choice.choices),
    "rights": dict(Token.Rights.choices),
    "state": dict(Subscription.State.choices),
    "visibility": dict(Category.Visibility.choices),
    "style": {name: style.label for name, style in styles.STYLES.items()},
    "way": {
        "api": "API",
        "mcp": "MCP",
        "folder": pgettext_lazy("audit", "watched folder"),
        "mail": pgettext_lazy("audit", "mail"),
    },
    "how": {
        "hand": pgettext_lazy("audit", "hand"),
        "document": pgettext_lazy("audit", "what the document says"),
        "date": pgettext_lazy("audit", "the same date"),
    },
    "what": {
        "up": pgettext_lazy("audit", "moved up"),
        "down": pgettext_lazy("audit", "moved down"),
        "to": pgettext_lazy("audit", "moved"),
        "hide": pgettext_lazy("audit", "hidden"),
        "show": pgettext_lazy("audit", "shown again"),
        "file": pgettext_lazy("audit", "filed elsewhere"),
        "duplicate": pgettext_lazy("audit", "copied"),
        "delete": pgettext_lazy("audit", "deleted"),
        "merge": pgettext_lazy("audit", "joined to the one above"),
        "split": pgettext_lazy("audit", "parted"),
        "add": pgettext_lazy("audit", "new"),
        "address": pgettext_lazy("audit", "new, from an address"),
        "undo": pgettext_lazy("audit", "undone"),
        "mend": pgettext_lazy("audit", "took over what was mended"),
        "choice": pgettext_lazy("audit", "categories"),
        "first": pgettext_lazy("audit", "is first in line"),
        "not_first": pgettext_lazy("audit", "is no longer first in line"),
        "copy": pgettext_lazy("audit", "a copy of another issue"),
        "skeleton": pgettext_lazy("audit", "the frame of the last issue"),
        "empty": pgettext_lazy("audit", "empty"),
    },
}


@register.filter
def act_text(entry: AuditEntry) -> str:
    """What was done, in the user's language where the catalogue knows it."""
    return str(ACTS.get(entry.action, entry.action))


@register.filter
def act_detail(entry: AuditEntry) -> str:
    """The details as `name: value` pairs; what says nothing is left out."""
    parts = []
    for name, value in entry.detail.items():
        if name in UNSAID or value is None or value in ("", [], {}):
            continue
        parts.append(f"{DETAILS.get(name, name)}: {_value(name, value, entry.publication)}")
    return "; ".join(parts)


def _value(name: str, value: Any, publication: Publication | None) -> str:
    if isinstance(value, bool):
        return pgettext("audit", "yes") if value else pgettext("audit", "no")
    if isinstance(value, dict):
        return ", ".join(f"{key} {one}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_value(name, one, publication) for one in value)
    if name == "fields":
        return _field(value)
    if name in _MOMENTS and isinstance(value, str):
        return _said(value, publication)
    return str(_VALUES.get(name, {}).get(value, value))


def _field(name: object) -> str:
    """A stored column's name as its form says it; what is no column stays as it was stored."""
    for model in (Publication, Category, Issue, Item):
        try:
            field = model._meta.get_field(str(name))
        except FieldDoesNotExist:
            continue
        return str(getattr(field, "verbose_name", name))
    return str(name)


def _said(stored: str, publication: Publication | None) -> str:
    """A moment as it was stored, in the publication's own time."""
    try:
        return times.say(dt.datetime.fromisoformat(stored), publication)
    except ValueError:
        return stored
