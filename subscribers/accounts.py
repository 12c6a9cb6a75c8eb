"""The accounts of the site: of Django's own model, or of the one a host project has.

Asked of the model: the fields `is_active`, `is_staff`, `is_superuser` and one for the mail
address, under whatever name (`EMAIL_FIELD`). Its key may be of any kind. `subscribers.checks` says
what is missing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from .addresses import BadAddress, normalise, person_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

_NOT_IN_A_NAME = re.compile(r"[^a-z0-9.-]+")


def address_field() -> str:
    """The name of the model's field for the mail address."""
    return get_user_model().get_email_field_name()


def address_of(user: Any) -> str:
    """An account's mail address; empty if it has none."""
    return str(getattr(user, address_field(), "") or "")


def name_of(user: Any) -> str:
    """What a person is called: the full name where the model has one, else what they log in as."""
    full = getattr(user, "get_full_name", None)
    return str((full() if full is not None else "") or user.get_username())


def same_person(one: Any, other: Any) -> bool:
    """Whether two accounts are one person's, as far as can be seen: the same account, or two whose
    mail most likely reaches one mailbox. None, or a program's name, is nobody's account.

    Where a second person must agree, a second account of the first is none.
    """
    if getattr(one, "pk", None) is None or getattr(other, "pk", None) is None:
        return False
    if one.pk == other.pk:
        return True
    mailbox = _mailbox(one)
    return bool(mailbox) and mailbox == _mailbox(other)


def _mailbox(user: Any) -> str:
    try:
        return person_of(normalise(address_of(user)))
    except BadAddress:
        return ""


def with_address(address: str) -> QuerySet[User]:
    """The accounts of an address, capitals or not."""
    return get_user_model().objects.filter(**{f"{address_field()}__iexact": address})


def addresses(users: QuerySet[User]) -> list[str]:
    """The addresses of these accounts, each once, in order; those without one are left out."""
    field = address_field()
    named = users.exclude(**{field: ""}).exclude(**{f"{field}__isnull": True})
    return list(named.order_by(field).values_list(field, flat=True).distinct())


def by_login(prefix: str = "") -> str:
    """The field to sort accounts by: what they log in as, `prefix` being the way to them."""
    return f"{prefix}{get_user_model().USERNAME_FIELD}"


def can_be_made() -> bool:
    """Whether an account can be made of a mail address alone."""
    model = get_user_model()
    return {*model.REQUIRED_FIELDS} <= {model.USERNAME_FIELD, address_field()}


def make(address: str) -> User:
    """An account that may open the admin and has no password yet."""
    model = get_user_model()
    values: dict[str, Any] = {address_field(): address, "is_staff": True}
    if address_field() != model.USERNAME_FIELD:
        values[model.USERNAME_FIELD] = _free_name(address)
    made: User = model.objects.create_user(**values)
    return made


def _free_name(address: str) -> str:
    """A user name made of what stands before the @: the record of acts shows it, no address."""
    model = get_user_model()
    base = _NOT_IN_A_NAME.sub("-", address.partition("@")[0].lower()).strip("-.")[:30] or "user"
    names = [base, *(f"{base}{number}" for number in range(2, 1000))]
    field = model.USERNAME_FIELD
    rows = model.objects.filter(**{f"{field}__in": names})
    taken = set(rows.values_list(field, flat=True))
    return next(name for name in names if name not in taken)
