"""What each one-off mail says: a `Letter`, words and one button, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .. import additions, conf, languages, links, rehearsal, times
from ..addresses import masked
from ..choice import Choice
from ..links import Purpose
from ..models import Publication, Subscription
from ..stopped import Stopped
from .personal_links import feed_link, link, manage_link, unsubscribe_link

FRESH_MINUTES = 60
PROOF_MINUTES = 7 * 24 * 60
NEW_ADDRESS_MINUTES = 24 * 60


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
    # Somebody asked for it and waits for it: a confirmation, a link. It is the only mail that a
    # publication's rehearsal leaves alone; the whole site's takes it too.
    on_request: bool = True


def stored(letter: dict[str, Any]) -> Letter:
    """The letter that `dataclasses.asdict` made these JSON values of."""
    button = letter["button"]
    return Letter(
        **{
            **letter,
            "button": Button(**button) if button else None,
            "facts": [(name, value) for name, value in letter["facts"]],
            "more": [Button(**one) for one in letter["more"]],
        }
    )


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
            heading=_("Confirm your subscription"),
            paragraphs=[opening, _("Open the page and press the button there to confirm.")],
            facts=facts,
            button=Button(
                _("Confirm my subscription"),
                link("confirm", Purpose.CONFIRM, subscription.pk),
            ),
            small=[
                _("It was not you? Then ignore this mail: without your yes nothing is sent.")
                + languages.between_sentences()
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
    if rehearsal.address_of(subscription.publication):
        subscription = rehearsal.nobody(subscription)
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
                *additions.welcomes(subscription),
                _("Keep this mail: its links are yours and go on working."),
            ],
            facts=[
                (_("Categories"), categories_line(subscription, language)),
                (_("How often"), str(Subscription.Rhythm(subscription.rhythm).label)),
            ],
            button=Button(_("See or change my choice"), manage_link(subscription)),
            more=[
                Button(_("Read past issues"), f"{conf.base_url()}/{publication.slug}/"),
                Button(_("The feed of my choice"), feed_link(subscription)),
                Button(_("Pause"), manage_link(subscription) + "#pause"),
                Button(_("Unsubscribe"), way_out),
            ],
            headers={
                "List-Unsubscribe": f"<{way_out}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
            on_request=False,
        )


def proof(subscription: Subscription, stopped: Stopped) -> Letter:
    """To a stopped address: does this mail reach you? Its link brings the reader back."""
    language = languages.of_subscription(subscription)
    name = _name(subscription.publication, language)
    url = link("prove", Purpose.PROOF, subscription.pk, links.minutes_from_now(PROOF_MINUTES))
    with translation.override(language):
        return Letter(
            subject=_("Does mail to you arrive again? %(name)s") % {"name": name},
            heading=_("Does our mail reach you again?"),
            paragraphs=[
                _("Somebody, we hope you, asked to receive %(name)s at this address.")
                % {"name": name},
                _("We had stopped writing to it. %(why)s") % {"why": stopped.why},
                _(
                    "If you read this, the address works. Open the page and press the button"
                    " there, and everything comes to you again."
                ),
            ],
            button=Button(_("Yes, write to me again"), url),
            small=[
                _("The link works for seven days."),
                _("It was not you? Then ignore this mail: without your yes nothing is sent."),
            ],
        )


def complained(subscription: Subscription, stopped: Stopped) -> Letter:
    """To an address from which our mail was reported as spam, when somebody asks for more."""
    language = languages.of_subscription(subscription)
    publication = subscription.publication
    with translation.override(language):
        return Letter(
            subject=_("We do not write to this address: %(name)s")
            % {"name": _name(publication, language)},
            heading=_("We do not write to this address"),
            paragraphs=[
                _("Somebody, perhaps you, asked to receive %(name)s at this address.")
                % {"name": _name(publication, language)},
                _("%(why)s So we send nothing to it, and no form can change that.")
                % {"why": stopped.why},
                _(
                    "Was that report a mistake? Then please write to %(address)s: the editors can"
                    " let you in again. If you did not ask, there is nothing to do."
                )
                % {"address": publication.reply_to or publication.from_address},
            ],
        )


def roundup_ended(subscription: Subscription) -> Letter:
    """To a reader of a round-up that is sent no longer: from now on, single issues."""
    language = languages.of_subscription(subscription)
    name = _name(subscription.publication, language)
    way_out = unsubscribe_link(subscription)
    with translation.override(language):
        return Letter(
            subject=_("%(name)s: single issues instead of the round-up") % {"name": name},
            heading=_("The round-up has ended"),
            paragraphs=[
                _(
                    "You chose a round-up of %(name)s. It is not sent any more. From now on you"
                    " get each issue, with the categories you chose."
                )
                % {"name": name},
                _("Is that too much? Choose fewer categories, take a break, or unsubscribe."),
            ],
            button=Button(_("See or change my choice"), manage_link(subscription)),
            more=[Button(_("Unsubscribe"), way_out)],
            on_request=False,
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
    day = times.day(subscription.paused_until, subscription.publication)
    return date_format(day, "DATE_FORMAT")


def _name(publication: Publication, language: str) -> str:
    return languages.words(publication, language).name
