"""The order of the rules: what a refusal means. Pure; README.md tells why they stand so."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from . import codes
from .meaning import SAID, Meaning
from .phrases import Place, Text
from .plain import MOST, PARTIES, plain
from .value import BLAMED, Blame, Phase, Reason, Refusal

_AFTER_CONTENT = frozenset([Phase.DATA, Phase.DOT])
# These pass by themselves, whatever class of code they come with: Tencent says 550 to "too fast",
# RFC 5321 says 552 to a full mailbox.
_PASSING = frozenset([
    Reason.MAILBOX_FULL,
    Reason.RATE_LIMITED,
    Reason.GREYLISTED,
    Reason.EXPIRED,
])  # fmt: skip
# A 4yz of class 4.7 for one of these asks us to be patient.
_PATIENCE = frozenset([Reason.POLICY, Reason.BLOCKED, Reason.SPAM, Reason.SYSTEM, Reason.UNKNOWN])
_GONE = frozenset([
    Reason.USER_UNKNOWN,
    Reason.HOST_UNKNOWN,
    Reason.MOVED,
    Reason.NO_MAIL_SERVICE,
    Reason.DISABLED,
])  # fmt: skip
# `550 <alice@example.org>: ...` is how Postfix and others begin an answer to RCPT.
_QUOTED = re.compile(r"[245]\d\d:? (?:[245]\.\d{1,3}\.\d{1,3} )?<[^<>\s]{1,320}@[^<>\s]{1,255}>: ")
_OF_DOMAIN = frozenset([Reason.HOST_UNKNOWN, Reason.NO_MAIL_SERVICE])
# What is about us, the content, the pace or the way is looked for before what is about the reader.
_NOT_THE_READER = (
    (Meaning.TOO_BIG, Reason.TOO_BIG),
    (Meaning.AUTHENTICATION, Reason.AUTHENTICATION),
    (Meaning.LOGIN, Reason.LOGIN),
    (Meaning.RELAY_DENIED, Reason.RELAY_DENIED),
    (Meaning.SENDER, Reason.SENDER_REJECTED),
    (Meaning.GREYLIST, Reason.GREYLISTED),
    (Meaning.RATE, Reason.RATE_LIMITED),
    (Meaning.REVERSE_DNS, Reason.REVERSE_DNS),
    (Meaning.BLOCKED, Reason.BLOCKED),
    (Meaning.VIRUS, Reason.VIRUS),
    (Meaning.SPAM, Reason.SPAM),
)
_WAY = ((Meaning.EXPIRED, Reason.EXPIRED), (Meaning.NETWORK, Reason.NETWORK))
_VAGUE = (
    (Meaning.CONTENT, Reason.CONTENT),
    (Meaning.POLICY, Reason.POLICY),
    (Meaning.SYSTEM, Reason.SYSTEM),
)
# The status of "this mailbox is none": RFC 3463's, RFC 7505's, and Exchange Online's.
_BAD_MAILBOX = frozenset(["1.1", "1.3", "1.10", "1.351"])
# Carriers that answer "unknown user" after the content when the reader's own filter refused it.
_CARRIERS = ("docomo.ne.jp", "ezweb.ne.jp", "au.com", "softbank.ne.jp", "vodafone.ne.jp")


@dataclass(frozen=True, slots=True)
class _Case:
    """A refusal, prepared for the rules. `rest` is the believed status without its class."""

    text: Text
    status: str
    rest: str
    code: int | None
    phase: Phase
    recipient: str
    at_home: bool  # The reader's domain is one of ours.
    recipient_form: bool  # Postfix: "<address>: Recipient address rejected: ...".
    transient: bool
    found: dict[Meaning, bool] = field(default_factory=dict)

    def says(self, meaning: Meaning) -> bool:
        """Whether the words hold one of the phrases with this meaning."""
        known = self.found.get(meaning)
        if known is None:
            known = self.found[meaning] = self.text in SAID[meaning]
        return known


def judge(
    words: str,
    *,
    code: int | None = None,
    status: str = "",
    phase: Phase = Phase.UNKNOWN,
    recipient: str = "",
    ours: Collection[str] = frozenset(),
    category: str = "",
    program: bool = False,
) -> Refusal:
    """What a refusal in these words means; only the first 8,000 characters are read.

    `code` and `status` are the reply's or the report's own; a status inside the words is believed
    first, since a relay often says 5.0.0 or 5.1.1 for everything. `recipient` is the address that
    was refused, `ours` our addresses and domains in the conversation (From, return path, their
    domains): what names those as refused is about us. `category` is a mail server's own
    classification (X-PowerMTA-BounceCategory); `program` says that a local delivery program
    failed, which says nothing of the address.
    """
    case = _prepare(words[:MOST], code, status, phase, recipient, ours)
    reason = _program(case) if program else _reason(case, category)
    if reason in _GONE:
        reason = _unless_about_us(case, reason)
    reason = _by_moment(case, reason)
    blame = BLAMED[reason]
    if case.transient and reason in _PATIENCE and case.status.startswith("4.7."):
        blame = Blame.PACE
        if reason in (Reason.SYSTEM, Reason.UNKNOWN):
            reason = Reason.RATE_LIMITED
    return Refusal(blame, _permanent(case, reason), reason, case.status, case.code)


def _prepare(
    words: str,
    code: int | None,
    status: str,
    phase: Phase,
    recipient: str,
    ours: Collection[str],
) -> _Case:
    inner = codes.status_in(words)
    said = codes.code_in(words)
    if code is None:
        code = said
    believed = inner if codes.is_telling(inner) else (status or inner)
    # The class: of the server's own codes if it gave any, and 4 if only one of them says so.
    own = inner[:1] + (str(code)[0] if code is not None else "")
    if phase is Phase.UNKNOWN and _QUOTED.search(words):
        phase = Phase.RCPT
    text = Text(plain(words, recipient, ours))
    domains = {name.lower() for name in ours}
    return _Case(
        text=text,
        status=believed,
        rest=believed.partition(".")[2],
        code=code,
        phase=phase,
        recipient=recipient.lower(),
        at_home=recipient.lower().rpartition("@")[2] in domains,
        recipient_form="recipient address rejected:" in text.words,
        transient="4" in (own or believed[:1]),
    )


# --- why ----------------------------------------------------------------------------------------


def _program(case: _Case) -> Reason:
    return Reason.MAILBOX_FULL if case.says(Meaning.FULL) else Reason.SYSTEM


def _reason(case: _Case, category: str) -> Reason:
    """The first rule that knows an answer."""
    classified = codes.CATEGORIES.get(category)
    reason = codes.FIRST.get(case.rest) or _words_not_about_the_reader(case)
    if classified and reason is not Reason.SENDER_REJECTED:
        return classified
    if reason is not None:
        return reason
    rules: tuple[Callable[[_Case], Reason | None], ...] = (
        _mailbox,
        _domain,
        _no_user,
        _no_user_perhaps,
        _way_and_host,
        _vague,
    )
    for rule in rules:
        reason = rule(case)
        if reason is not None:
            return reason
    return Reason.UNKNOWN


def _words_not_about_the_reader(case: _Case) -> Reason | None:
    if case.says(Meaning.NO_HOST_SURELY) and not case.says(Meaning.SENDER):
        return Reason.HOST_UNKNOWN
    if case.says(Meaning.NO_ANSWER):
        return Reason.NETWORK
    if case.says(Meaning.FULL) and not _of_our_quota(case):
        return Reason.MAILBOX_FULL
    return next((reason for meaning, reason in _NOT_THE_READER if case.says(meaning)), None)


def _of_our_quota(case: _Case) -> bool:
    """Whether "exceeded" is said of how much the sender sends."""
    return case.says(Meaning.RATE) or case.says(Meaning.SENDER)


def _mailbox(case: _Case) -> Reason | None:
    """The mailbox was there: moved, closed, or resting."""
    if case.rest == "1.6" or case.says(Meaning.MOVED):
        return Reason.MOVED
    if case.rest in _BAD_MAILBOX:
        return None  # Whatever else the words say, it is no mailbox.
    if case.rest == "7.13" and not case.recipient_form:
        return Reason.LOGIN  # RFC 5248: the account that logged in, not the reader's.
    if case.says(Meaning.ENDED) or case.says(Meaning.RESTING):
        return Reason.DISABLED if not _contradicted(case) else Reason.FILTERED
    return None


def _domain(case: _Case) -> Reason | None:
    """The domain takes no mail, or is none."""
    if case.says(Meaning.NO_MAIL) or case.code in (521, 556):  # RFC 7504.
        return Reason.NO_MAIL_SERVICE
    if case.rest == "1.2" and not case.transient:
        return Reason.HOST_UNKNOWN
    return None


def _no_user(case: _Case) -> Reason | None:
    if not case.says(Meaning.NO_USER):
        return None
    return Reason.FILTERED if _contradicted(case) else Reason.USER_UNKNOWN


def _contradicted(case: _Case) -> bool:
    """Whether a server that says "no such user" shows by code or moment that it means another."""
    subject = case.rest.partition(".")[0]
    if case.phase is Phase.RCPT or subject == "1" or case.rest == "2.1":
        return False
    if subject == "7":
        # Postfix, qmail and others give 5.7.1 to whatever an administrator refuses; only after the
        # content it is a filter's.
        return case.phase in _AFTER_CONTENT and not case.recipient_form
    if case.rest not in ("", "3.0") and subject not in ("0", "5"):
        return True  # 5.2.0 "other mailbox status", 5.4 routing, 5.6 the content.
    if case.recipient.endswith(_CARRIERS) and not case.says(Meaning.ENDED):
        return True
    # The content was read, and the code does not say that it was about the mailbox.
    read = case.phase in _AFTER_CONTENT
    return read and (case.says(Meaning.POLICY) or case.says(Meaning.CONTENT))


def _no_user_perhaps(case: _Case) -> Reason | None:
    """RFC 5321's words for a missing mailbox mean it at RCPT or with a code of an address."""
    if not case.says(Meaning.NO_USER_PERHAPS):
        return None
    # 5.5.0 is how Outlook.com numbers RFC 5321's 550; 5.4.1 is what Exchange Online answers for
    # an address that is not in its directory.
    sure = case.rest in _BAD_MAILBOX or case.rest in ("1.0", "5.0")
    at_rcpt = case.phase is Phase.RCPT or case.recipient_form
    if sure or (at_rcpt and case.rest in ("", "0.0", "4.1")):
        return Reason.USER_UNKNOWN
    return None


def _way_and_host(case: _Case) -> Reason | None:
    for meaning, reason in _WAY:
        if case.says(meaning):
            return reason
    if case.says(Meaning.NO_HOST):
        # Once the content was read the reader's domain has answered: another's is none, a link's.
        read = case.phase in _AFTER_CONTENT and case.rest.partition(".")[0] not in ("1", "4")
        return Reason.FILTERED if read else Reason.HOST_UNKNOWN
    if case.rest in ("1.1", "1.2", "1.3", "1.10"):
        return codes.LAST[case.rest]
    return None


def _vague(case: _Case) -> Reason | None:
    for meaning, reason in _VAGUE:
        if case.says(meaning):
            return reason
    if case.rest in codes.LAST:
        return codes.LAST[case.rest]
    by_subject = codes.BY_SUBJECT.get(case.rest.partition(".")[0])
    return by_subject or codes.REPLIES.get(case.code or 0)


# --- whom ---------------------------------------------------------------------------------------


def _unless_about_us(case: _Case, reason: Reason) -> Reason:
    """What is gone may be we: our own domain, or an address of ours that the words name."""
    if case.at_home and reason in _OF_DOMAIN:
        return Reason.SENDER_REJECTED
    return Reason.SENDER_REJECTED if _names_us(case.text, _said_at(case)) else reason


def _by_moment(case: _Case, reason: Reason) -> Reason:
    """Before RCPT no server has heard of the reader."""
    if case.phase is Phase.RCPT or case.phase is Phase.UNKNOWN or case.phase in _AFTER_CONTENT:
        return reason
    if reason is Reason.MAILBOX_FULL:
        return Reason.SYSTEM
    unclear = reason in _GONE or BLAMED[reason] is Blame.UNCLEAR
    if case.phase is Phase.MAIL and unclear:
        return Reason.SENDER_REJECTED
    if case.phase is Phase.AUTH and unclear:
        return Reason.LOGIN
    # A name server may already have said at the connection that there is no such domain.
    return Reason.BLOCKED if reason in _GONE - _OF_DOMAIN else reason


def _said_at(case: _Case) -> Place | None:
    """Where the words say that something is gone."""
    meanings = (
        Meaning.NO_USER,
        Meaning.ENDED,
        Meaning.RESTING,
        Meaning.MOVED,
        Meaning.NO_HOST,
        Meaning.NO_MAIL,
        Meaning.NO_USER_PERHAPS,
    )
    return next((place for m in meanings if (place := SAID[m].find(case.text))), None)


def _names_us(text: Text, said: Place | None) -> bool:
    """Whether the one who is gone is one of our addresses or our domain.

    The reader is named: whoever is named nearest before "gone" is meant ("<reader>: verification
    of <us> failed: user unknown"). The reader is not named: then an address of ours is.
    """
    named = [(match.start(), match[0]) for match in PARTIES.finditer(text.words)]
    parties = {name for _start, name in named}
    if not parties & {"OURS", "OURDOMAIN"}:
        return False
    if "OURS" in parties and "RCPT" not in parties:
        return True
    if said is None:
        return named[0][1] in ("OURS", "OURDOMAIN")
    before = [name for start, name in named if start < said.end]
    nearest = before[-1] if before else named[0][1]
    return nearest in ("OURS", "OURDOMAIN")


# --- for good -----------------------------------------------------------------------------------


def _permanent(case: _Case, reason: Reason) -> bool:
    if case.transient or reason in _PASSING:
        return False
    if case.says(Meaning.TEMPORARY) and case.rest not in _BAD_MAILBOX:
        return False
    if reason is Reason.DISABLED and not case.says(Meaning.ENDED):
        # Locked, frozen, inactive: only RFC 3463's code for a disabled mailbox makes it last.
        return case.rest == "2.1"
    if reason in (Reason.NETWORK, Reason.SYSTEM, Reason.UNKNOWN, Reason.FILTERED):
        return bool(case.status or case.code)
    return True
