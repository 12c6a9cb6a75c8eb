"""A mail at the return path, read: bytes in, `Report` out. Pure, and raises nothing.

Standard reports first (RFC 5965 complaints, RFC 3464 delivery status), then what only looks like
one; an automatic reply or a person's letter is never a bounce.
"""

from __future__ import annotations

import email
import json
import re
from collections.abc import Iterable
from typing import Any

from flufl.bounce import all_failures

from newsletter.refusals import Phase, Reason, Refusal, judge
from newsletter.refusals.codes import status_in

from . import mime, signs, zoo
from .mime import Mail
from .value import Kind, Recipient, Report

# A report quotes at most the message it is about; what is longer is read to here.
MAX_BYTES = 1_000_000

# What the library's detectors are shown: some look at every line many times.
_OF_LIBRARY = 100_000

_TO = re.compile(
    r"^(?:To|X-Original-To|Delivered-To):[^\n]*?([\w.+=-]+@[\w-]+(?:\.[\w-]+)+)", re.I | re.M
)
_FROM = re.compile(
    r"^(?:From|Sender|Return-Path):[^\n]*?([\w.+=-]+@[\w-]+(?:\.[\w-]+)+)", re.I | re.M
)
# Where the header of a returned message stands.
_HEAD = 20_000
_PLAIN_ADDRESS = re.compile(r"[^\s<>;,:\"()]+@[\w-]+(?:\.[\w-]+)*|\"[^\"]+\"@[\w.-]+")
# What the server answered, from its code to the end of the paragraph.
_ANSWER = re.compile(
    r"(?<![\w.\[#/-])([245]\d\d)(?=[ :-])[^\n]*"
    r"(?:\n(?![ \t>]*\n)(?![ \t]*<?[^\s@]{1,64}@[^\s@]{1,255}:)[^\n]*){0,20}"
)
_LEADER = re.compile(
    r"(?:said|was|with|failure|server|host|error|code|reason)\s*:?\s*$|^\W*$|[:\]<(]\s*$", re.I
)
_AFTERWORD = re.compile(
    r"\(in reply to|giving up on|i'm not going to try|this message has been in the queue"
    r"|\[(?:rcpt_to|mail_from|data)\]|-{3,}|\*{6,}|no action is required"
    r"|this has been a permanent failure|last-attempt|рекомендуем",
    re.I,
)


def read(data: bytes) -> Report:
    """What this mail is, and whose mail it says could not be delivered and why."""
    return read_mail(mime.read(data[:MAX_BYTES]), data)


def read_mail(mail: Mail, data: bytes) -> Report:
    """The same for a mail that was taken apart; `data` is all of it."""
    if (complaint := _complaint(mail)) is not None:
        return complaint
    if (notice := _notification(mail)) is not None:
        return notice
    if mail.groups and (
        mail.has_status or _is_daemon(mail) or signs.FORWARDED.match(mail.get("subject"))
    ):
        return _status_report(mail)
    if _looks_like_bounce(mail):
        recipients = _from_text(mail, data)
        return Report(Kind.BOUNCE, recipients)
    if _is_automatic(mail):
        return Report(Kind.AUTO_REPLY)
    return Report(Kind.OTHER)


# --- complaints ---------------------------------------------------------------------------------


def _complaint(mail: Mail) -> Report | None:
    """RFC 5965, Hotmail's older form of it, and mail sent by a List-Unsubscribe: mailto button."""
    subject = mail.get("subject")
    if mail.feedback or mail.report_type == "feedback-report":
        kind = next((value for key, value in mail.feedback if key == "feedback-type"), "abuse")
        names = [v for k, v in mail.feedback if k in ("original-rcpt-to", "removal-recipient")]
    elif mail.has_message and subject.lower().startswith("complaint about message from"):
        kind, names = "abuse", []
    elif signs.OPT_OUT.fullmatch(subject) and not mail.get("in-reply-to"):
        kind, names = "opt-out", [mail.get("from")]
    else:
        return None
    addresses = [a for name in names if (a := _address(name))]
    if not addresses:
        addresses = [match[1] for match in [_TO.search(mail.returned)] if match] or [""]
    kind = kind.strip().lower()
    return Report(
        Kind.COMPLAINT,
        tuple(Recipient(address, feedback=kind or "abuse") for address in addresses),
        feedback=kind or "abuse",
    )


# --- notifications in JSON ----------------------------------------------------------------------


def _notification(mail: Mail) -> Report | None:
    """Amazon SES through SNS by mail: a JSON object in the text, broken at 998 octets."""
    text = mail.text.lstrip()
    if not text.startswith("{") or "Type" not in text[:40]:
        return None
    try:
        notice, _ = json.JSONDecoder(strict=False).raw_decode(re.sub(r"!\n ?", "", text))
    except ValueError:
        return None
    kind = notice.get("notificationType") or notice.get("eventType")
    if kind == "Complaint":
        found = _entries(notice, "complaint", "complainedRecipients")
        reason = str(notice["complaint"].get("complaintFeedbackType") or "abuse")
        return Report(
            Kind.COMPLAINT,
            tuple(Recipient(str(r.get("emailAddress", "")), feedback=reason) for r in found),
            feedback=reason,
        )
    if kind == "Bounce":
        entries = _entries(notice, "bounce", "bouncedRecipients")
        return Report(Kind.BOUNCE, tuple(_of_entry(entry, notice) for entry in entries))
    return Report(Kind.OTHER) if kind else None


def _of_entry(entry: dict[str, Any], notice: dict[str, Any]) -> Recipient:
    words = re.sub(r"^\w+;\s*", "", str(entry.get("diagnosticCode", "")))
    address = str(entry.get("emailAddress", ""))
    mail = notice.get("mail")
    source = str(mail.get("source", "")) if isinstance(mail, dict) else ""
    refusal = judge(
        words,
        status=str(entry.get("status", "")),
        phase=Phase.RCPT,
        recipient=address,
        ours=_with_domains([source]),
    )
    return Recipient(address, refusal, text=words)


def _entries(notice: dict[str, Any], part: str, name: str) -> list[dict[str, Any]]:
    inner = notice.get(part)
    found = inner.get(name) if isinstance(inner, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


# --- RFC 3464 -----------------------------------------------------------------------------------


def _status_report(mail: Mail) -> Report:
    words = mail.text
    named = [_of_group(group) for group in mail.groups]
    recipients: dict[str, Recipient] = {}
    for group, address in zip(mail.groups, named, strict=True):
        action = group.get("action", "").split()[:1]
        if action and action[0].lower() in ("delivered", "relayed", "expanded"):
            continue
        made = _of_fields(mail, group, address, words, named)
        known = recipients.get(made.address.lower())
        # Some systems write two groups for one address, one of them nearly empty.
        if known is None or (known.reason == "unknown" or not known.status):
            recipients[made.address.lower()] = made
    if not recipients:
        return Report(Kind.OTHER)
    return Report(Kind.BOUNCE, tuple(recipients.values()))


def _of_group(group: mime.Fields) -> str:
    for name in ("final-recipient", "original-recipient"):
        if address := _address(group.get(name, "").rpartition(";")[2]):
            return address
    return ""


def _of_fields(
    mail: Mail, group: mime.Fields, address: str, words: str, named: list[str]
) -> Recipient:
    section = zoo.section_of(words, address, named) if address and len(named) > 1 else words
    if not address:
        failed = [a for name in mail.all("x-failed-recipients") if (a := _address(name))]
        failed = failed or zoo.failed_addresses(words, _senders(mail))
        address = failed[0] if failed else ""
    kind, _, diagnosis = group.get("diagnostic-code", "").rpartition(";")
    diagnosis = diagnosis.strip()
    status = status_in(group.get("status", ""))
    phase = zoo.phase_of(section)
    if phase is Phase.UNKNOWN:
        phase = zoo.phase_of(diagnosis)
    ours = _ours(mail)
    refusal = judge(
        diagnosis,
        status=status,
        phase=phase,
        recipient=address,
        ours=ours,
        category=group.get("x-powermta-bouncecategory", "").strip().lower(),
        program=kind.strip().lower() == "x-unix",
    )
    if refusal.reason is Reason.UNKNOWN or not diagnosis or _cut_short(diagnosis):
        # No diagnosis, or only the first line of a reply: the words to the reader have it whole.
        fuller = _judge_text(section, status, phase, address, ours)
        if fuller.reason is not Reason.UNKNOWN:
            refusal = fuller
    return Recipient(
        address=address,
        refusal=refusal,
        original=_address(group.get("original-recipient", "").rpartition(";")[2]),
        # A warning is no failure: the mail is still being tried.
        delayed=group.get("action", "").strip().lower().startswith("delayed"),
        text=(diagnosis or _answer(section))[:500],
    )


def _cut_short(diagnosis: str) -> bool:
    """Whether this is a reply of several lines ("550-…") without its last ("550 …")."""
    return diagnosis[3:4] == "-" and f"{diagnosis[:3]} " not in diagnosis


# --- the rest -----------------------------------------------------------------------------------


def _looks_like_bounce(mail: Mail) -> bool:
    if mail.has_status or mail.report_type == "delivery-status" or mail.get("x-failed-recipients"):
        return True
    subject = mail.get("subject")
    if signs.FORWARDED.match(subject) or signs.is_auto_subject(subject):
        return False
    if not _is_daemon(mail):
        return False
    if signs.speaks_of_failure(subject):
        return True
    if not signs.DAEMON.search(mail.get("from")) and _is_automatic(mail):
        # A person's automatic reply has an empty return path too (RFC 3834): it needs more proof.
        return bool(_answer(mail.text))
    return signs.speaks_of_failure(mail.text[:4000])


def _is_daemon(mail: Mail) -> bool:
    path = mail.get("return-path")
    return bool(signs.DAEMON.search(mail.get("from"))) or path == "<>" or "MAILER-DAEMON" in path


def _from_text(mail: Mail, data: bytes) -> tuple[Recipient, ...]:
    words = mail.text
    addresses = [
        address
        for value in mail.all("x-failed-recipients")
        for part in value.split(",")
        if (address := _address(part))
    ]
    if not addresses:
        addresses = zoo.failed_addresses(words, _senders(mail))
    if not addresses:
        addresses = _by_library(data)
    if not addresses and (match := _TO.search(mail.returned)):
        addresses = [match[1]]
    ours = _ours(mail)
    delayed = signs.speaks_of_delay(words)
    recipients = []
    for address in addresses or [""]:
        section = zoo.section_of(words, address, addresses) if len(addresses) > 1 else words
        refusal = _judge_text(section or words, "", zoo.phase_of(section), address, ours)
        text = _answer(section)[:500]
        recipients.append(Recipient(address, refusal, delayed=delayed, text=text))
    return tuple(recipients)


def _by_library(data: bytes) -> list[str]:
    """Mailman's detectors know forms that have no address in our places."""
    try:
        mail = email.message_from_bytes(mime.bounded(data[:MAX_BYTES])[:_OF_LIBRARY])
        temporary, permanent = all_failures(mail)
    except (
        Exception
    ):  # Its detectors raise what they like on malformed mail; then they know nothing.
        return []
    found = [raw.decode("ascii", "replace") for raw in sorted(permanent) + sorted(temporary)]
    return [address for address in found if "@" in address]


def _judge_text(
    section: str, status: str, phase: Phase, recipient: str, ours: frozenset[str]
) -> Refusal:
    """The server's own answer if the text quotes one, else all of the text."""
    answer = _answer(section)
    if answer:
        refusal = judge(answer, status=status, phase=phase, recipient=recipient, ours=ours)
        if refusal.reason is not Reason.UNKNOWN:
            return refusal
    words = signs.BOILERPLATE.sub(" ", section)
    return judge(words, status=status, phase=phase, recipient=recipient, ours=ours)


def _answer(section: str) -> str:
    for match in _ANSWER.finditer(section):
        before = section[max(0, match.start() - 40) : match.start()].rpartition("\n")[2]
        if not _LEADER.search(before):
            continue
        answer = match[0]
        if end := _AFTERWORD.search(answer):
            answer = answer[: end.start()]
        return re.sub(r"\s+", " ", answer).strip()
    return ""


def _is_automatic(mail: Mail) -> bool:
    """RFC 3834, and what went before it."""
    submitted = mail.get("auto-submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if mail.all("x-autoreply", "x-autorespond", "x-mail-autoreply"):
        return True
    if mail.get("precedence").lower() in ("auto_reply", "auto-reply"):
        return True
    return signs.is_auto_subject(mail.get("subject"))


def _senders(mail: Mail) -> frozenset[str]:
    found: set[str] = set()
    for value in mail.all("to", "from", "delivered-to", "x-original-to"):
        found.update(address.lower() for address in _PLAIN_ADDRESS.findall(value))
    return frozenset(found)


def _ours(mail: Mail) -> frozenset[str]:
    """Our side of the conversation: who the report goes to, and who wrote what it returns."""
    found = _PLAIN_ADDRESS.findall(" ".join(mail.all("to", "delivered-to")))
    found += [match[1] for match in _FROM.finditer(mail.returned[:_HEAD])]
    return _with_domains(found)


def _with_domains(found: Iterable[str]) -> frozenset[str]:
    lower = {address.lower() for address in found if "@" in address}
    return frozenset(lower | {address.rpartition("@")[2] for address in lower})


def _address(text: str) -> str:
    match = _PLAIN_ADDRESS.search(text)
    return match[0].strip("<>'") if match else ""
