"""One-off mails: confirmation, reminder, welcome, links, change of address.

A mail is a `Letter`: words and one button. The same two templates turn every letter into HTML
and text, so both parts say the same. They go through django.core.mail, each to one reader.
"""

from __future__ import annotations

import email
import email.policy
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import formataddr, make_msgid
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from . import languages, links
from .addresses import masked
from .choice import Choice
from .links import Purpose
from .models import Publication, Subscription

FRESH_MINUTES = 60
NEW_ADDRESS_MINUTES = 24 * 60


class NotSent(Exception):
    """The mail was surely not handed over, and trying again later makes sense."""


class Refused(Exception):
    """The relay refused this mail or this address for good. `code` is its reply code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"refused with {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Button:
    """A link the letter is about."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What one mail says, in one language; plain text throughout."""

    subject: str
    heading: str
    paragraphs: Sequence[str]
    button: Button | None = None
    facts: Sequence[tuple[str, str]] = ()
    more: Sequence[Button] = ()
    small: Sequence[str] = ()
    headers: dict[str, str] = field(default_factory=dict)


def link(name: str, purpose: Purpose, subject: int, extra: int = 0, *, bound: str = "") -> str:
    """An absolute personal link: `name` is a route of this app that takes one token."""
    token = links.make(purpose, subject, extra, bound=bound)
    return settings.BASE_URL + reverse(f"subscribers:{name}", args=[token])


def manage_link(subscription: Subscription) -> str:
    """The preferences page of a subscription."""
    return link("manage", Purpose.MANAGE, subscription.pk)


def unsubscribe_link(subscription: Subscription) -> str:
    """The way out of a subscription; never dies."""
    return link("unsubscribe", Purpose.UNSUBSCRIBE, subscription.pk)


def feed_link(subscription: Subscription) -> str:
    """The page with the feeds of this reader's choice."""
    token = links.make(Purpose.FEED, subscription.pk, subscription.feed_serial)
    return f"{settings.BASE_URL}/s/f/{token}/"


def confirmation(subscription: Subscription, *, reminder: bool = False) -> Letter:
    """Please confirm: the only mail an unconfirmed address gets, and once more as a reminder."""
    language = languages.of_subscription(subscription)
    name = _name(subscription.publication, language)
    with translation.override(language):
        facts = [
            (_("Categories"), categories_line(subscription, language)),
            (_("How often"), str(Subscription.Rhythm(subscription.rhythm).label)),
        ]
        if reminder:
            subject = _("Reminder: please confirm your subscription to %(name)s") % {"name": name}
            opening = _(
                "Two days ago somebody, we hope you, asked for %(name)s at this address. "
                "It was not confirmed yet."
            ) % {"name": name}
            closing = _("This is the only reminder.")
        else:
            subject = _("Please confirm your subscription to %(name)s") % {"name": name}
            opening = _("Somebody, we hope you, asked to receive %(name)s at this address.") % {
                "name": name
            }
            closing = _("If you do nothing, we remind you once and then forget the address.")
        return Letter(
            subject=subject,
            heading=_("One click, and you are in"),
            paragraphs=[opening, _("Open the page and press the button there to confirm.")],
            facts=facts,
            button=Button(
                _("Confirm my subscription"),
                link("confirm", Purpose.CONFIRM, subscription.pk),
            ),
            small=[
                _("It was not you? Then ignore this mail: without your yes nothing is sent.")
                + " "
                + closing
            ],
        )


def already(subscription: Subscription) -> Letter:
    """To somebody who asked again for what they get already."""
    language = languages.of_subscription(subscription)
    name = _name(subscription.publication, language)
    with translation.override(language):
        return Letter(
            subject=_("You already receive %(name)s") % {"name": name},
            heading=_("You are already subscribed"),
            paragraphs=[
                _(
                    "Somebody, perhaps you, asked for %(name)s at this address, which gets it "
                    "already. Nothing was changed."
                )
                % {"name": name}
            ],
            button=Button(_("See or change my choice"), manage_link(subscription)),
            more=[Button(_("Unsubscribe"), unsubscribe_link(subscription))],
        )


def welcome(subscription: Subscription) -> Letter:
    """After the confirmation: what comes, and every link a reader may want to keep."""
    language = languages.of_subscription(subscription)
    publication = subscription.publication
    name = _name(publication, language)
    way_out = unsubscribe_link(subscription)
    with translation.override(language):
        return Letter(
            subject=_("Welcome to %(name)s") % {"name": name},
            heading=_("Welcome"),
            paragraphs=[
                _("From now on you receive %(name)s at this address.") % {"name": name},
                _("Keep this mail: its links are yours and go on working."),
            ],
            facts=[
                (_("Categories"), categories_line(subscription, language)),
                (_("How often"), str(Subscription.Rhythm(subscription.rhythm).label)),
            ],
            button=Button(_("See or change my choice"), manage_link(subscription)),
            more=[
                Button(_("Read past issues"), f"{settings.BASE_URL}/{publication.slug}/"),
                Button(_("The feed of my choice"), feed_link(subscription)),
                Button(_("Pause"), manage_link(subscription) + "#pause"),
                Button(_("Unsubscribe"), way_out),
            ],
            headers={
                "List-Unsubscribe": f"<{way_out}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )


def manage_links(subscription: Subscription, others: Sequence[Subscription]) -> Letter:
    """The preferences links of an address, on request."""
    language = languages.of_subscription(subscription)
    name = _name(subscription.publication, language)
    with translation.override(language):
        return Letter(
            subject=_("Your link to change your subscription to %(name)s") % {"name": name},
            heading=_("Here is your link"),
            paragraphs=[
                _("Somebody, we hope you, asked for the link to the subscription at this address."),
                _("Whoever has the link can change your choice. Do not forward this mail."),
            ],
            button=Button(_("Change or end my subscription"), manage_link(subscription)),
            more=[
                Button(_name(other.publication, language), manage_link(other)) for other in others
            ],
            small=[_("It was not you? Then ignore this mail; nothing has changed.")],
        )


def sensitive(subscription: Subscription) -> Letter:
    """The fresh link that change of address, export and erasure need."""
    language = languages.of_subscription(subscription)
    url = link(
        "sensitive",
        Purpose.SENSITIVE,
        subscription.subscriber_id,
        links.minutes_from_now(FRESH_MINUTES),
    )
    with translation.override(language):
        return Letter(
            subject=_("Your link to your data and address, good for one hour"),
            heading=_("Your address and your data"),
            paragraphs=[
                _(
                    "With this link you can change your address, download everything stored "
                    "about you, or erase it. It works for one hour."
                )
            ],
            button=Button(_("Open the page"), url),
            small=[
                _(
                    "It was not you? Then somebody has a mail of ours that you forwarded. "
                    "Without this link they can do none of these things."
                )
            ],
        )


def new_address(subscription: Subscription) -> Letter:
    """To the new address: please confirm the change."""
    language = languages.of_subscription(subscription)
    subscriber = subscription.subscriber
    url = link(
        "new_address",
        Purpose.CHANGE_ADDRESS,
        subscriber.pk,
        links.minutes_from_now(NEW_ADDRESS_MINUTES),
        bound=subscriber.new_address,
    )
    name = _name(subscription.publication, language)
    with translation.override(language):
        return Letter(
            subject=_("Please confirm your new address for %(name)s") % {"name": name},
            heading=_("Is this your new address?"),
            paragraphs=[
                _(
                    "A reader of %(name)s asked that mail should come to this address from now "
                    "on. Open the page and press the button there to confirm."
                )
                % {"name": name}
            ],
            button=Button(_("Confirm the new address"), url),
            small=[
                _("The link works for 24 hours."),
                _("It was not you? Then ignore this mail: nothing will change."),
            ],
        )


def address_notice(subscription: Subscription) -> Letter:
    """To the old address: a change was asked for, and how to stop it."""
    language = languages.of_subscription(subscription)
    name = _name(subscription.publication, language)
    with translation.override(language):
        return Letter(
            subject=_("Your address for %(name)s is about to change") % {"name": name},
            heading=_("A change of address was asked for"),
            paragraphs=[
                _(
                    "As soon as it is confirmed there, your mail will go to %(address)s and no "
                    "longer to this address."
                )
                % {"address": masked(subscription.subscriber.new_address)}
            ],
            button=Button(_("This was not me: stop it"), manage_link(subscription) + "#address"),
            small=[_("It was you? Then there is nothing to do here.")],
        )


def categories_line(subscription: Subscription, language: str) -> str:
    """The chosen categories by name, for the facts of a letter."""
    choice = Choice(subscription.choice)
    live = list(
        subscription.publication.categories.filter(bit__isnull=False, retired_at__isnull=True)
    )
    chosen = choice.categories(live)
    open_ones = [category for category in live if category.visibility == "open"]
    if open_ones and choice.new and all(choice.has(category) for category in open_ones):
        return _("all, and those to come")
    if not chosen:
        return _("none")
    names = [languages.words(category, language).name for category in chosen]
    return pgettext("between names", ", ").join(names)


def until(subscription: Subscription) -> str:
    """The day a pause ends, as the active language writes days."""
    if subscription.paused_until is None:
        return ""
    zone = ZoneInfo(subscription.publication.time_zone)
    return date_format(subscription.paused_until.astimezone(zone).date(), "DATE_FORMAT")


def send(letter: Letter, publication: Publication, address: str, language: str) -> None:
    """Hand one letter to the relay. Raises NotSent or Refused; neither names the address.

    When the connection is lost after the content was begun, the mail may have arrived: that
    counts as sent, because a second copy would be worse than asking again tomorrow.
    """
    message = compose(letter, publication, address, language)
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
        raise Refused(550) from None
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
    letter: Letter, publication: Publication, address: str, language: str
) -> EmailMultiAlternatives:
    """The finished message of a letter."""
    with translation.override(language):
        context = {
            "letter": letter,
            "publication": publication,
            "name": _name(publication, language),
            "language": languages.stored(language) or language,
        }
        text = render_to_string("emails/one_off/letter.txt", context)
        html = render_to_string("emails/one_off/letter.html", context)
    domain = publication.from_address.rpartition("@")[2]
    message = EmailMultiAlternatives(
        subject=_one_line(letter.subject),
        body=text,
        from_email=formataddr((_one_line(publication.from_name), publication.from_address)),
        to=[address],
        reply_to=[publication.reply_to] if publication.reply_to else None,
        headers={
            "Message-ID": make_msgid(domain=domain),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "Content-Language": languages.stored(language) or language,
            **letter.headers,
        },
    )
    message.attach_alternative(html, "text/html")
    return message


def _refusal(code: int) -> Exception:
    return Refused(code) if code >= 500 else NotSent(f"put off with {code}")


def _name(publication: Publication, language: str) -> str:
    return languages.words(publication, language).name


def _one_line(text: str) -> str:
    # A name typed into the admin may hold a line break; a header must not.
    return " ".join(text.split())
