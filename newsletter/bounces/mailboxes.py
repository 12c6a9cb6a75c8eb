"""Reports that collect in a mailbox: IMAP, POP3 or a Maildir, read once each time `poll` is called.

A mail is deleted only after what it did is committed. Whatever happens in between, it is there at
the next poll, and `effects` counts a report once. A mail that is no report is left where it is.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import imaplib
import logging
import os
import poplib
import ssl
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from newsletter import conf
from newsletter.models import Alert
from newsletter.notices import clear_alert, raise_alert
from newsletter.smtp.server import context, is_loopback

from . import effects
from .reading import MAX_BYTES
from .value import Kind

log = logging.getLogger(__name__)

# One poll is a short job: the rest comes in the next minute.
MOST = 500
TIMEOUT = 30
# Seconds after which a mailbox that cannot be read is told of.
UNREAD_FOR = 3600.0
# Mailbox -> since when, by this process's own clock.
_unread: dict[str, float] = {}
_TROUBLE = (OSError, imaplib.IMAP4.error, poplib.error_proto, EOFError)


@dataclass(frozen=True, slots=True)
class Found:
    """A mail in a mailbox; `data` is at most MAX_BYTES of it."""

    data: bytes
    delete: Callable[[], None]
    keep: Callable[[], None]


def poll(urls: list[str] | None = None) -> int:
    """Read every configured mailbox once; how many mails were dealt with. Raises nothing.

    A mailbox that cannot be reached is logged and tried again next time, and so is a mail that
    cannot be stored.
    """
    configured = list(conf.bounce_mailboxes())
    if urls is None:
        _forget_all_but({_where(url) for url in configured})
    return sum(_read(url) for url in (configured if urls is None else urls))


def _where(url: str) -> str:
    """The mailbox as it may be shown: never the password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _forget_all_but(mailboxes: set[str]) -> None:
    """What was said of a mailbox that is not configured any more is over."""
    told = Alert.objects.filter(kind="mailbox", cleared_at__isnull=True)
    for about in list(told.values_list("about", flat=True)[:20]):
        if about not in {name[:100] for name in mailboxes}:
            clear_alert("mailbox", about)


def _read(url: str) -> int:
    parts, where = urlsplit(url), _where(url)
    opener = _OPENERS[parts.scheme]
    done = 0
    try:
        with contextlib.closing(opener(parts)) as mails:
            for found in mails:
                if _deal_with(found, where):
                    done += 1
    except _TROUBLE as error:
        log.warning("%s could not be read: %s", where, str(error)[:200])
        since = _unread.setdefault(where, time.monotonic())
        if time.monotonic() - since >= UNREAD_FOR:
            raise_alert("mailbox", where, {"text": where})
        return done
    _unread.pop(where, None)
    clear_alert("mailbox", where)
    return done


def to_try() -> list[tuple[str, Callable[[], str]]]:
    """Each configured mailbox, and what logs in to it and tells why it cannot be read."""
    return [(_where(url), functools.partial(_why_not, url)) for url in conf.bounce_mailboxes()]


def _why_not(url: str) -> str:
    parts = urlsplit(url)
    try:
        with contextlib.closing(_OPENERS[parts.scheme](parts)) as mails:
            next(mails, None)  # Opens it; a mail that is given and not dealt with stays.
    except _TROUBLE as error:
        return str(error)[:200] or type(error).__name__
    return ""


def _deal_with(found: Found, where: str) -> bool:
    try:
        received = effects.receive(found.data)
    except Exception:
        # It stays in its mailbox. One mail that cannot be stored must not hold up the others.
        log.exception("A mail of %s could not be dealt with; it was left there.", where)
        return False
    if received.report.kind is Kind.OTHER and received.done == "nothing":
        found.keep()
        return False
    found.delete()
    return True


# --- Maildir ------------------------------------------------------------------------------------


def _maildir(parts: SplitResult) -> Generator[Found]:
    """`new` of a Maildir; what is kept moves to `cur`, as seen, and is not read again."""
    folder = Path(unquote(parts.path))
    new, cur = folder / "new", folder / "cur"
    for name in sorted(os.listdir(new))[:MOST]:
        path = new / name
        if name.startswith(".") or not path.is_file():
            continue
        with path.open("rb") as file:
            data = file.read(MAX_BYTES)
        seen = cur / f"{name.partition(':')[0]}:2,S"
        yield Found(data, path.unlink, functools.partial(os.replace, path, seen))


def _tls(host: str) -> ssl.SSLContext:
    """Of a mailbox elsewhere the certificate is checked, before the password is said.

    The libraries of both protocols check none by themselves.
    """
    return context(not is_loopback(host))


# --- POP3 ---------------------------------------------------------------------------------------

# POP3 has no flags; what this process has seen and left is remembered here, by mailbox.
_left: dict[str, set[bytes]] = {}


def _pop3(parts: SplitResult) -> Generator[Found]:
    host = parts.hostname or ""
    box: poplib.POP3
    if parts.scheme == "pop3s":
        box = poplib.POP3_SSL(host, parts.port or 995, timeout=TIMEOUT, context=_tls(host))
    else:
        box = poplib.POP3(host, parts.port or 110, timeout=TIMEOUT)
    # The DELEs take effect at QUIT only: a crash before it leaves every mail there.
    try:
        if parts.scheme == "pop3" and not is_loopback(host):
            box.stls(_tls(host))
        box.user(unquote(parts.username or ""))
        box.pass_(unquote(parts.password or ""))
        left = _left.setdefault(f"{parts.username}@{parts.netloc}", set())
        sizes = [line.split() for line in box.list()[1]]
        for number, size in [(int(a), int(b)) for a, b in sizes][:MOST]:
            # A huge mail is not fetched whole; TOP counts lines, of 40 octets or so.
            lines = box.retr(number)[1] if size <= MAX_BYTES else box.top(number, 5000)[1]
            data = b"\r\n".join(lines)[:MAX_BYTES]
            mark = hashlib.sha256(data).digest()
            if mark in left:
                continue
            delete, keep = (
                functools.partial(_delete, box, number),
                functools.partial(left.add, mark),
            )
            yield Found(data, delete, keep)
        box.quit()
    finally:
        box.close()


def _delete(box: poplib.POP3, number: int) -> None:
    box.dele(number)


# --- IMAP ---------------------------------------------------------------------------------------


def _imap(parts: SplitResult) -> Generator[Found]:
    host = parts.hostname or ""
    box: imaplib.IMAP4
    if parts.scheme == "imaps":
        box = imaplib.IMAP4_SSL(host, parts.port or 993, timeout=TIMEOUT, ssl_context=_tls(host))
    else:
        box = imaplib.IMAP4(host, parts.port or 143, timeout=TIMEOUT)
    try:
        if parts.scheme == "imap" and not is_loopback(host):
            box.starttls(_tls(host))
        box.login(unquote(parts.username or ""), unquote(parts.password or ""))
        folder = unquote(parts.path.strip("/")) or "INBOX"
        _ok(box.select('"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'))
        answer = _ok(box.uid("SEARCH", "UNSEEN"))
        uids = b" ".join(part for part in answer if isinstance(part, bytes)).split()
        for uid in (uid.decode("ascii") for uid in uids[:MOST]):
            # PEEK sets no flag: a mail that is not dealt with is unseen next time too.
            answer = _ok(box.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MAX_BYTES}>)"))
            data = next((part[1] for part in answer if isinstance(part, tuple)), None)
            if data is None:  # Somebody deleted it meanwhile.
                continue
            delete = functools.partial(_flag, box, uid, "\\Deleted")
            yield Found(data, delete, functools.partial(_flag, box, uid, "\\Seen"))
        _ok(box.expunge())
        box.close()
        box.logout()
    finally:
        with contextlib.suppress(*_TROUBLE):
            box.shutdown()


def _flag(box: imaplib.IMAP4, uid: str, flag: str) -> None:
    _ok(box.uid("STORE", uid, "+FLAGS.SILENT", f"({flag})"))


def _ok(answer: tuple[str, Sequence[Any]]) -> Sequence[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(f"the server answered {answer[0]}")
    return answer[1]


_OPENERS: dict[str, Callable[[SplitResult], Generator[Found]]] = {
    "maildir": _maildir, "pop3": _pop3, "pop3s": _pop3, "imap": _imap, "imaps": _imap,
}  # fmt: skip
