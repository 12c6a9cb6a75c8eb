"""Words and figures for the admin's templates: states as chips, numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from subscribers import languages, rehearsal

from ..digest import markdown
from ..models import Issue

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
def share(value: int, whole: int) -> str:
    """`value` of `whole` in percent, for the width of a bar; never 0 for something there."""
    if not whole or not value:
        return "0"
    return f"{max(0.4, 100 * value / whole):.3f}"


@register.filter
def is_editable(issue: Issue) -> bool:
    """Whether items may be changed freely: nothing of it has been published or frozen."""
    return issue.state == Issue.State.DRAFT
