"""Tokens: made and shown once, found by their hash, asked what they may at every request.

A token never does more than its user may: `find` reads the user's account and roles with it, for
this request alone, and `Bearer.may` asks the token's rights and then these. So whoever loses a
role, or their account, loses it for their tokens too, from the next request on.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import ipaddress
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext
from pydantic_core import from_json

from newsletter.models import Token
from subscribers import limits
from subscribers.limits import Rate
from subscribers.models import AuditEntry, Publication, Role
from subscribers.roles import Act, may, may_as

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PREFIX = "sudi_"
# 160 random bits in base32: 32 lower-case letters and digits, which fit the local part of a mail
# address and survive software that changes its case.
_BYTES = 20
_SHOWN = len(PREFIX) + 4
# Last use is written at most so often.
_SEEN_EVERY = dt.timedelta(minutes=5)
# Seconds for which that is left alone where it could not be written.
_PATIENCE = 10.0
DAYS = 365
LONGEST = 3650
# What changes or costs much: 120 at once, then two a second.
RATE = Rate(interval=0.5, burst=120)

_ACTS: Mapping[str, frozenset[Act]] = {
    Token.Rights.DRAFT: frozenset({Act.SEE, Act.EDIT}),
    Token.Rights.SEND: frozenset({Act.SEE, Act.EDIT, Act.SEND, Act.APPROVE}),
    Token.Rights.READERS: frozenset({Act.SEE, Act.READERS}),
}
# What the user must be allowed for a token of these rights to make sense.
_NEEDS: Mapping[str, tuple[Act, ...]] = {
    Token.Rights.DRAFT: (Act.EDIT,),
    Token.Rights.SEND: (Act.SEND, Act.APPROVE),
    Token.Rights.READERS: (Act.READERS,),
}


@dataclass(frozen=True)
class Bearer:
    """Who is asking: a token that holds. Its rows are loaded when they are asked for.

    `asker` is the user as far as `may` needs it, in which no other field is loaded.
    """

    token_id: int
    rights: str
    asker: User
    publication_id: int
    slug: str
    roles: frozenset[str]

    @cached_property
    def token(self) -> Token:
        """The row of the token."""
        return Token.objects.get(pk=self.token_id)

    @cached_property
    def user(self) -> User:
        """Whom the token acts as."""
        return type(self.asker).objects.get(pk=self.asker.pk)

    @cached_property
    def publication(self) -> Publication:
        """The one publication it opens."""
        return Publication.objects.get(pk=self.publication_id)

    def may(self, act: Act) -> bool:
        """Whether the token's rights hold `act` and its user may do it now."""
        return act in _ACTS[self.rights] and may_as(self.asker, act, self.roles)

    def refusal(self, act: Act) -> str:
        """In words why it may not `act`: other rights would do, or its user lost the role."""
        if act in _ACTS[self.rights]:
            return pgettext("problem", "The token acts as %(user)s, who may not do this here.") % {
                "user": self.user.get_username()
            }
        wanted = next(rights for rights, acts in _ACTS.items() if act in acts)
        return pgettext(
            "problem",
            "The token has the rights “%(rights)s”; this takes one with “%(wanted)s”.",
        ) % {"rights": self.rights, "wanted": wanted}


class TokenRefused(Exception):
    """No token was made; the message says why."""


def rights_for(user: User, publication: Publication) -> list[str]:
    """The rights of which a token would make sense for this user."""
    return [
        rights
        for rights, acts in _NEEDS.items()
        if any(may(user, act, publication) for act in acts)
    ]


def hashed(secret: str) -> str:
    """What is stored of a token; case does not count (see `_BYTES`)."""
    return hashlib.sha256(secret.strip().lower().encode("utf-8", "replace")).hexdigest()


def make(
    user: User,
    publication: Publication,
    rights: str,
    *,
    by: str,
    days: int = DAYS,
    name: str = "",
    networks: Sequence[str] = (),
) -> tuple[Token, str]:
    """A new token and its secret, which nobody can see again. `by` is who made it, for the audit.

    Raises TokenRefused if the user may not do what the token is for, or a value is none.
    """
    if not any(may(user, act, publication) for act in _NEEDS[rights]):
        raise TokenRefused(
            pgettext("token", "%(user)s may not do that in “%(publication)s”: give the role first.")
            % {"user": user.get_username(), "publication": publication.name}
        )
    if not 1 <= days <= LONGEST:
        raise TokenRefused(
            pgettext("token", "A token holds from 1 to %(days)d days.") % {"days": LONGEST}
        )
    secret = PREFIX + base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower()
    now = timezone.now()
    token = Token.objects.create(
        user=user,
        publication=publication,
        rights=rights,
        digest=hashed(secret),
        beginning=secret[:_SHOWN],
        name=name[:60],
        networks=read_networks(networks),
        created_at=now,
        expires_at=now + dt.timedelta(days=days),
    )
    _audit(token, by, "token made")
    return token, secret


def read_networks(texts: Iterable[str]) -> list[str]:
    """Networks as they are stored. Raises TokenRefused for what is none."""
    found = []
    for text in texts:
        try:
            found.append(str(ipaddress.ip_network(text.strip(), strict=False)))
        except ValueError:
            raise TokenRefused(
                pgettext("token", "“%(text)s” is no network like 192.0.2.0/24 or 2001:db8::/32.")
                % {"text": text.strip()[:80]}
            ) from None
    return found


def find(secret: str, *, address: str | None = None) -> Bearer | None:
    """The bearer of this secret, if it holds now and may be used from the IP `address`.

    None says nothing about why: unknown, expired, revoked, elsewhere and a closed account are one.
    `address` None is a way without one (the command line): networks do not count there.

    One statement written out: it runs for every request, and making it from the models would take
    longer than all the rest.
    """
    now = timezone.now()
    statement, from_row = _finding()
    with connection.cursor() as cursor:
        cursor.execute(statement, [hashed(secret)])
        rows = cursor.fetchall()  # One for each role of the user in the publication.
    if not rows:
        return None
    pk, rights, networks, expires, seen, publication, slug, _role, *of_user = rows[0]
    asker = from_row(of_user)
    if read_moment(expires) <= now or not asker.is_active:
        return None
    if address is not None and not _inside(address, from_json(networks)):
        return None
    if seen is None or now - read_moment(seen) >= _SEEN_EVERY:
        _note_use(pk, now)
    return Bearer(pk, rights, asker, publication, slug, frozenset(row[7] for row in rows if row[7]))


# Tokens whose last use could not be written, and until when that is not tried again.
_not_noted: dict[int, float] = {}


def _note_use(pk: int, now: dt.datetime) -> None:
    """Write that a token was used. Who reads is not held up by who writes: where SQLite's one
    writer is busy, the next requests do without, and are answered."""
    if time.monotonic() < _not_noted.get(pk, 0.0):
        return
    try:
        with transaction.atomic():
            Token.objects.filter(pk=pk).update(seen_at=now)
        _not_noted.pop(pk, None)
    except OperationalError:
        _not_noted[pk] = time.monotonic() + _PATIENCE


# What `may` reads of a user.
_ASKED = ("is_active", "is_superuser", "is_staff")
_FIND = f"""SELECT t.id, t.rights, t.networks, t.expires_at, t.seen_at, p.id, p.slug, r.kind,
    {{columns}}
  FROM newsletter_token t JOIN subscribers_publication p ON p.id = t.publication_id
  JOIN {{users}} u ON u.{{key}} = t.user_id
  LEFT JOIN {Role._meta.db_table} r ON r.user_id = u.{{key}} AND r.publication_id = p.id
 WHERE t.digest = %s AND t.revoked_at IS NULL"""


@cache
def _finding() -> tuple[str, Callable[[Sequence[Any]], User]]:
    """The statement for the site's model of users, and a user out of its last columns."""
    users = get_user_model()
    fields = [one for one in users._meta.concrete_fields if one.primary_key or one.name in _ASKED]
    names = [one.attname for one in fields]

    def from_row(values: Sequence[Any]) -> User:
        # In the order of the model's fields, as `from_db` takes them; SQLite has no boolean, no
        # UUID.
        read = [one.to_python(value) for one, value in zip(fields, values, strict=True)]
        return users.from_db(None, names, read)

    columns = ", ".join(f"u.{one.column}" for one in fields)
    key = users._meta.pk.column
    return _FIND.format(columns=columns, users=users._meta.db_table, key=key), from_row


def read_moment(value: dt.datetime | str) -> dt.datetime:
    """A time as the database gives it to a statement of our own: SQLite keeps it as text."""
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    return value if value.tzinfo is not None else value.replace(tzinfo=dt.UTC)


def _inside(address: str, networks: Sequence[str]) -> bool:
    if not networks:
        return True
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return any(ip in ipaddress.ip_network(one) for one in networks)


def take_turn(bearer: Bearer) -> bool:
    """Whether the token may ask for something that changes or costs much, now; counts it."""
    return limits.take(limits.key_for("token", str(bearer.token_id)), RATE)


def revoke(token: Token, by: str) -> bool:
    """End a token at once; False if it had been."""
    done = Token.objects.filter(pk=token.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )
    if done:
        _audit(token, by, "token revoked")
    return bool(done)


def forget_old(keep: dt.timedelta = dt.timedelta(days=90)) -> int:
    """Delete tokens that ended long ago; the audit trail still names them."""
    before = timezone.now() - keep
    ended = Token.objects.filter(Q(expires_at__lt=before) | Q(revoked_at__lt=before))
    return ended.delete()[0]


def _audit(token: Token, by: str, action: str) -> None:
    AuditEntry.objects.create(
        actor=by[:150],
        publication=token.publication,
        action=action,
        target=f"token:{token.pk}",
        detail={"user": token.user.get_username(), "rights": token.rights},
    )
