"""What an event says: the values for programs, the sentences and the page for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import npgettext, pgettext

from newsletter.models import Issue, OutboxEvent
from subscribers import conf, times
from subscribers.mailing.answers import said
from subscribers.models import Publication
from subscribers.roles import Act, may

from .types import ALERTS, ENDED

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

# Problems that an event names; the page has them all.
_NAMED = 50
_TOLD_BEFORE = "seen_before"
_FIGURES = (
    "recipients", "sent", "deferred", "failed", "in_doubt", "skipped", "suppressed", "cancelled",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence in the active language, and the page to go to ("" for none)."""

    text: str
    url: str


# ---- for programs


def of_issue(issue: Issue) -> dict[str, Any]:
    """Which issue it is, in JSON's values."""
    public = ""
    if issue.published_at is not None:
        public = f"{conf.base_url()}/{issue.publication.slug}/{issue.slug}/"
    return {
        "publication": issue.publication.slug,
        "issue": issue.slug,
        "id": issue.pk,
        "title": issue.title,
        "date": issue.date.isoformat(),
        "kind": str(issue.kind),
        "language": issue.language,
        "url": public,
    }


def problems(issue: Issue, said: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
    """What the last import asked to look at and nobody has. `said` are all the problems that it
    told of: of stories told before no row is kept, since preflight asks of these anew."""
    open_ = issue.import_warnings.filter(accepted_at__isnull=True).values_list("code", "line")
    told = [(one["code"], one["line"]) for one in said if one.get("code") == _TOLD_BEFORE]
    return [{"code": code, "line": line} for code, line in [*open_[:_NAMED], *told][:_NAMED]]


def figures(issue: Issue) -> dict[str, int]:
    """The ledger's sums, as they stood when it was finished."""
    return {name: getattr(issue, name) for name in _FIGURES if hasattr(issue, name)}


# ---- for people


def told(
    event: OutboxEvent, publication: Publication | None, user: AbstractBaseUser | None = None
) -> Told:
    """What a mail says of an event, in the active language; `user` is who reads it."""
    if event.type in ("alert", ENDED):
        say = _ended if event.type == ENDED else _alert
        return Told(say(event, publication), _alert_page(event))
    data = event.data
    words = _words(event.type, data) % {
        "title": data.get("title", ""),
        "name": publication.name if publication is not None else "",
        "by": data.get("by", ""),
        "number": len(data.get("problems", ())),
        "reason": data.get("reason", ""),
        "recipients": data.get("recipients", 0),
        "when": _when(data.get("send_at", ""), publication),
        **{name: data.get("figures", {}).get(name, 0) for name in ("sent", "failed", "in_doubt")},
    }
    name = _PAGES.get(event.type, "change")
    if event.type == "issue.approval_wanted" and not data.get("proposal"):
        # Who only may read it comes to the page that says how it stands.
        name = "approve" if user is not None and may(user, Act.APPROVE, publication) else name
    return Told(words, _page(name, data.get("id")))


_PAGES = {
    "issue.problems": "preflight",
    "issue.approval_wanted": "preflight",
    "issue.sent_back": "discussion",
    "issue.release_proposed": "send",
    "issue.scheduled": "progress",
    "issue.released": "progress",
    "issue.paused": "progress",
    "issue.finished": "progress",
    "issue.corrected": "history",
}


def _words(type_: str, data: dict[str, Any]) -> str:
    words = {
        "issue.drafted": pgettext("notice", "%(name)s: a draft came in, “%(title)s”."),
        "issue.problems": pgettext(
            "notice", "%(name)s: the draft “%(title)s” has something to look at (%(number)d)."
        ),
        "issue.approval_wanted": pgettext(
            "notice", "%(name)s: “%(title)s” waits for a second person's yes."
        ),
        "issue.sent_back": pgettext(
            "notice", "%(name)s: %(by)s sent “%(title)s” back to be mended."
        ),
        "issue.release_proposed": pgettext(
            "notice",
            "%(name)s: a program of %(by)s proposes to release “%(title)s”. A person must do it.",
        ),
        "issue.scheduled": pgettext(
            "notice", "%(name)s: %(by)s released “%(title)s”; it goes out at %(when)s."
        ),
        "issue.released": pgettext(
            "notice", "%(name)s: “%(title)s” goes out. Readers: %(recipients)d."
        ),
        "issue.paused": pgettext("notice", "%(name)s: “%(title)s” is paused. %(reason)s"),
        "issue.finished": pgettext(
            "notice",
            "%(name)s: “%(title)s” is finished: %(sent)d handed over, %(failed)d refused,"
            " %(in_doubt)d in doubt.",
        ),
        "issue.corrected": pgettext("notice", "%(name)s: %(by)s corrected “%(title)s”."),
    }
    if type_ == "issue.approval_wanted" and data.get("proposal"):
        return pgettext(
            "notice", "%(name)s: %(by)s proposes a correction of “%(title)s”. Somebody must decide."
        )
    if type_ == "issue.approval_wanted" and data.get("to"):
        return pgettext("notice", "%(name)s: %(by)s asks you to approve “%(title)s”.")
    return words[type_]


def _when(text: str, publication: Publication | None) -> str:
    moment = parse_datetime(text) if text else None
    if moment is None or publication is None:
        return text
    return times.say(moment, publication)


def _alert(event: OutboxEvent, publication: Publication | None) -> str:
    text, since = _what(event, publication), dt.datetime.fromisoformat(event.data["since"])
    if event.at - since >= dt.timedelta(hours=1):
        day = times.say_day(times.day(since, publication))
        text += " " + pgettext("alert", "(since %(day)s)") % {"day": day}
    return text


def _ended(event: OutboxEvent, publication: Publication | None) -> str:
    """The words of the alert that was told, so that a person finds it again, and how long."""
    since, until = (dt.datetime.fromisoformat(event.data[name]) for name in ("since", "until"))
    return pgettext("alert", "Over: %(what)s (from %(since)s to %(until)s)") % {
        "what": _what(event, publication),
        "since": times.say(since, publication),
        "until": times.say(until, publication),
    }


def _what(event: OutboxEvent, publication: Publication | None) -> str:
    data = event.data
    parts = [publication.name] if publication is not None else []
    text = ": ".join([*parts, str(ALERTS.get(data["kind"], data["kind"]))])
    return text + f". {of_alert(data['kind'], data['key'], data.get('detail', {}))}"


def of_alert(kind: str, key: str, detail: Mapping[str, Any]) -> str:
    """What an alert is about, in the active language: its `text`, its values in words, its key."""
    if detail.get("text"):
        return str(detail["text"])
    words = {
        "bounces": pgettext("alert", "%(refusals)s of %(attempts)s readers tried"),
        "disk": pgettext("alert", "%(free_mb)s MB are free"),
        "service_mail": npgettext(
            "alert",
            "%(number)s mail waits since %(since)s UTC: %(answer)s",
            "%(number)s mails wait, the first since %(since)s UTC: %(answer)s",
            detail.get("number", 0),
        ),
        "worker": pgettext("alert", "Last seen: %(seen)s UTC"),
        "relay:login": pgettext("alert", "It refuses our login: %(relay)s"),
        "relay:dns": pgettext("alert", "Its name has no address: %(relay)s"),
        "relay:relay": pgettext("alert", "It cannot be reached, or takes no mail: %(relay)s"),
    }
    if kind == "service_mail" and "answer" in detail:
        detail = {**detail, "answer": said(str(detail["answer"]))}
    if kind == "worker" and not detail.get("seen"):
        return pgettext("alert", "None was ever seen")
    words_of_kind = words.get(f"relay:{detail.get('cause')}" if kind == "relay" else kind, "")
    try:
        return words_of_kind % detail or key
    except KeyError:  # Of another version, that stored other values.
        return key


def _alert_page(event: OutboxEvent) -> str:
    """The issue's page; else the one that lists what is wrong, which all who are told may open."""
    about = event.data.get("detail", {}).get("about") or event.data["key"]
    name, _colon, number = about.partition(":")
    if name == "issue" and number.isdecimal():
        return _page("progress", int(number))
    return _admin("admin:newsletter_noticechoice_changelist")


def _page(name: str, issue: int | None) -> str:
    if issue is None:
        return _admin("admin:index")
    return _admin(f"admin:newsletter_issue_{name}", issue)


def _admin(name: str, *args: int) -> str:
    try:
        return conf.absolute(reverse(name, args=args))
    except NoReverseMatch:  # A host that does not show our admin.
        return ""
