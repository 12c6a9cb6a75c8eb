"""The documents in a mail. Pure; a mail is taken apart here and nowhere else.

Attached Markdown or JSON counts, each file a document of its own; without any the mails that are
attached do, and without those the mail's own text. Programs for mail break its lines (RFC 3676
undoes that) and put a signature below. Other files in it are pictures that a document may name.
"""

from __future__ import annotations

import email
import email.errors
import email.header
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from newsletter.digest.decoding import codec_of, decode
from newsletter.importing.illustrating import Files, no_files

from ..folder import ENDINGS
from . import passing_on

# More in one mail is a mistake, or somebody's archive.
MOST = 10
_KINDS = ("text/markdown", "text/x-markdown", "application/json")
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_FOOTER = re.compile(r"\s*_{20,}\s*$", re.MULTILINE)
# Mails attached to mails attached to mails.
_DEEP = 5


class Unreadable(Exception):
    """The mail cannot be taken apart."""


@dataclass(frozen=True, slots=True)
class Document:
    """Its file name, or "" for the mail's own text, and its octets."""

    name: str
    data: bytes


def parse(content: bytes) -> Message:
    """The mail. Raises Unreadable."""
    try:
        return email.message_from_bytes(content)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        raise Unreadable from None


def documents(message: Message) -> list[Document]:
    """At most MOST + 1 of them, so that too many can be told. Raises Unreadable."""
    try:
        return _documents(message, 0)[: MOST + 1]
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        raise Unreadable from None


def _documents(message: Message, depth: int) -> list[Document]:
    attached = list(_attached([part for part in message.walk() if not part.is_multipart()]))
    if attached or depth > _DEEP:
        return attached
    for inner in islice(passing_on.attached(message), MOST + 1):
        attached += _documents(inner, depth + 1)
    if attached:
        return attached
    text = _text(message)
    return [Document("", text.encode("utf-8", "surrogatepass"))] if text.strip() else []


def is_html_alone(message: Message) -> bool:
    """Whether there is a text, but only as a page."""
    kinds = {part.get_content_type() for part in message.walk() if not _is_file(part)}
    return "text/html" in kinds


def _text(message: Message) -> str:
    """What its sender wrote: of several texts all, since a picture within it parts it in two."""
    texts = [_own_text(part) for part in _own_parts(message)]
    # What a list of mail puts below begins with a rule.
    own = [text for place, text in enumerate(texts) if not (place and _FOOTER.match(text))]
    text = passing_on.meant("\n".join(own), message)
    if passing_on.is_answer(message):
        text = _without_quote(text)
    signature = _SIGNATURE.search(text)
    return text[: signature.start()] if signature else text


def _own_parts(message: Message) -> Iterator[Message]:
    """Its texts without those of attached mails; of alternatives one."""
    if message.get_content_type() == "text/plain" and not _is_file(message):
        yield message
    elif message.get_content_maintype() == "multipart":
        for part in message.get_payload() if message.is_multipart() else ():
            if isinstance(part, Message):
                found = list(_own_parts(part))
                yield from found
                if found and message.get_content_subtype() == "alternative":
                    return


def _attached(parts: list[Message]) -> Iterator[Document]:
    for part in parts:
        name = file_name(part)
        kind = part.get_content_type()
        if name.lower().endswith(ENDINGS) or kind in _KINDS:
            if not name and kind == "application/json":
                name = "mail.json"
            data = part.get_payload(decode=True)
            yield Document(name, _in_utf8(part, data if isinstance(data, bytes) else b""))


def beside(message: Message) -> Files:
    """The files that came with the documents, by name without folders; of two alike the first."""
    files: dict[str, Message] = {}
    for part in message.walk():
        name = "" if part.is_multipart() else file_name(part)
        if name and not name.lower().endswith(ENDINGS):
            files.setdefault(name, part)

    def octets(name: str) -> bytes | None:
        part = files.get(name.rpartition("/")[2])
        data = part.get_payload(decode=True) if part is not None else None
        return data if isinstance(data, bytes) else None

    return octets if files else no_files


def file_name(part: Message) -> str:
    """The file's name without a path; also where it was encoded as no RFC has it."""
    try:
        name = part.get_filename() or ""
        # Not `make_header`, which puts a space where encoded and plain meet.
        name = "".join(
            piece if isinstance(piece, str) else piece.decode(charset or "ascii", "replace")
            for piece, charset in email.header.decode_header(name)
        )
    except (LookupError, ValueError, TypeError, email.errors.HeaderParseError):
        return ""
    name = name.encode("utf-8", "replace").decode()
    return re.sub(r"[\x00-\x1f\x7f]", "", name.replace("\\", "/")).rpartition("/")[2][-120:]


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(file_name(part))


def _charset(part: Message) -> str:
    try:
        return str(part.get_content_charset() or "").strip("'\" ")
    except (LookupError, ValueError):
        return ""


def _in_utf8(part: Message, data: bytes) -> bytes:
    """Text in a charset that is named is brought to UTF-8; otherwise the reader recognises it."""
    charset = _charset(part)
    if part.get_content_maintype() != "text" or charset in ("", "utf-8", "us-ascii"):
        return data
    try:
        return data.decode(codec_of(charset)).encode("utf-8", "surrogatepass")
    except (LookupError, UnicodeError):
        return data


def _own_text(part: Message) -> str:
    raw = part.get_payload(decode=True)
    data = _in_utf8(part, raw if isinstance(raw, bytes) else b"")
    # A label that is wrong is found out there; what is in no encoding at all has its marks.
    text = decode(data).text or data.decode("utf-8", "replace").replace("\r\n", "\n")
    if str(part.get_param("format") or "").lower() == "flowed":
        text = unflowed(text, joined=str(part.get_param("delsp") or "").lower() == "yes")
    return text


# Below one of these a reply has what it answers: a line that a program for mail puts there.
_WROTE = re.compile(
    r"^(?!>).{0,200}(?:wrote|schrieb|a écrit|escribió|escreveu|ha scritto|пишет|写道|寫道|のメール"
    r"|님이 작성)\s?[:：]\s*$",
    re.MULTILINE | re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^[-_ ]{2,}+(?:Original Message|Original-Nachricht|Ursprüngliche Nachricht|Message d.origine"
    r"|Mensaje original|Mensagem original|Messaggio originale|Исходное сообщение|原始邮件|原始郵件"
    r"|邮件原文|元のメッセージ|원본 메시지|원본 메일)[-_ ]{2,}+$",
    re.MULTILINE | re.IGNORECASE,
)


def _without_quote(text: str) -> str:
    """A reply's own text. Quoted lines are cut off only below a line that says who wrote them, and
    only to the end: a digest quotes as well."""
    if found := _ORIGINAL.search(text):
        return text[: found.start()]
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    said = len(lines)  # how many lines there are down to the last that is not quoted
    while said and (not lines[said - 1].strip() or lines[said - 1].startswith(">")):
        said -= 1
    if said == len(lines):
        return text  # Nothing is quoted at the end.
    end = sum(len(line) + 1 for line in lines[:said]) - 1
    found = next((one for one in _WROTE.finditer(text) if one.end() >= end), None)
    return text[: found.start()] if found is not None else text


def unflowed(text: str, *, joined: bool) -> str:
    """RFC 3676: a line that ends in a space goes on in the next; `joined` (DelSp) drops the space.

    The separator of a signature, "-- ", is a line of its own (section 4.3), and what is quoted goes
    on in what is quoted as deeply (section 4.5).
    """
    lines: list[str] = []
    flows, before = False, ""
    for line in text.split("\n"):
        quoted = re.match(">*", line)[0]  # type: ignore[index]
        if line.startswith(" "):
            line = line[1:]  # Stuffed (section 4.4).
        own = re.sub(r"\A>+ ?", "", line) if quoted else line
        if flows and line != "-- " and quoted == before:
            lines[-1] = (lines[-1][:-1] if joined else lines[-1]) + own
        else:
            lines.append(line)
        flows, before = own.endswith(" ") and line != "-- ", quoted
    return "\n".join(lines)
