"""A mail that passes another one on: whose words count. Pure.

Who forwards a digest means the digest, and not the line above it; who answers a mail means their
own words, and not those below. Programs write the other mail's fields between the two (From,
Subject, Date), in the language of whoever uses them, below a line that says so or a rule; some mark
all of it as quoted. Others attach it whole: `message/rfc822`, or a file `.eml`.
"""

from __future__ import annotations

import base64
import binascii
import email
import email.errors
import email.header
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

# The other mail's fields, as programs for mail call them.
_FROM = (
    r"from|von|de|da|van|from|od|från|fra|lähettäjä|kimden|feladó|από|от|від|dari|từ|จาก"
    r"|发件人|發件人|寄件者|寄件人|差出人|送信者|送信元|보낸\s?사람|من|מאת"
)
_OTHERS = (
    r"subject|betreff|objet|sujet|asunto|assunto|oggetto|onderwerp|тема|temat|předmět|ämne|emne|aihe"
    r"|konu|tárgy|θέμα|subjek|perihal|chủ đề|เรื่อง|主题|主題|主旨|件名|제목|الموضوع|נושא"
    r"|date|sent|datum|gesendet|envoyé|fecha|enviado|enviada|enviado el|data|inviato|verzonden|дата"
    r"|отправлено|надіслано|data|wysłano|odesláno|skickat|dato|sendt|lähetetty|päivämäärä|gönderildi"
    r"|tarih|küldve|dátum|ημερομηνία|tanggal|ngày|วันที่|发送时间|发送日期|發送時間|寄件日期|日期|时间"
    r"|時間|日時|送信日時|보낸\s?날짜|날짜|التاريخ|تاريخ الإرسال|תאריך"
)
_MORE = (
    r"to|an|à|a|pour|para|aan|кому|do|komu|till|til|vastaanottaja|kime|alıcı|címzett|προς|kepada|đến|ถึง"
    r"|收件人|收件者|宛先|받는\s?사람|إلى|אל|cc|kopie|copie|kopia|копия|抄送|副本|참조|reply-to|bcc"
    r"|antwort an|répondre à|responder a|rispondi a"
)
_FIELD = re.compile(
    rf"(?P<quoted>>\s?)?\**(?:(?P<from>{_FROM})|(?P<other>{_OTHERS})(?:\s(?:em|el|le|am|on|il|den))?"
    rf"|(?P<more>{_MORE}))\s*[:：]\**(?!/)",
    re.IGNORECASE,
)
# Some programs lose the ends of these lines on the way to plain text: all stand in one.
_GLUED = re.compile(
    rf"([-_]{{3,}}.{{0,60}}?[-_]{{3,}})[ \t]*(?=(?:{_FROM})\s*[:：])", re.IGNORECASE
)
_NEXT = re.compile(rf"(?<=[\w>)\]\s;])(?=(?:{_OTHERS}|to|cc)[:：]\s)", re.IGNORECASE)
# Where what was passed on ends, if a program says so.
_END = re.compile(
    r"\b(?:end|ende|fin|fine|fim|einde|slut|конец|koniec|son)\b|结束|結束|終|끝|نهاية",
    re.IGNORECASE,
)
_LONG_RULE = re.compile(r"\s*[-=_]{20,}\s*")
_FORWARDED = re.compile(
    r"forward|weitergeleitet|transf[ée]r|réexpédié|reenvi|encaminhad|inoltrat|doorgestuurd|vidare"
    r"|videresend|välitetty|iletilen|továbbított|przekazan|přeposlan|προωθ|пересл|пересил|diteruskan"
    r"|chuyển tiếp|ส่งต่อ|转发|轉發|轉寄|转寄|転送|전달|محول|مُعاد|הועבר",
    re.IGNORECASE,
)
_FORWARDS = re.compile(
    r"\s*(?:(?:fwd?|wg|tr|rv|enc|i|vb|vs|doorst|pd|ilt|továbbítás|пересл\w*|转发|轉發|轉寄|转寄|転送"
    r"|전달)\s*[:：]|\[fwd:)",
    re.IGNORECASE,
)
_RULE = re.compile(r">?\s*[-_=*–—]{2,}.{0,60}")
_BEGINS = re.compile(r">?\s*\S.{0,80}[:：]\s*")
_ANSWERS = ("In-Reply-To", "References")
# So many of the other mail's fields stand there at least.
_FIELDS = 3
# A mail that was passed on again and again.
_DEEP = 5


@dataclass(frozen=True, slots=True)
class _Parted:
    """The text above the other mail's fields, the line that announces them, and the text below."""

    above: str
    line: str
    below: str


def meant(text: str, message: Message) -> str:
    """The part of a mail's own text that its sender means, out of all of it."""
    for _again in range(_DEEP):
        parted = _part(text)
        if parted is None:
            return text
        if _is_passed_on(parted, message):
            text = parted.below
        elif is_answer(message) and parted.line:
            return parted.above
        else:
            return text
    return text


def is_answer(message: Message) -> bool:
    """Whether it answers a mail, or passes one on: programs tell both by the same fields."""
    return any(message[name] for name in _ANSWERS)


def _is_passed_on(parted: _Parted, message: Message) -> bool:
    if _FORWARDED.search(parted.line) or _FORWARDS.match(subject_of(message)):
        return True
    return not parted.above.strip() and not is_answer(message)


def subject_of(message: Message) -> str:
    """Its subject as a person reads it."""
    value = str(message.get("subject", ""))
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except (LookupError, ValueError, TypeError, email.errors.HeaderParseError):
        return value


def _part(text: str) -> _Parted | None:
    """Where another mail's fields stand in a text, the first time."""
    lines = [piece for line in text.split("\n") for piece in _apart(line)]
    for first, line in enumerate(lines):
        if _FIELD.match(line) is None or (first and _FIELD.match(lines[first - 1])):
            continue
        found = _fields(lines, first)
        if found is None:
            continue
        end, quoted = found
        line, above = _announced(lines[:first])
        below = _unquoted(lines[end:]) if quoted else lines[end:]
        below = _ended(below) if line else below
        return _Parted("\n".join(above), line, "\n".join(below).lstrip("\n"))
    return None


def _fields(lines: list[str], first: int) -> tuple[int, bool] | None:
    """The line behind the fields that begin there, and whether they are quoted; None for others."""
    names: Counter[str] = Counter()
    place, quoted = first, False
    while place < len(lines) and (field := _FIELD.match(lines[place])):
        names.update(name for name in ("from", "other", "more") if field[name])
        names["address"] += bool(field["from"] and "@" in lines[place])
        quoted = quoted or field["quoted"] is not None
        place += 1
        while place < len(lines) and re.match(r">?[ \t]+\S", lines[place]):  # Folded.
            if _FIELD.match(lines[place].lstrip("> \t")):
                break
            place += 1
    # An item may have lines like From and Date, but hardly that many, with somebody's address.
    fields = names["from"] + names["other"] + names["more"]
    known = names["from"] == 1 and names["other"] and (names["more"] or names["address"])
    return (place, quoted) if known and fields >= _FIELDS else None


def _announced(above: list[str]) -> tuple[str, list[str]]:
    """The line right above the fields that says what comes ("" for none), and what is above it."""
    place = len(above)
    while place and not above[place - 1].strip("> \t"):
        place -= 1
    line = above[place - 1] if place else ""
    if _RULE.fullmatch(line) or (_BEGINS.fullmatch(line) and _FORWARDED.search(line)):
        return line, above[: place - 1]
    return "", above


def _apart(line: str) -> list[str]:
    """A line, or the several that a program made one of."""
    announced = _GLUED.match(line.strip())
    if announced is None or not _FORWARDED.search(announced[1]):
        return [line]
    return [announced[1], *_NEXT.split(line.strip()[announced.end() :])]


def _ended(lines: list[str]) -> list[str]:
    """Down to the line that says that it ends, or a rule as long as the one it began with."""
    for place, line in enumerate(lines):
        if _RULE.fullmatch(line) and _END.search(line) and _FORWARDED.search(line):
            return lines[:place]
    last = max((place for place, line in enumerate(lines) if line.strip()), default=-1)
    return lines[:last] if last >= 0 and _LONG_RULE.fullmatch(lines[last]) else lines


def _unquoted(lines: list[str]) -> list[str]:
    """One mark of quoting less, down to where the quoted text ends."""
    found = []
    for line in lines:
        if not line.startswith(">") and line.strip():
            break
        found.append(re.sub(r"\A>[ ]?", "", line))
    return found


def attached(message: Message) -> Iterator[Message]:
    """The mails that are attached to this one, not those attached to them. Raises RecursionError,
    ValueError and LookupError for what cannot be taken apart."""
    for part in message.get_payload() if message.is_multipart() else ():
        if not isinstance(part, Message):
            continue
        if part.get_content_type() == "message/rfc822":
            yield from _inner(part)
        elif part.is_multipart():
            yield from attached(part)
        elif str(part.get_filename() or "").lower().endswith(".eml"):
            data = part.get_payload(decode=True)
            yield email.message_from_bytes(data if isinstance(data, bytes) else b"")


def _inner(part: Message) -> Iterator[Message]:
    """The mail in an attachment; also where a program packed it, which RFC 2046 (5.2.1) forbids."""
    packed = str(part.get("content-transfer-encoding", "")).strip().lower() == "base64"
    for inner in part.get_payload() if part.is_multipart() else ():
        if not isinstance(inner, Message):
            continue
        if packed and not inner.keys():
            try:
                inner = email.message_from_bytes(base64.b64decode(str(inner.get_payload())))
            except (binascii.Error, ValueError):
                continue
        yield inner
