"""A letter becomes a message in HTML and text, out of two templates, and goes to one reader."""

from __future__ import annotations

import email
import email.policy
import smtplib
from email.utils import formataddr, make_msgid

from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils import translation

from .. import conf, language_table, languages, rehearsal, theme
from ..models import Publication
from .letters import Letter


class NotSent(Exception):
    """The mail was surely not handed over, and trying again later makes sense."""


class MailRefused(Exception):
    """The relay refused this mail or this address for good. `code` is its reply code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"refused with {code}")
        self.code = code


def send(letter: Letter, publication: Publication, address: str, language: str) -> None:
    """Hand one letter to the relay. Raises NotSent or MailRefused; neither names the address.

    During a rehearsal it goes to the rehearsal address, with a band that says for whom it was.
    When the connection is lost after the content was begun, the mail may have arrived: that
    counts as sent, because a second copy would be worse than asking again tomorrow.
    """
    instead = conf.rehearsal_address() if letter.on_request else rehearsal.address_of(publication)
    message = compose(letter, publication, address, language, instead=instead)
    address = instead or address
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent(f"the relay cannot be used: {type(error).__name__}") from None
    try:
        smtp = getattr(connection, "connection", None)
        if address.isascii() or not isinstance(smtp, smtplib.SMTP):
            connection.send_messages([message])
        else:
            _send_international(smtp, message, publication, address)
    except smtplib.SMTPRecipientsRefused as error:
        code = next((int(code) for code, _text in error.recipients.values()), 550)
        raise _refusal(code) from None
    except smtplib.SMTPDataError as error:
        # An answer that is none, after the content: the mail may have been taken.
        if 400 <= error.smtp_code < 600:
            raise _refusal(error.smtp_code) from None
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code) from None
    except smtplib.SMTPNotSupportedError:
        # A local part beyond ASCII, and a relay without SMTPUTF8.
        raise MailRefused(550) from None
    except (OSError, smtplib.SMTPException):
        pass
    finally:
        connection.close()


def _send_international(
    smtp: smtplib.SMTP, message: EmailMultiAlternatives, publication: Publication, address: str
) -> None:
    """To a local part beyond ASCII, which needs SMTPUTF8 (RFC 6531).

    Django would write it as an encoded word, and that is another mailbox (RFC 2047, 5 (3)).
    Raises SMTPNotSupportedError before anything is sent if the relay has no SMTPUTF8.
    """
    parsed = email.message_from_bytes(message.message().as_bytes(), policy=email.policy.SMTPUTF8)
    parsed.replace_header("To", address)
    smtp.send_message(parsed, publication.from_address, [address])


def compose(
    letter: Letter, publication: Publication, address: str, language: str, *, instead: str = ""
) -> EmailMultiAlternatives:
    """The finished message of a letter; to `instead`, naming `address`, during a rehearsal."""
    look = theme.load(publication.theme)
    with translation.override(language):
        context = {
            "look": look,
            "fonts": look.typeface.stack(language_table.is_wide(language)),
            "letter": letter,
            "publication": publication,
            "name": languages.words(publication, language).name,
            "language": languages.stored(language) or language,
            "meant_for": address if instead else "",
        }
        text = render_to_string("emails/one_off/letter.txt", context)
        html = render_to_string("emails/one_off/letter.html", context)
    domain = publication.from_address.rpartition("@")[2]
    message = EmailMultiAlternatives(
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


def _refusal(code: int) -> Exception:
    return MailRefused(code) if code >= 500 else NotSent(f"put off with {code}")


def _one_line(text: str) -> str:
    # A name typed into the admin may hold a line break; a header must not.
    return " ".join(text.split())
