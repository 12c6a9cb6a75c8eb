"""A mail as its reader needs it: header fields, the words of a person or server, the machine's
fields, and the returned message, whatever the MIME around them is worth.

Reports come from thirty years of software: parts without an end, a boundary that is never
declared, delivery-status fields in plain text, charsets nobody knows. Nothing here may raise.
"""

from __future__ import annotations

import contextlib
import email
import email.errors
import email.header
import email.parser
import html
import itertools
import re
from dataclasses import dataclass, field
from email.message import Message

# Where the returned message begins when it is not a part of its own.
_RETURNED = re.compile(
    r"^(?:"
    r"[-=_*|> ]*(?:this is a copy of|below this line is|below is|included is|enclosed is)"
    r" (?:a copy|the)\b.*"
    r"|[-=_*|> ]*(?:begin )?(?:original|returned|unsent|undelivered|rejected|bounced|message) "
    r"(?:message|mail|text|header|headers)(?: info| text| headers?)?(?: follows?)?[-=_*|.:> ]*"
    r"|[-=_*|> ]*the (?:header|headers|text) of the original (?:message|mail) (?:is|are|follows).*"
    r"|[-=_*|> ]*(?:a copy of|the) (?:the |your )?(?:original )?(?:message|mail)"
    r" (?:is |that you |you sent )?(?:follows|below|attached|sent).*:\s*"
    r"|[-=_*|> ]+original (?:message|mail).*"
    r"|original (?:message|mail):?\s*"
    r"|message headers follow.*|original message follows.*"
    # Not "原邮件信息：", which only sums up its time, subject and recipient before it says why.
    r"|[-=_*|> ]*原始?(?:邮件|郵件|信)"
    r"(?!信息|資訊|资讯|主[题題旨]|[标標][题題]|[时時][间間]|收件)(?:内容|如下)?.*"
    r")$",
    re.I | re.M,
)
# Or a block that can only be the head of one.
_HEAD = re.compile(
    r"^(?:Received:|Return-Path:|DKIM-Signature:|X-Received:|Message-ID:|From: .*\n"
    r"(?:To|Date|Subject|Message-ID): )",
    re.I | re.M,
)
_UNFOLD = re.compile(r"\n[ \t]+")
_FIELD = re.compile(r"^[>| \t]*([A-Za-z][A-Za-z-]{2,40}):[ \t]*(.*)$")
_MACHINE = re.compile(
    r"^[>| \t]*(?:Final-Recipient|Original-Recipient|Diagnostic-Code)\s*:", re.I | re.M
)
_FEEDBACK = re.compile(r"^Feedback-Type: *\w", re.I | re.M)
# No server says why in more words than this; what is longer is somebody's letter.
MAX_TEXT = 40_000
MAX_LINE = 10_000
MAX_DEPTH = 20
# A parser's work grows with the square of some of these (folded parameters, parts in parts): what
# is beyond them, no mail server writes. 1 MB of any of them cost from 3 to 100 seconds.
MAX_LINES = 20_000
MAX_BOUNDARIES = 50
MAX_PARTS = 1000
MAX_BLANK = 20  # empty lines in a row
MAX_FIELDS = 1000
MAX_FIELD = 4000  # characters of one; decoding 70,000 encoded words cost 9 seconds
MAX_GROUPS = 100
_BLANK = re.compile(r"\n[>| \t]*\n")
_TAG = re.compile(r"(<[^<>@]{0,2000}>)")
_BREAK = re.compile(r"</?(?:br|p|div|tr|li|h\d)\b", re.I)

Fields = dict[str, str]


@dataclass(slots=True)
class Mail:
    """The parts of a mail that matter here. Field names are lower case."""

    headers: list[tuple[str, str]]
    content_type: str
    report_type: str
    text: str = ""
    groups: list[Fields] = field(default_factory=list)
    feedback: list[tuple[str, str]] = field(default_factory=list)
    returned: str = ""
    has_status: bool = False
    has_message: bool = False

    def get(self, name: str) -> str:
        """The first field of this name, decoded and on one line, or ""."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, *names: str) -> list[str]:
        """Every value of these fields, in their order in the mail."""
        return [value for key, value in self.headers if key in names]


def bounded(data: bytes) -> bytes:
    """The mail with LF newlines, and of all that a hostile sender made endless a beginning: lines,
    folded fields, parts and their declarations, empty lines. One pass."""
    kept: list[bytes] = []
    folded = blank = parts = declared = 0
    data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for line in data.split(b"\n", MAX_LINES)[:MAX_LINES]:
        blank = 0 if line.strip() else blank + 1
        folded = folded + len(line) if line[:1] in (b" ", b"\t") else 0
        if blank > MAX_BLANK or folded > MAX_LINE:
            continue
        parts += line.startswith(b"--")
        declared += b"boundary" in line.lower()
        if parts > MAX_PARTS or declared > MAX_BOUNDARIES:
            break
        kept.append(line[:MAX_LINE])
    return b"\n".join(kept)


def read(data: bytes) -> Mail:
    """Take a mail apart. `data` may have CRLF, LF or CR newlines."""
    data = bounded(data)
    if data.startswith(b"From "):  # The separator line of an mbox.
        data = data.partition(b"\n")[2]
    try:
        message = email.message_from_bytes(data)
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError):
        # A thousand nested parts, or another of the parser's own troubles: the head will do.
        message = email.parser.BytesHeaderParser().parsebytes(data.partition(b"\n\n")[0])
        message.set_payload(data.partition(b"\n\n")[2][: 5 * MAX_TEXT].decode("latin-1"))
    mail = Mail(
        headers=[(key.lower(), value) for key, value in _headers(message)],
        content_type=message.get_content_type(),
        report_type=str(message.get_param("report-type") or "").lower(),
    )
    texts: list[str] = []
    _walk(message, mail, texts, depth=0)
    text = "\n".join(texts)[: 5 * MAX_TEXT]
    if not mail.returned:
        text, mail.returned = split_returned(text)
    mail.text = text[:MAX_TEXT]
    if not mail.groups and _MACHINE.search(mail.text):
        # Written as text, quoted by a person who forwards it, or in a part that lost its head.
        mail.groups = [g for g in groups(mail.text) if "action" in g or "status" in g]
    if not mail.feedback and _FEEDBACK.search(mail.text):
        mail.feedback = _lines(mail.text)
    return mail


def _walk(part: Message, mail: Mail, texts: list[str], depth: int) -> None:
    kind = part.get_content_type()
    if kind == "message/delivery-status":
        mail.has_status = True
        mail.groups += groups(_inner_text(part))[: MAX_GROUPS - len(mail.groups)]
    elif kind == "message/feedback-report":
        mail.feedback += _lines(_inner_text(part))
    elif kind in ("message/rfc822", "text/rfc822-headers", "text/rfc822-header", "message/partial"):
        mail.has_message = True
        mail.returned += _inner_text(part)
    elif part.is_multipart():
        if depth > MAX_DEPTH:
            return
        for inner in part.get_payload():
            if isinstance(inner, Message):
                _walk(inner, mail, texts, depth + 1)
    elif kind == "text/html":
        if not any(text.strip() for text in texts):
            texts.append(_words(_text(part)))
    elif kind.startswith(("text/", "multipart/")) and not mail.has_message:
        # multipart/* that is none: its boundary was lost, its text was not.
        texts.append(_text(part))


def _inner_text(part: Message) -> str:
    """The text inside a message/* part, however the parser took it apart."""
    payload = part.get_payload()
    if isinstance(payload, str):
        return _text(part)
    pieces = []
    for inner in payload[: 2 * MAX_GROUPS] if isinstance(payload, list) else [payload]:
        if not isinstance(inner, Message):
            continue
        head = "".join(f"{key}: {value}\n" for key, value in _headers(inner))
        body = "" if inner.is_multipart() else _text(inner)
        pieces.append(head + ("\n" + body if body else ""))
    return "\n".join(pieces)


def _text(part: Message) -> str:
    """The text of a part, with no line and no whole that a hostile sender made endless."""
    text = _decoded(part)[: 5 * MAX_TEXT]
    return "\n".join(line[:MAX_LINE] for line in text.split("\n"))


def _decoded(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    charset = (part.get_content_charset() or "").strip("'\" ")
    for name in (charset, "utf-8"):
        try:
            return raw.decode(name) if name else raw.decode()
        except (LookupError, ValueError):
            continue
    if b"\x1b$" in raw:
        return raw.decode("iso-2022-jp", "replace")
    return raw.decode("latin-1")


def _words(page: str) -> str:
    """The words of an HTML page, one pass."""
    words, hidden = [], ""
    for piece in _TAG.split(page):
        tag = piece.lower() if piece.startswith("<") and piece.endswith(">") else ""
        if hidden:
            hidden = "" if tag.startswith(f"</{hidden}") else hidden
        elif tag:
            hidden = next((n for n in ("style", "script") if tag.startswith(f"<{n}")), "")
            words.append("\n" if _BREAK.match(tag) else " ")
        else:
            words.append(piece)
    return html.unescape("".join(words))


def _headers(message: Message) -> list[tuple[str, str]]:
    """The fields in their order, their values decoded."""
    fields = itertools.islice(message.raw_items(), MAX_FIELDS)
    return [(key, _header(value)) for key, value in fields]


def _header(value: object) -> str:
    # Many systems write UTF-8 without encoding it; the parser keeps its octets as surrogates.
    text = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    text = _UNFOLD.sub(" ", text).replace("\n", " ")[:MAX_FIELD]
    if "=?" not in text:  # No encoded word (RFC 2047): what follows would return it as it is.
        return text.encode("utf-8", "replace").decode().strip()
    with contextlib.suppress(LookupError, ValueError, email.errors.HeaderParseError):
        text = str(email.header.make_header(email.header.decode_header(text)))
    # Octets that are no UTF-8 come out of the parser as lone surrogates.
    return text.encode("utf-8", "replace").decode("utf-8", "replace").strip()


def _lines(text: str) -> list[tuple[str, str]]:
    found = []
    for line in _UNFOLD.sub(" ", text).split("\n"):
        if match := _FIELD.match(line):
            found.append((match[1].lower(), match[2].strip()))
    return found


def groups(text: str) -> list[Fields]:
    """The recipient groups of delivery-status fields (RFC 3464 section 2.3).

    A group needs an address or a diagnosis; the group about the message has neither.
    """
    found: list[Fields] = []
    for block in _BLANK.split(text):
        if len(found) >= MAX_GROUPS:
            break
        fields: Fields = {}
        for key, value in _lines(block):
            # Two groups without the blank line between them.
            if key.endswith("-recipient") and key in fields and "action" in fields:
                found.append(fields)
                fields = {}
            fields.setdefault(key, value)
        if fields.keys() & {"final-recipient", "original-recipient", "diagnostic-code"}:
            found.append(fields)
    return found


def split_returned(text: str) -> tuple[str, str]:
    """(the report's own words, the returned message)."""
    ends = [match.start() for match in (_RETURNED.search(text), _HEAD.search(text)) if match]
    # A text that begins with a head is a mail without MIME inside; keep what there is.
    ends = [end for end in ends if text[:end].strip()]
    if not ends:
        return text, ""
    return text[: min(ends)], text[min(ends) :]
