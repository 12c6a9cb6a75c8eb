"""Words and figures for the admin's templates: states as chips, numbers, what was recorded."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from subscribers import languages, rehearsal, times
from subscribers.models import AuditEntry, Category, Publication

from ..digest import markdown
from ..models import Issue, Item

register = template.Library()

# A full-width stop and the inline elements that end or begin behind it, then space.
_AFTER_STOP = re.compile(r"([。！？：；，])((?:\s*</?(?:a|strong|span|em|bdi)\b[^>]*>)*)\s+")

# How a state looks: what waits is calm, what runs is lively, what needs a person is loud.
_TONES = {
    "draft": "plain",
    "scheduled": "wait",
    "sending": "busy",
    "paused": "warn",
    "sent": "good",
    "cancelled": "plain",
    "archived": "plain",
    "published": "good",
    "pending": "wait",
    "active": "good",
    "unsubscribed": "plain",
    "running": "busy",
    "checked": "wait",
    "done": "good",
    "failed": "bad",
    "open": "bad",
    "carried_out": "plain",
    "dropped": "plain",
    "lifted": "plain",
}


# What the audit trail calls things, in words. What is not here is shown as it stands.
_ACTS = {
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
}


# What stands before a detail's value.
_DETAILS = {
    "fields": pgettext_lazy("audit", "changed"),
    "readers": pgettext_lazy("audit", "readers"),
    "number": pgettext_lazy("audit", "number"),
    "selection": pgettext_lazy("audit", "selection"),
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
}
# Details that are moments in ISO 8601.
_MOMENTS = {"send_at", "until"}


@register.filter
def state_chip(row: Any) -> SafeString:
    """The state of an issue, a subscription or an import as a chip with a word in it."""
    return format_html(
        '<span class="sudi-chip {}">{}</span>',
        _TONES.get(row.state, "plain"),
        row.get_state_display(),
    )


@register.simple_tag(takes_context=True)
def rehearsals_now(context: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The bar on every page: where mail goes instead of to readers. None where nobody is known."""
    user = getattr(context.get("request"), "user", None)
    return rehearsal.seen_by(user) if user is not None else []


@register.simple_tag(takes_context=True)
def our_pages(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The menu of our pages, for a frame that has none of its own: groups as the sidebar has."""
    # Here, since whatever draws a template reads in all tags: workers know no pages of the admin.
    from subscribers.admin import chrome

    request = context.get("request")
    return chrome.navigation(request) if request is not None else []


@register.filter
def number(value: int | None) -> str:
    """1234567 -> 1,234,567: no language setting needed to be read right in both languages."""
    return "–" if value is None else f"{value:,}"


@register.filter
def bytes_text(size: int | None) -> str:
    """A size in KB of 1,000 bytes, as mail clients count it."""
    if size is None:
        return "–"
    return f"{size / 1000:,.1f} KB" if size >= 1000 else f"{size} B"


@register.filter
def plain(source: str) -> str:
    """A title's Markdown as plain text."""
    return markdown.plain_text(source, links=False)


@register.filter(is_safe=True)
def prose(html: str) -> str:
    """`{% filter prose %}`: sentences one after another, as the active language sets them.

    A full-width stop brings its own space, and templates put one behind every sentence.
    """
    return html if languages.between_sentences() else _AFTER_STOP.sub(r"\1\2", html)


@register.filter
def sentences(several: Iterable[str]) -> str:
    """Sentences of a list, one after another."""
    return languages.between_sentences().join(str(one) for one in several)


@register.filter
def span(seconds: float | None) -> str:
    """A length of time in words: 75 -> `1 min 15 s`."""
    if seconds is None:
        return "–"
    seconds = max(0, round(seconds))
    if seconds < 60:
        return _("%(seconds)d s") % {"seconds": seconds}
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": seconds}
    hours, minutes = divmod(minutes, 60)
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}


@register.filter
def act_text(entry: AuditEntry) -> str:
    """What was done, in the user's language where the catalogue knows it."""
    return str(_ACTS.get(entry.action, entry.action))


@register.filter
def act_detail(entry: AuditEntry) -> str:
    """The details as `name: value` pairs."""
    parts = []
    for name, value in entry.detail.items():
        if name == "keys":  # Of addresses: for a look-up by a program, not to be read.
            continue
        if name in _MOMENTS and isinstance(value, str):
            value = _said(value, entry.publication)
        if isinstance(value, (list, tuple)):
            value = ", ".join(_field(one) if name == "fields" else str(one) for one in value)
        elif isinstance(value, dict):
            value = ", ".join(f"{key} {one}" for key, one in value.items())
        parts.append(f"{_DETAILS.get(name, name)}: {value}")
    return "; ".join(parts)


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


@register.filter
def share(value: int, whole: int) -> str:
    """`value` of `whole` in percent, for the width of a bar; never 0 for something there."""
    if not whole or not value:
        return "0"
    return f"{max(0.4, 100 * value / whole):.3f}"


@register.filter
def is_editable(issue: Issue) -> bool:
    """Whether items may be changed freely: nothing of it has been published or frozen."""
    return issue.state == Issue.State.DRAFT
