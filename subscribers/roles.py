"""Who may do what: one function, one table."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import connection

from .models import Role

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser, User

    from .models import Publication


class Act(enum.StrEnum):
    """What can be done in a publication."""

    SEE = "see"  # issues, drafts, ledgers
    EDIT = "edit"  # import, change and preview issues, send tests
    SEND = "send"  # release, pause, resume, cancel, resend
    CORRECT = "correct"  # change what readers have seen; who may only edit proposes it
    APPROVE = "approve"  # the second person's yes
    READERS = "readers"  # see, import, export and change readers; suppressions
    SET_UP = "set_up"  # the publication itself, categories, roles


_ACTS: dict[str, frozenset[Act]] = {
    Role.Kind.EDITOR: frozenset({Act.SEE, Act.EDIT}),
    Role.Kind.SENDER: frozenset({Act.SEE, Act.EDIT, Act.SEND, Act.CORRECT}),
    Role.Kind.APPROVER: frozenset({Act.SEE, Act.APPROVE}),
    Role.Kind.READER_CARE: frozenset({Act.SEE, Act.READERS}),
    Role.Kind.OWNER: frozenset(Act),
}


def may(
    user: AbstractBaseUser | AnonymousUser, act: Act | str, publication: Publication | None
) -> bool:
    """Whether `user` may `act` in `publication`; None means: in any at all.

    Superusers may everything; an inactive or anonymous user nothing.
    """
    act = Act(act)
    by_account = _by_account(user)
    if by_account is not None:
        return by_account
    asked = [_USER.get_db_prep_save(user.pk, connection)]
    if publication is not None:
        asked.append(publication.pk)
    with connection.cursor() as cursor:
        cursor.execute(_OF_ANY if publication is None else _OF_ONE, asked)
        return any(act in _ACTS[kind] for (kind,) in cursor.fetchall())


def may_as(user: AbstractBaseUser, act: Act, kinds: Iterable[str]) -> bool:
    """`may` for whoever has just read which roles the user has there."""
    by_account = _by_account(user)
    return any(act in _ACTS[kind] for kind in kinds) if by_account is None else by_account


def holders(act: Act, publication: Publication) -> list[User]:
    """Who may `act` in `publication` by a role of theirs, by name; where nobody has such a role,
    the superusers."""
    kinds = [kind for kind, acts in _ACTS.items() if act in acts]
    roles = Role.objects.filter(publication=publication, kind__in=kinds)
    model = get_user_model()
    people = model.objects.filter(pk__in=roles.values("user"))
    found = [one for one in people if may(one, act, publication)]
    if not found and any(field.name == "is_superuser" for field in model._meta.get_fields()):
        found = list(model.objects.filter(is_superuser=True, is_active=True))
    return sorted(found, key=lambda one: one.get_username())


def _by_account(user: AbstractBaseUser | AnonymousUser) -> bool | None:
    """What the account alone decides; None where the roles do."""
    if not user.is_authenticated or not user.is_active:
        return False
    if getattr(user, "is_superuser", False):
        return True
    return None if getattr(user, "is_staff", False) else False


# Written out: it runs several times for every request of an editor or a program, and to make the
# statement from the model takes ten times as long as the database does.
_USER = Role._meta.get_field("user")
_OF_ANY = f"SELECT kind FROM {Role._meta.db_table} WHERE user_id = %s"
_OF_ONE = f"{_OF_ANY} AND publication_id = %s"
