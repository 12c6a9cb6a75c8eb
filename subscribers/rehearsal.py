"""Trying out: while an address is set, what a publication mails goes there and to no reader.

The whole site may have one (`REHEARSAL_ADDRESS`); it wins, and confirmations and login links go
there too. A publication's own address leaves those alone: somebody who subscribes meanwhile must
be able to confirm.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from . import additions, conf, suppression
from .addresses import keys_of, person_of
from .models import Publication, Subscription
from .roles import Act, may

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

# Names the reader a redirected mail was for. It is nobody's standard field, hence the name.
HEADER = "X-Sudi-Rehearsal-For"


def address_of(publication: Publication) -> str:
    """Where the publication's mail goes instead of to its readers now; empty: to its readers."""
    return conf.rehearsal_address() or publication.rehearsal_address


def began(publication: Publication) -> None:
    """Stop what is on its way to readers; call it in the transaction that stored the address."""
    if publication.rehearsal_address:
        for hold in additions.held_back.values():
            hold(publication)


def check(address: str, publication: Publication) -> None:
    """Raise ValidationError if `address` (normalised) cannot be the publication's.

    A reader would get everybody's mail, also under another name of their box; and somebody whose
    address is suppressed must get none.
    """
    new = publication._state.adding
    if suppression.suppressed(address, None if new else publication):
        raise ValidationError(_("This address is suppressed: nothing may be mailed to it."))
    if new:
        return
    ties = Subscription.objects.filter(publication=publication).exclude(
        state=Subscription.State.UNSUBSCRIBED
    )
    if ties.filter(subscriber__key__in=keys_of(address)).exists():
        raise ValidationError(
            _("A reader of this publication has this address. Use one of your own.")
        )
    if (reader := _same_person(ties, address)) is not None:
        raise ValidationError(
            _(
                "%(reader)s reads this publication, and most mail hosts put what is sent to this"
                " address into the same box: what follows a “+” names no other person. Use one of"
                " your own."
            )
            % {"reader": reader}
        )


def _same_person(ties: QuerySet[Subscription], address: str) -> str | None:
    """The address of a reader who would most likely get what is mailed to `address`, or None."""
    person = person_of(address)
    # The first letter narrows millions down; where dots or capitals count is decided below.
    near = ties.filter(subscriber__address__istartswith=person[0])
    rows = near.values_list("subscriber__address", flat=True).iterator()
    return next((one for one in rows if one and person_of(one) == person), None)


def seen_by(user: AbstractBaseUser | AnonymousUser) -> list[tuple[str, str]]:
    """Where mail goes instead of to readers: (publication's name, address) of those a user sees.

    An empty name stands for the whole site.
    """
    if address := conf.rehearsal_address():
        return [("", address)] if may(user, Act.SEE, None) else []
    found = Publication.objects.exclude(rehearsal_address="").order_by("name", "pk")
    return [(one.name, one.rehearsal_address) for one in found if may(user, Act.SEE, one)]


def nobody(subscription: Subscription) -> Subscription:
    """The same choice, tied to nobody: links made of it act for no reader."""
    stranger = copy.copy(subscription)
    stranger.pk = 0
    return stranger
