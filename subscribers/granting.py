"""Giving and taking roles, and inviting somebody who has no account yet.

A publication always has an owner left who can sign in, and nobody takes away their own roles: who
locks themselves out by a slip finds nobody to ask. The rule is here for every page that can do it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import pgettext, pgettext_lazy

from . import accounts, limits, suppression
from .limits import Rate
from .models import AuditEntry, Publication, Role, ServiceMail

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# What each role may do, in words; `roles._ACTS` is what decides.
WORDS = {
    Role.Kind.EDITOR: pgettext_lazy(
        "role", "Imports and changes issues, previews them, sends tests to colleagues."
    ),
    Role.Kind.SENDER: pgettext_lazy(
        "role", "What an editor does; and sends, pauses, corrects and withdraws issues."
    ),
    Role.Kind.APPROVER: pgettext_lazy("role", "Reads issues and gives the second person’s yes."),
    Role.Kind.READER_CARE: pgettext_lazy(
        "role", "Sees readers and changes them; imports, exports and erases."
    ),
    Role.Kind.OWNER: pgettext_lazy("role", "Everything here, with the settings and this page."),
}
# A person invites some colleagues at once, never a list.
_RATE = Rate(interval=180, burst=20)


class NotGranted(Exception):
    """The roles were not changed; `str` is a sentence for whoever asked."""


def grant(user: User, publication: Publication, kinds: Iterable[str], *, by: User) -> bool:
    """Give `user` exactly these roles in the publication; whether that changed anything.

    Raises NotGranted for one's own roles, and if no owner who can sign in were left.
    """
    wanted = set(kinds)
    with transaction.atomic():
        # Whoever changes roles here waits, so that two owners do not remove each other.
        list(Publication.objects.select_for_update().filter(pk=publication.pk))
        roles = Role.objects.filter(publication=publication, user=user)
        had = set(roles.values_list("kind", flat=True))
        if had == wanted:
            return False
        if user.pk == by.pk and not by.is_superuser:
            raise NotGranted(pgettext("role", "Nobody changes their own roles. Another owner can."))
        if Role.Kind.OWNER in had - wanted and is_last_owner(user, publication):
            raise NotGranted(
                pgettext("role", "This is the last owner. Make somebody else an owner first.")
            )
        roles.exclude(kind__in=wanted).delete()
        Role.objects.bulk_create(
            Role(user=user, publication=publication, kind=kind) for kind in wanted - had
        )
        _record(by, publication, "roles changed", user, sorted(wanted))
    return True


def is_last_owner(user: User, publication: Publication) -> bool:
    """Whether nobody else owns the publication who has an account that may sign in."""
    owners = Role.objects.filter(
        publication=publication,
        kind=Role.Kind.OWNER,
        user__is_active=True,
        user__is_staff=True,
    )
    return not owners.exclude(user=user).exists()


def owned_alone(user: User) -> list[Publication]:
    """The publications that would have no owner without this account."""
    theirs = Publication.objects.filter(roles__user=user, roles__kind=Role.Kind.OWNER)
    return [one for one in theirs.order_by("name") if is_last_owner(user, one)]


def invite(address: str, publication: Publication, kinds: Iterable[str], *, by: User) -> User:
    """Give roles to whoever has this address (normalised); who has no account is mailed a link.

    The account exists at once and cannot sign in before the link is opened and a password chosen.
    Raises NotGranted.
    """
    if suppression.suppressed(address, publication) is not None:
        raise NotGranted(pgettext("role", "This address must not be mailed: it is suppressed."))
    found = list(accounts.with_address(address)[:2])
    if len(found) > 1:
        raise NotGranted(pgettext("role", "Several accounts have this address."))
    if found and not (found[0].is_active and found[0].is_staff):
        raise NotGranted(
            pgettext(
                "role",
                "There is an account with this address that may not open these pages. An"
                " administrator can change that.",
            )
        )
    if not found and not accounts.can_be_made():
        raise NotGranted(
            pgettext(
                "role",
                "There is no account with this address. An administrator can make one; then invite"
                " it here.",
            )
        )
    with transaction.atomic():
        if not found:
            user = accounts.make(address)
            mail_link(user, publication, by=by)
        else:
            user = found[0]
        before = Role.objects.filter(user=user, publication=publication)
        grant(user, publication, {*kinds, *before.values_list("kind", flat=True)}, by=by)
    return user


def is_waiting(user: User) -> bool:
    """Whether the account was made by an invitation that nobody has followed yet."""
    return user.last_login is None and not user.has_usable_password()


def mail_link(user: User, publication: Publication, *, by: User) -> None:
    """Ask for the mail with the link; call it in a transaction. Raises NotGranted for too many."""
    if not limits.take(limits.key_for("invitation", str(by.pk)), _RATE):
        raise NotGranted(pgettext("role", "Too many invitations at once. Wait a few minutes."))
    now = timezone.now()
    ServiceMail.objects.create(
        kind=ServiceMail.Kind.INVITATION,
        publication=publication,
        address=accounts.address_of(user),
        language=translation.get_language() or "en",
        # Not the link: whoever reads the database could sign in with it.
        letter={"user": str(user.pk), "by": accounts.name_of(by)},
        created_at=now,
        due_at=now,
        expires_at=now + dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    )
    _record(by, publication, "user invited", user, [])


def _record(by: User, publication: Publication, action: str, user: User, roles: list[str]) -> None:
    AuditEntry.objects.create(
        actor=by.get_username()[:150],
        publication=publication,
        action=action,
        target=f"user:{user.pk}",
        detail={"user": user.get_username(), **({"roles": roles} if roles else {})},
    )
