"""Reports in free text: whose mail failed, what the server said, and to which command.

There are hundreds of forms and no standard, but few habits: the address begins a line, stands on
a line of its own, or follows a word such as "to", "user" or "RCPT TO"; what follows until the next
address is why.
"""

from __future__ import annotations

import re

from newsletter.refusals import Phase
from newsletter.refusals.plain import apart

_ADDRESS = r"(?:\"[^\"\s]{1,64}\"|[\w.!#$%&'*+/=?^`{|}~-]{1,64})@[\w-]+(?:\.[\w-]+)*"
_QUOTE = r"^[>|*\s\"'-]{0,12}"
# From the surest form to the least.
_FORMS = (
    re.compile(
        rf"{_QUOTE}(?:Final|Original)-Recipient:\s*(?:rfc822\s*;)?\s*<?({_ADDRESS})", re.I | re.M),
    re.compile(rf"{_QUOTE}<({_ADDRESS})>(?=[:\s\"]|$)", re.M),
    re.compile(rf"{_QUOTE}({_ADDRESS})[\"']?\s*:?\s*$", re.M),
    re.compile(rf"{_QUOTE}({_ADDRESS})\)?(?=:?\s|\.\.\.)", re.M),
    re.compile(rf"\bAddress:\s*<?({_ADDRESS})", re.I),
    re.compile(rf"\bRCPT TO\s*:\s*<?({_ADDRESS})", re.I),
    re.compile(
        r"\b(?:to|user|recipient|mailbox|address|userid|for|recipients|following|size|attempts|account)"
        rf"(?:\(s\))?[:\s]*[<(\"']?({_ADDRESS})", re.I),
    re.compile(rf"[<(（]({_ADDRESS})[>)）]"),
    re.compile(
        r"(?:收件人|收件者|收信人|发送到|发送至|寄送至|投递到|宛先|送信先|получател|адрес|адресат"
        r"|empfänger|destinataire|destinat[aá]rio|받는 사람|수신자)[^@\n]{0,24}?(?<![\w.+-])"
        rf"({_ADDRESS})",
        re.I),
)  # fmt: skip
_ANY = re.compile(rf"(?<![\w.+=-]){_ADDRESS}")
_NOT_THEM = re.compile(
    r"^(?:postmaster|mailer-daemon|abuse|support|helpdesk|noreply|no-reply|admin|root|webmaster)@",
    re.I,
)
_HEADERISH = re.compile(r"^\s*(?:From|Sender|Reply-To|Cc|Subject|Return-Path|Message-ID)\s*:", re.I)

_RCPT = re.compile(
    r"(?:in reply to|in response to|after|did not like our|response to|rejected in|to)\s+"
    r"(?:the\s+)?\"?rcpt\b"
    r"|does not like recipient|\[rcpt_to\]|smtp:rcpt|after rcpt command|>>> ?rcpt to|sent <<< rcpt"
    r"|\(state 14\)|smtp command\s+rcpt|rcpt to:? ?<?[^>\n]*>?:? ?(?:failed|rejected)"
    # The server goes on to say that it holds no recipient: so it was RCPT that it had refused,
    # though a pipelining client shows DATA as its last command.
    r"|<<< ?50[13][ -].*(?:need rcpt|valid rcpt|rcpt commands|no valid recipients)"
    r"|<<< ?55[0-9][ -].*no valid recipients|all rcpt commands were rejected",
    re.I,
)
_MAIL = re.compile(
    r"(?:in reply to|in response to|after|did not like our|response to)\s+(?:the\s+)?\"?mail\b"
    r"|sender was rejected|\[mail_from\]|smtp:mail|>>> ?mail from|\(state 13\)",
    re.I,
)
_DATA = re.compile(
    r"(?:in reply to|in response to|after|did not like our(?: final)?|response to)\s+(?:the\s+)?"
    r"\"?(?:end of )?data\b|failed after i sent the message|failed on data command"
    r"|>>> ?data\b|>>> ?\.\s"
    r"|\[data\]|smtp:data|\(state 1[5-9]\)|smtp command\s+data|end of message",
    re.I,
)
_CONNECT = re.compile(
    r"my name was rejected"
    r"|(?:in reply to|after|did not like our)\s+\"?(?:ehlo|helo|connect|greeting)"
    r"|while receiving the initial|refused to talk to me|initial connection|\(state [0-9]\)",
    re.I,
)


def phase_of(text: str) -> Phase:
    """To which command the refusal was the answer, as far as the words tell."""
    for pattern, phase in ((_RCPT, Phase.RCPT), (_MAIL, Phase.MAIL), (_DATA, Phase.DATA)):
        if pattern.search(text):
            return phase
    return Phase.CONNECT if _CONNECT.search(text) else Phase.UNKNOWN


def failed_addresses(text: str, not_these: frozenset[str] = frozenset()) -> list[str]:
    """The addresses this text says could not be reached, in order, each once.

    `not_these` (lower case) are addresses known to be somebody else's: the sender's, mostly.
    """
    text = apart(text)
    for unwanted in (not_these, frozenset[str]()):
        for form in _FORMS:
            found: dict[str, str] = {}
            for match in form.finditer(text):
                start = text.rfind("\n", 0, match.start(1)) + 1
                if _HEADERISH.match(text[start : match.end()]):
                    continue
                address = match[1].rstrip(".'")
                if address.lower() not in unwanted and not _NOT_THEM.match(address):
                    found.setdefault(address.lower(), address)
            if found:
                return list(found.values())
        if not not_these:
            break
    # In words of whatever language: if one address alone is named, it is theirs.
    named = {match[0].rstrip(".'").lower(): match[0].rstrip(".'") for match in _ANY.finditer(text)}
    theirs = [a for low, a in named.items() if low not in not_these and not _NOT_THEM.match(a)]
    return theirs if len(theirs) == 1 else []


def section_of(text: str, address: str, others: list[str]) -> str:
    """What this text says about `address`: from its first line to the next address's."""
    low = text.lower()
    start = low.find(address.lower())
    if start < 0:
        return ""
    start = low.rfind("\n", 0, start) + 1
    ends = []
    for other in others:
        if other.lower() != address.lower():
            at = low.find(other.lower(), start + len(address))
            if at > 0:
                ends.append(low.rfind("\n", 0, at) + 1)
    end = min((e for e in ends if e > start), default=len(text))
    return text[start:end]
