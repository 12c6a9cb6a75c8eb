"""Who may use the sign-up form: people, at the pace of people.

Nobody has to run a script or solve a picture. A browser that runs ours brings a proof of work
(ALTCHA, made and checked here) and is held to a generous limit per network; everybody else to a
tight one. When unconfirmed sign-ups pile up, the form is in *attack mode*: without a proof it
hands out a ticket and asks to press the button again after half a minute, and a network gets few
of those. Answers never depend on the address that was typed.
"""

from __future__ import annotations

import datetime as dt
import enum
import hmac
import json
import secrets
import time
from typing import Any

import altcha
from django.conf import settings
from django.core import signing
from django.utils import timezone

from . import limits
from .limits import Rate
from .models import Publication, Subscription

# A field people do not see; what fills it is a program.
HONEYPOT = "website"

WITH_PROOF = Rate(interval=20, burst=60)
WITHOUT_PROOF = Rate(interval=120, burst=15)
WITH_PROOF_IN_ATTACK = Rate(interval=60, burst=20)
WITHOUT_PROOF_IN_ATTACK = Rate(interval=1200, burst=3)

# So many sign-ups of the last hour that nobody has confirmed are no ordinary hour.
ATTACK_PENDING = 50
ATTACK_WINDOW = dt.timedelta(hours=1)
TICKET_WAIT = 30.0
TICKET_LIFE = 3600

# Hashes to try: about 0.1 s of a phone; in attack mode about 2 s.
_WORK = range(5_000, 40_000)
_WORK_IN_ATTACK = range(200_000, 600_000)
_PROOF_LIFE = 2 * 3600


class GuardVerdict(enum.Enum):
    """What to do with a sign-up, before its address is looked at."""

    PASS = "pass"
    SILENT = "silent"  # a program: the usual answer, and nothing is done
    HOLD = "hold"  # show the form again with a ticket
    BUSY = "busy"  # this network has had its share for now


def under_attack(publication: Publication) -> bool:
    """Whether unconfirmed sign-ups are piling up; reads one hour of a partial index at most."""
    recent = Subscription.objects.filter(
        state=Subscription.State.PENDING,
        since__gt=timezone.now() - ATTACK_WINDOW,
        publication=publication,
    )
    return recent[:ATTACK_PENDING].count() >= ATTACK_PENDING


def judge(
    publication: Publication,
    network: str,
    *,
    honeypot: str = "",
    proof: str = "",
    ticket: str = "",
    patient: bool = True,
) -> GuardVerdict:
    """The verdict on one sign-up from `network`; takes the slots it needs.

    `patient` says whether the visitor can be asked to wait and press again (a page can, the
    JSON endpoint cannot: there attack mode demands the proof).
    """
    if honeypot:
        return GuardVerdict.SILENT
    attack = under_attack(publication)
    proven = bool(proof) and proof_is_good(proof, publication)
    if proven:
        rate = WITH_PROOF_IN_ATTACK if attack else WITH_PROOF
    else:
        if attack and not (patient and ticket_is_good(ticket, network)):
            return GuardVerdict.HOLD
        rate = WITHOUT_PROOF_IN_ATTACK if attack else WITHOUT_PROOF
    # One row per kind: a flood without proof does not use up what a person with one may do.
    key = limits.key_for("network", f"{publication.pk}|{network}|{proven}|{attack}")
    return GuardVerdict.PASS if limits.take(key, rate) else GuardVerdict.BUSY


def challenge(publication: Publication) -> dict[str, Any]:
    """A fresh ALTCHA challenge (version 2, SHA-256): {"parameters": …, "signature": …}."""
    work = _WORK_IN_ATTACK if under_attack(publication) else _WORK
    made = altcha.create_challenge(
        "SHA-256",
        1,
        counter=work.start + secrets.randbelow(len(work)),
        expires_at=int(time.time()) + _PROOF_LIFE,
        data={"publication": publication.pk},
        hmac_secret=_secret("proof"),
    )
    return dict(made.to_dict())


def proof_is_good(payload: str, publication: Publication) -> bool:
    """Whether a solved challenge is ours, for this publication, in time, and used only now."""
    if len(payload) > 4000:
        return False
    try:
        result = altcha.verify_solution(payload, _secret("proof"))
        parsed = altcha.Payload.from_base64(payload)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return False
    if not result.verified or parsed.challenge.parameters.data != {"publication": publication.pk}:
        return False
    key = limits.key_for("proof", str(parsed.challenge.signature))
    return limits.take(key, Rate(interval=_PROOF_LIFE))


def make_ticket(network: str) -> str:
    """A ticket for a visitor who is asked to wait; good once, from this network."""
    return signing.dumps([_hash(network), int(time.time())], salt="sudi.ticket")


def ticket_is_good(ticket: str, network: str) -> bool:
    """Whether the wait is over and the ticket was not used before."""
    try:
        owner, made = signing.loads(ticket, salt="sudi.ticket", max_age=TICKET_LIFE)
    except (signing.BadSignature, ValueError, TypeError):
        return False
    if owner != _hash(network) or time.time() - made < TICKET_WAIT:
        return False
    return limits.take(limits.key_for("ticket", ticket), Rate(interval=TICKET_LIFE))


def as_json(value: dict[str, Any]) -> str:
    """A challenge as it is put into an attribute of the form."""
    return json.dumps(value, separators=(",", ":"))


def _hash(network: str) -> str:
    return hmac.digest(settings.SECRET_KEY.encode(), network.encode(), "sha256")[:12].hex()


def _secret(purpose: str) -> str:
    # SECRET_KEY may be rotated: a challenge lives two hours.
    return hmac.digest(settings.SECRET_KEY.encode(), f"sudi.{purpose}".encode(), "sha256").hex()
