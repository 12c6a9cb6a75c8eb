"""A letter becomes a message in HTML and text, out of two templates, and goes to one reader.

Signed with DKIM where the site has a key for the sender's domain, as issues are: an app above this
one holds the keys (`additions.signatures`).
"""

from __future__ import annotations

import email
import email.policy
import logging
import smtplib
import time
from collections.abc import Mapping
from email.header import Header
from email.utils import formataddr, make_msgid, parseaddr
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.message import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from .. import additions, conf, language_table, languages, rehearsal, theme
from ..additions import No
from ..models import Publication
from .letters import Letter

log = logging.getLogger(__name__)

# Seconds that a relay which did not let us in is tried after the others.
_LEFT_ALONE = 60.0
# Host and port -> until when, by this process's own clock.
_down_until: dict[tuple[object, object], float] = {}


class NotSent(Exception):
    """The mail was surely not handed over, and trying again later makes sense.

    `said` is the relay's reply code, or what kind of trouble it was.
    """

    def __init__(self, said: str) -> None:
        super().__init__(f"put off with {said}")
        self.said = said


class NoRelay(NotSent):
    """The relay cannot be reached, or does not let us in: no mail would fare better now."""


class Unanswered(Exception):
    """The connection was lost on the way, or there was no answer: it may have arrived."""


class MailRefused(Exception):
    """The relay refused this mail or this address for good. `code` is its reply code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"refused with {code}")
        self.code = code


class Finished(EmailMessage):
    """A finished message for Django's mail backend, which calls `message()` to get it.

    `content` is the message with CRLF, without a signature; this adds it.
    """

    def __init__(self, sender: str, recipient: str, content: bytes) -> None:
        super().__init__(from_email=sender, to=[recipient])
        self.content = signature(sender, content) + content

    def message(self, *args: object, **options: object) -> Any:
        return _Octets(self.content)


class _Octets:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def as_bytes(self, linesep: str = "\n") -> bytes:
        return self._content if linesep == "\r\n" else self._content.replace(b"\r\n", b"\n")


class _Composed(EmailMultiAlternatives):
    """A letter whose long subject or sender's name does not begin on a line of its own.

    Django makes encoded words of 75 characters, which leave no room behind the field's name: its
    first line stays blank, mail programs show a space, and filters count it. These are cut as
    RFC 2047 (section 2) asks: 76 characters a line, name included.
    """

    def message(self, *args: Any, **options: Any) -> Any:
        made = super().message(*args, **options)
        name, sender = parseaddr(self.from_email)
        for field, text, rest in (
            ("Subject", str(self.subject), ""),
            ("From", name, f" <{sender}>"),
        ):
            if not text.isascii():
                # The library leaves the colon and the space out of its reckoning.
                coded = Header(text, "utf-8", 74, field).encode()
                made.replace_header(field, coded + rest)
        return made


def signature(sender: str, content: bytes) -> bytes:
    """The DKIM-Signature field for a message from this address, with its CRLF; empty: no key."""
    domain = sender.rpartition("@")[2]
    made = (sign(domain, content) for sign in additions.signatures.values())
    return next((field for field in made if field), b"")


def send(
    letter: Letter,
    publication: Publication,
    address: str,
    language: str,
    *,
    by_alert_relay: bool = False,
) -> None:
    """Hand one letter to the relay. Raises NotSent, Unanswered or MailRefused; none names anybody.

    During a rehearsal it goes to the rehearsal address, with a band that says for whom it was.
    """
    instead = conf.rehearsal_address() if letter.on_request else rehearsal.address_of(publication)
    message = compose(letter, publication, address, language, instead=instead)
    address = instead or address
    connection = _open(publication, by_alert_relay)
    try:
        smtp = getattr(connection, "connection", None)
        if not isinstance(smtp, smtplib.SMTP):
            connection.send_messages([message])  # Not over the wire: a test's, or a console's.
        elif address.isascii():
            octets: Any = message.message()  # Django's, which takes a line separator.
            content = octets.as_bytes(linesep="\r\n")
            connection.send_messages([Finished(publication.from_address, address, content)])
        else:
            _send_international(smtp, message, publication, address)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()), (550, b""))
        raise _refusal(_no(code, words, "rcpt", publication, address)) from None
    except smtplib.SMTPResponseException as error:
        # An answer that is none, after the content: the mail may have been taken.
        if not 400 <= error.smtp_code < 600:
            raise Unanswered("no answer") from None
        step = "mail" if isinstance(error, smtplib.SMTPSenderRefused) else "dot"
        raise _refusal(_no(error.smtp_code, error.smtp_error, step, publication, address)) from None
    except smtplib.SMTPNotSupportedError:
        # A local part beyond ASCII, and a relay without SMTPUTF8.
        raise MailRefused(550) from None
    except (OSError, smtplib.SMTPException) as error:
        raise Unanswered(f"lost on the way: {type(error).__name__}") from None
    finally:
        connection.close()


def _ways(publication: Publication) -> list[Mapping[str, Any]]:
    """Each relay's options, the one to try first; those that did not answer lately are last."""
    found = [one for order in additions.service_ways.values() for one in order(publication)]
    now = time.monotonic()
    return sorted(found, key=lambda one: _down_until.get(_key(one), 0.0) > now)


def _key(options: Mapping[str, Any]) -> tuple[object, object]:
    return options.get("host"), options.get("port")


def _open(publication: Publication, by_alert_relay: bool) -> Any:
    """A connection to the first relay that lets us in. Raises NoRelay, with the last one's word.

    For an alert the relay that the site has for those; without several relays Django's own.
    """
    ways = [conf.alert_relay()] if by_alert_relay else _ways(publication) or [{}]
    for last, options in enumerate(ways, start=1 - len(ways)):
        connection = get_connection(**options)
        try:
            _greet(connection)
        except NoRelay as error:
            _down_until[_key(options)] = time.monotonic() + _LEFT_ALONE
            if not last:
                raise
            log.warning("%s: %s; the next relay is tried", options.get("host"), error)
        else:
            return connection
    raise AssertionError("there is always one way")


def _greet(connection: Any) -> None:
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError as error:
        raise NoRelay(f"login {error.smtp_code}") from None
    except smtplib.SMTPResponseException as error:  # Its greeting, or its word on our name.
        known = 400 <= error.smtp_code < 600  # -1: what it said is no SMTP.
        raise NoRelay(f"greeting {error.smtp_code}" if known else "unreachable") from None
    except (OSError, smtplib.SMTPException) as error:
        log.info("the relay: %s", type(error).__name__)
        raise NoRelay("unreachable") from None


def _send_international(
    smtp: smtplib.SMTP, message: EmailMultiAlternatives, publication: Publication, address: str
) -> None:
    """To a local part beyond ASCII, which needs SMTPUTF8 (RFC 6531).

    Django would write it as an encoded word, and that is another mailbox (RFC 2047, 5 (3)).
    Raises SMTPNotSupportedError before anything is sent if the relay has no SMTPUTF8.
    """
    parsed = email.message_from_bytes(message.message().as_bytes(), policy=email.policy.SMTPUTF8)
    parsed.replace_header("To", address)
    smtp.ehlo_or_helo_if_needed()
    if not smtp.has_extn("smtputf8"):
        raise smtplib.SMTPNotSupportedError("SMTPUTF8")
    content = parsed.as_bytes(policy=email.policy.SMTPUTF8)
    sender = publication.from_address
    options = ["SMTPUTF8", "BODY=8BITMIME"]
    smtp.sendmail(sender, [address], signature(sender, content) + content, mail_options=options)


def compose(
    letter: Letter, publication: Publication, address: str, language: str, *, instead: str = ""
) -> EmailMultiAlternatives:
    """The finished message of a letter; to `instead`, naming `address`, during a rehearsal."""
    look = theme.load(publication.theme)
    with translation.override(language):
        context = {
            "look": look,
            "fonts": look.typeface.stack(language_table.is_wide(language)),
            "outlook": look.typeface.for_outlook(language_table.is_wide(language)),
            "letter": letter,
            "publication": publication,
            "name": languages.words(publication, language).name,
            "language": languages.stored(language) or language,
            "meant_for": address if instead else "",
            "legal": f"{conf.base_url()}/{publication.slug}/imprint/"
            if publication.has_legal_texts
            else "",
        }
        text = render_to_string("emails/one_off/letter.txt", context)
        html = render_to_string("emails/one_off/letter.html", context)
    domain = publication.from_address.rpartition("@")[2]
    message = _Composed(
        subject=_one_line(letter.subject),
        body=text,
        from_email=formataddr((_one_line(publication.from_name), publication.from_address)),
        to=[instead or address],
        reply_to=[publication.reply_to] if publication.reply_to else None,
        headers={
            "Message-ID": make_msgid(domain=domain),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": languages.stored(language) or language,
            **({rehearsal.HEADER: address} if instead else {}),
            **letter.headers,
        },
    )
    message.attach_alternative(html, "text/html")
    return message


def _no(code: int, words: bytes | str, step: str, publication: Publication, address: str) -> No:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return No(int(code), text, step, publication.from_address, address)


def _refusal(no: No) -> Exception:
    """What a relay's no comes to; without an app that judges them every 5yz is the last word."""
    if no.code == 421:  # The whole service says goodbye (RFC 5321, 4.2.1), not to this mail alone.
        return NoRelay("421")
    judges = additions.last_words.values()
    ends = all(judge(no) for judge in judges) if judges else no.code >= 500
    return MailRefused(no.code) if ends else NotSent(str(no.code))


def _one_line(text: str) -> str:
    # A name typed into the admin may hold a line break; a header must not.
    return " ".join(text.split())
