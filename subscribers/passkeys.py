"""Passkeys: a device signs a number of ours, and so stands for the second factor of an account.

After WebAuthn level 3: section 7.1 adds one, section 7.2 checks one. Each number (a challenge) is
for one account and one purpose, good once and for some minutes; the session keeps it in between.

There only with the extra `passkeys` installed, and only where browsers have them: on https by a
host name, and on localhost.
"""

from __future__ import annotations

import functools
import importlib.util
import ipaddress
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import idna
from django.db import IntegrityError, transaction
from django.utils import timezone

from . import conf, limits, second_factor
from .limits import Rate
from .models import Passkey, SecondFactor
from .second_factor import Answer

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

# What a challenge is for. One for a change opens no session, and the other way round.
SIGN_IN, CHANGE, ADD = "sign in", "change", "add"
# Seconds from the question to the answer of a device.
WITHIN = 300
# A list of them goes to the browser with each question.
MOST = 20
# What a device answers is some kilobytes, with all certificates that some add.
LONGEST = 20_000
# A challenge that was answered is remembered until long after it is over.
_ONCE = Rate(interval=2 * WITHIN)
# An id of 1 to 1023 bytes in base64url (section 4, "Credential ID").
_CREDENTIAL = re.compile(r"[A-Za-z0-9_-]{2,1364}")
# What reading something else than an answer raises; the last, lists in lists in lists.
_MALFORMED = (ValueError, TypeError, KeyError, RecursionError)


@dataclass(frozen=True, slots=True)
class Place:
    """What passkeys of this site are bound to: its host, and its origin as browsers write it."""

    host: str
    origin: str


@functools.cache
def installed() -> bool:
    """Whether the extra is there. Without it nothing of passkeys is shown."""
    return importlib.util.find_spec("webauthn") is not None


def place() -> Place | None:
    """Where BASE_URL is; None where browsers have no passkeys: no https, or no host name.

    localhost is safe for browsers without https (W3C Secure Contexts, section 3.1); a host that
    is an IP address is no name that a passkey could be bound to (WebAuthn, "Relying Party
    Identifier").
    """
    parts = urlsplit(conf.base_url())
    host = _ascii(parts.hostname or "")
    if not host or _is_number(host):
        return None
    if parts.scheme != "https" and host != "localhost":
        return None
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return Place(host, f"{parts.scheme}://{host}{port}")


def _ascii(host: str) -> str:
    try:
        return host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return ""


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def usable() -> bool:
    """Whether a passkey can be made and used here."""
    return installed() and place() is not None


def of(user: Any) -> list[Passkey]:
    """The account's passkeys that can be used here, the oldest first."""
    site = place()
    if site is None or not installed():
        return []
    mine = Passkey.objects.filter(factor__user_id=user.pk)
    return list(mine.filter(host__in=["", site.host]).order_by("pk"))


def elsewhere(user: Any) -> list[Passkey]:
    """Those of its passkeys that are bound to another host, as after a move: no browser offers
    them here."""
    if not installed():
        return []
    site = place()
    mine = Passkey.objects.filter(factor__user_id=user.pk)
    return list(mine.exclude(host__in=["", site.host if site else ""]).order_by("pk"))


def question(user: User, purpose: str) -> tuple[str, dict[str, Any]]:
    """What the browser asks a device for, as JSON, and what the session keeps until the answer.

    `purpose`: ADD asks for a new passkey, the others for a signature by one of the account.
    """
    from webauthn import helpers

    options = _new(user) if purpose == ADD else _signature(user)
    kept = {
        "purpose": purpose,
        "user": str(user.pk),
        "challenge": helpers.bytes_to_base64url(options.challenge),
        "until": int(timezone.now().timestamp()) + WITHIN,
    }
    return helpers.options_to_json(options), kept


def _new(user: User) -> Any:
    import webauthn
    from webauthn.helpers import structs

    site = _place()
    return webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.host,
        # Not the name: a device may show it to whoever holds it (section 14.6.1).
        user_id=str(user.pk).encode(),
        user_name=user.get_username(),
        timeout=WITHIN * 1000,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
        # One device, one passkey of an account.
        exclude_credentials=_described(of(user)),
    )


def _signature(user: User) -> Any:
    import webauthn
    from webauthn.helpers import structs

    return webauthn.generate_authentication_options(
        rp_id=_place().host,
        timeout=WITHIN * 1000,
        allow_credentials=_described(of(user)),
        user_verification=structs.UserVerificationRequirement.PREFERRED,
    )


def _place() -> Place:
    found = place()
    if found is None:
        raise ValueError("There are no passkeys at this BASE_URL.")
    return found


def _described(passkeys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers import base64url_to_bytes, structs

    return [
        structs.PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(one.credential), transports=_transports(one.transports)
        )
        for one in passkeys
    ]


def _transports(names: Iterable[object]) -> list[AuthenticatorTransport]:
    from webauthn.helpers import structs

    known = {one.value: one for one in structs.AuthenticatorTransport}
    return [known[name] for name in names if isinstance(name, str) and name in known]


def _challenge(user: User, kept: object, purpose: str) -> bytes | None:
    """The number that was asked with, used up by this; None if it was no such question."""
    from webauthn.helpers import base64url_to_bytes

    if not isinstance(kept, dict) or kept.get("purpose") != purpose:
        return None
    if kept.get("user") != str(user.pk) or kept["until"] < timezone.now().timestamp():
        return None
    # Two requests at once read the same session; of them one takes this slot.
    if not limits.take(limits.key_for("factor", f"challenge|{kept['challenge']}"), _ONCE):
        return None
    return base64url_to_bytes(kept["challenge"])


def add(user: User, name: str, answer: str, kept: object) -> list[str] | Answer:
    """Store the passkey that a device made for this account; on record.

    `answer`: what the browser gave, as JSON; `kept`: what `question` gave for ADD. Returns new
    recovery codes, none for an account that has some; or why nothing was stored.
    """
    import webauthn
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    challenge = _challenge(user, kept, ADD)
    if challenge is None:
        return Answer.OVER
    site = _place()
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
        credential = bytes_to_base64url(made.credential_id)
        if not _CREDENTIAL.fullmatch(credential):
            return Answer.WRONG
        # What the device is reached by is a hint, and nothing that it signed.
        reached = json.loads(answer)["response"].get("transports") or []
        with transaction.atomic():
            factor, codes = second_factor.ensure(user)
            SecondFactor.objects.select_for_update().get(pk=factor.pk)
            if factor.passkeys.count() >= MOST:
                return Answer.TOO_MANY
            factor.passkeys.create(
                name=name,
                host=site.host,
                credential=credential,
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                transports=[one.value for one in _transports(reached)],
            )
            second_factor.record(user, "passkey added", passkey=name)
    except (WebAuthnException, IntegrityError, *_MALFORMED):
        return Answer.WRONG
    return codes


def check(user: User, answer: str, kept: object, purpose: str, network: str) -> Answer:
    """Whether a passkey of this account signed what `question` asked for this purpose.

    `network`: where it comes from (`subscribers.network`). Nobody guesses a signature; tries are
    counted because each costs arithmetic.
    """
    mine = limits.key_for("factor", f"passkey|{user.pk}|{network}")
    if not limits.take(mine, second_factor.PER_NETWORK):
        return Answer.TOO_MANY
    challenge = _challenge(user, kept, purpose)
    if challenge is None:
        return Answer.OVER
    passkey = _named_in(user, answer)
    count = _signed(passkey, answer, challenge) if passkey is not None else None
    if passkey is None or count is None:
        return Answer.WRONG
    if not _counted(passkey, count):
        _tell(user, passkey)
        return Answer.WENT_BACK
    limits.give_back(mine)
    second_factor.passed_from(user, network)
    return Answer.RIGHT


def _named_in(user: User, answer: str) -> Passkey | None:
    """The passkey of this account that the answer says it is of; another's is none."""
    try:
        credential = json.loads(answer)["id"]
    except _MALFORMED:
        return None
    if not isinstance(credential, str) or not _CREDENTIAL.fullmatch(credential):
        return None
    return Passkey.objects.filter(factor__user=user, credential=credential).first()


def _signed(passkey: Passkey, answer: str, challenge: bytes) -> int | None:
    """The device's counter, if its signature is right."""
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    site = _place()
    try:
        proved = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=bytes(passkey.public_key),
            # Compared below, where it is not taken for a wrong signature.
            credential_current_sign_count=0,
        )
    except (WebAuthnException, *_MALFORMED):
        return None
    return proved.new_sign_count


def _counted(passkey: Passkey, count: int) -> bool:
    """Keep the counter and the moment; False if it did not grow (section 7.2, step 22)."""
    before = passkey.sign_count
    if (count or before) and count <= before:
        return False
    # Of two answers at once that bring the same number, one finds the row unchanged.
    row = Passkey.objects.filter(pk=passkey.pk, sign_count=before)
    # What it signed holds the hash of this host's name: so it is known of an old row, too.
    signed = {"sign_count": count, "last_used": timezone.now(), "host": _place().host}
    return row.update(**signed) == 1


def _tell(user: User, passkey: Passkey) -> None:
    with transaction.atomic():
        Passkey.objects.filter(pk=passkey.pk).update(went_back=timezone.now())
        second_factor.record(user, "passkey refused: counter", passkey=passkey.name)


def remove(user: User, pk: int) -> bool:
    """Take one passkey away; on record. With the last one of an account that has no app goes the
    whole factor. False if the account has no such passkey."""
    with transaction.atomic():
        factor = SecondFactor.objects.select_for_update().filter(user=user).first()
        passkey = factor.passkeys.filter(pk=pk).first() if factor is not None else None
        if factor is None or passkey is None:
            return False
        passkey.delete()
        second_factor.record(user, "passkey removed", passkey=passkey.name)
        if not factor.secret and not factor.passkeys.exists():
            second_factor.remove(user)
    return True
