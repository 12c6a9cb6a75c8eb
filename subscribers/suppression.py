"""Addresses that must not be mailed, known only by their keyed hash.

A suppression holds for the whole site and outlives the reader. It is looked up under every
version of LINK_KEYS, because that of an erased person keeps the version it was made with.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from .addresses import key_of, keys_of, newest_version
from .models import AuditEntry, Subscriber, Suppression

Reason = Suppression.Reason
# A weaker one gives way: an erased person may come back by their own confirmation, somebody who
# complained may not.
_STRENGTH = {
    Reason.ERASED: 0,
    Reason.SOFT: 1,
    Reason.HARD: 2,
    Reason.IMPORTED: 3,
    Reason.MANUAL: 4,
    Reason.COMPLAINT: 5,
}


def suppressed(address: str) -> Suppression | None:
    """The suppression in force for a normalised address, under whichever key version, or None."""
    return _strongest(keys_of(address))


def suppress(
    address_or_key: str | uuid.UUID, reason: str, evidence: dict[str, Any] | None = None
) -> Suppression:
    """Put an address (or a `Subscriber.key`) under suppression; returns the one now in force.

    Idempotent: one that is as strong stays as it is. `evidence` never holds an address.
    """
    keys, key, version = _known_by(address_or_key)
    with transaction.atomic():
        standing = _strongest(keys)
        if standing is not None:
            if _STRENGTH[Reason(standing.reason)] >= _STRENGTH[Reason(reason)]:
                return standing
            Suppression.objects.filter(pk=standing.pk, lifted_at__isnull=True).update(
                lifted_at=timezone.now(), lifted_by=f"replaced: {reason}"
            )
        try:
            with transaction.atomic():
                return Suppression.objects.create(
                    key=key,
                    version=version,
                    reason=reason,
                    evidence=evidence or {},
                )
        except IntegrityError:  # Somebody suppressed it since we looked.
            found = _strongest([key])
            if found is None:
                raise
            return found


def _known_by(address_or_key: str | uuid.UUID) -> tuple[list[uuid.UUID], uuid.UUID, int]:
    """(keys to look under, the key to use, its version).

    A reader's row may still have an older key than the newest. The freeze joins on the key, so a
    suppression takes the one the row has.
    """
    if isinstance(address_or_key, uuid.UUID):
        return [address_or_key], address_or_key, newest_version()
    versions = {key_of(address_or_key, version): version for version in settings.LINK_KEYS}
    of_row = Subscriber.objects.filter(key__in=versions).values_list("key", flat=True).first()
    key = of_row or key_of(address_or_key)
    return list(versions), key, versions[key]


def lift(suppression: Suppression, by: str) -> bool:
    """End a suppression; `by` names the person, on record. False if it was lifted already."""
    if not by:
        raise ValueError("lifting a suppression is somebody's act: name who")
    with transaction.atomic():
        done = Suppression.objects.filter(pk=suppression.pk, lifted_at__isnull=True).update(
            lifted_at=timezone.now(), lifted_by=by[:150]
        )
        if done:
            AuditEntry.objects.create(
                actor=by[:150],
                action="suppression lifted",
                target=f"suppression:{suppression.pk}",
                detail={"reason": suppression.reason},
            )
    return done == 1


def _strongest(keys: list[uuid.UUID]) -> Suppression | None:
    found = list(Suppression.objects.filter(key__in=keys, lifted_at__isnull=True))
    return max(found, key=lambda s: _STRENGTH[Reason(s.reason)], default=None)
