"""The second factor of an account: one-time codes of an app, and recovery codes.

Passkeys, which stand beside the app or in its place, are in `passkeys`.

Tries are counted like those of the login, per account and network and per account from everywhere;
the last does not hold for a network from which the account passed before, nor for recovery codes.
So a stranger who has the password can neither guess a code nor keep the owner out.
"""

from __future__ import annotations

import base64
import enum
import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyotp
from django.db import transaction
from django.utils import timezone

from . import conf, limits
from .limits import Rate
from .models import AuditEntry, RecoveryCode, SecondFactor
from .roles import Act, may

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Seconds of one code; every app has this and six digits (RFC 6238, section 4).
STEP = 30
DIGITS = 6
# The code before and the one after are taken too: clocks differ (RFC 6238, section 5.2).
_NEAR = (0, -1, 1)
RECOVERY_CODES = 10

# A guess is right with 3 in 1,000,000. From wherever it comes, 144 a day are looked at: one chance
# in seven a year for who has the password. From the owner's own network it would be 288 a day.
PER_NETWORK = Rate(interval=300, burst=5)
PER_ACCOUNT = Rate(interval=600, burst=20)
KNOWN_FOR = Rate(interval=90 * 24 * 3600)


class Need(enum.Enum):
    """What an account that gave its password still owes."""

    NOTHING = "nothing"
    CODE = "code"
    SET_UP = "set up"


class Answer(enum.Enum):
    """What became of a code that somebody typed, or of what a passkey signed."""

    RIGHT = "right"
    WRONG = "wrong"
    TOO_MANY = "too many"
    # Of passkeys alone: asked too long ago or answered already; a copy of it may exist.
    OVER = "over"
    WENT_BACK = "went back"


def needed(user: Any, passed: object) -> Need:
    """What the account owes before it may do anything.

    `passed` is what `mark` gave when it gave a code, as its session kept it. A factor that was
    removed and set up anew since asks again.
    """
    factor = SecondFactor.objects.filter(user_id=user.pk).values_list("pk", flat=True).first()
    if factor is not None:
        return Need.NOTHING if passed == factor else Need.CODE
    return Need.SET_UP if _required(user) else Need.NOTHING


def mark(user: Any) -> int:
    """What a session keeps of an account that gave a code. It must have a second factor."""
    return SecondFactor.objects.values_list("pk", flat=True).get(user_id=user.pk)


def _required(user: Any) -> bool:
    wanted = conf.second_factor()
    if wanted == "all":
        return True
    return wanted == "senders" and may(user, Act.SEND, None)


def with_one(users: Iterable[Any]) -> set[Any]:
    """The keys of those of the accounts that have a second factor."""
    return set(SecondFactor.objects.filter(user__in=list(users)).values_list("user_id", flat=True))


def new_secret() -> str:
    """A secret for an app, in base32."""
    return pyotp.random_base32()


def app_address(secret: str, user: User) -> str:
    """`otpauth://…`, which the square holds and an app reads."""
    site = urlsplit(conf.base_url()).netloc
    return pyotp.TOTP(secret).provisioning_uri(name=user.get_username(), issuer_name=site)


def may_try(user: User, network: str) -> bool:
    """Whether this account may try its password and first code once more from there."""
    return limits.take(limits.key_for("factor", f"set up|{user.pk}|{network}"), PER_NETWORK)


def set_up(user: User, secret: str, code: str) -> list[str] | None:
    """Give the account the app with this secret, if the code is one of it, now; on record.

    Returns new recovery codes, which are never to be had again: none where passkeys came with
    some. None if the code is wrong or the account has an app already.
    """
    step = _step(secret, _plain(code))
    if step is None:
        return None
    with transaction.atomic():
        factor, codes = ensure(user)
        rows = SecondFactor.objects.filter(pk=factor.pk, secret="")
        if rows.update(secret=secret, last_step=step) != 1:
            return None
        record(user, "second factor set up")
    return codes


def ensure(user: User) -> tuple[SecondFactor, list[str]]:
    """The account's second factor, made with its recovery codes if it has none; else no codes.

    Within a transaction: whoever calls it gives the factor an app or a passkey.
    """
    factor, made = SecondFactor.objects.get_or_create(user=user)
    return factor, _store_codes(factor) if made else []


def check(user: User, text: str, network: str) -> Answer:
    """Use up the code that was typed: one of the app, or a recovery code.

    `network`: where it comes from (`subscribers.network`). Neither kind of code is good twice.
    """
    factor = SecondFactor.objects.filter(user=user).first()
    if factor is None:
        return Answer.WRONG
    code = _plain(text)
    recovery = not (code.isdecimal() and len(code) == DIGITS)
    kind = "recovery" if recovery else "app"
    mine = limits.key_for("factor", f"{kind}|{user.pk}|{network}")
    counts = [(mine, PER_NETWORK)]
    if not recovery and limits.is_free(_known(user, network), KNOWN_FOR):
        counts.append((limits.key_for("factor", f"account|{user.pk}"), PER_ACCOUNT))
    # Taken before the code is looked at: a hundred guesses at once are counted too.
    if not all(limits.take(key, rate) for key, rate in counts):
        return Answer.TOO_MANY
    if not (_use_recovery_code(factor, code) if recovery else _use_app_code(factor, code)):
        return Answer.WRONG
    limits.give_back(mine)
    passed_from(user, network)
    return Answer.RIGHT


def passed_from(user: User, network: str) -> None:
    """The account gave its factor there: others' tries hold nobody up on that network."""
    limits.take(_known(user, network), KNOWN_FOR)


def _known(user: User, network: str) -> str:
    return limits.key_for("factor", f"known|{user.pk}|{network}")


def fresh_recovery_codes(user: User) -> list[str]:
    """New recovery codes in the place of all others, on record."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().get(user=user)
        factor.recovery_codes.all().delete()
        codes = _store_codes(factor)
        record(user, "recovery codes made")
    return codes


def remove(user: User, by: str = "") -> bool:
    """Take the second factor away, with its codes; on record. False if there is none."""
    with transaction.atomic():
        if not SecondFactor.objects.filter(user=user).delete()[0]:
            return False
        record(user, "second factor removed", by)
    return True


def _plain(text: str) -> str:
    """What was typed, without gaps and in ASCII: input methods write full-width digits."""
    letters = unicodedata.normalize("NFKC", text).lower()
    return "".join(one for one in letters if one.isalnum())


def _step(secret: str, code: str) -> int | None:
    """The 30 seconds whose code this is, if they are now or next to now."""
    if not (code.isascii() and code.isdigit()):
        return None
    totp, now = pyotp.TOTP(secret), int(timezone.now().timestamp()) // STEP
    for step in (now + near for near in _NEAR):
        if hmac.compare_digest(totp.at(step * STEP), code):
            return step
    return None


def _use_app_code(factor: SecondFactor, code: str) -> bool:
    # Without an app there is no secret, and anybody can compute the codes of an empty one.
    step = _step(factor.secret, code) if factor.secret else None
    if step is None:
        return False
    # Of two that bring the same code at once, one finds the row unchanged (RFC 6238, section 5.2).
    rows = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step)
    return rows.update(last_step=step) == 1


def _use_recovery_code(factor: SecondFactor, code: str) -> bool:
    with transaction.atomic():
        found = RecoveryCode.objects.filter(factor=factor, digest=_digest(code))
        if found.delete()[0] != 1:
            return False
        record(factor.user, "recovery code used")
    return True


def _digest(code: str) -> str:
    # The alphabet of base32 has neither 0 nor 1: who reads one off paper meant the letter.
    return hashlib.sha256(code.translate({ord("0"): "o", ord("1"): "l"}).encode()).hexdigest()


def _store_codes(factor: SecondFactor) -> list[str]:
    plain = [
        base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES)
    ]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=_digest(code)) for code in plain
    )
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in plain]


def record(user: User, action: str, by: str = "", **detail: Any) -> None:
    """What was done with the factor of an account, by itself or by another."""
    name = user.get_username()
    AuditEntry.objects.create(
        actor=(by or name)[:150],
        action=action,
        target=f"user:{user.pk}",
        detail={"user": name, **detail},
    )
