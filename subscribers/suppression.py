"""Addresses that must not be mailed, known only by their keyed hash.

A suppression holds for the whole site (the address does not exist, the reader complained, was
erased) or for one publication (everything else), and outlives the reader. It is looked up under
every version of LINK_KEYS, because that of an erased person keeps the version it was made with.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from . import conf
from .addresses import key_of, keys_of, newest_version
from .models import AuditEntry, Incident, Publication, Subscriber, Suppression
from .roles import Act, may

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

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
# These are about the address or the person, whoever mails: they hold for the whole site.
WHOLE_SITE = frozenset([Reason.HARD, Reason.COMPLAINT, Reason.ERASED])
# What a mail that reaches the address answers: a mailbox that was said not to exist, or that had
# refused one issue after another, takes mail after all. That the site-wide "does not exist" is
# among them is the point: it is a fact about the address, whoever mails, and so is its end. An
# erasure was the reader's own wish, and so is taking it back. A complaint or a person's entry is
# about something else, and stays.
PROVABLE = frozenset([Reason.HARD, Reason.SOFT, Reason.ERASED])
# Keys of one statement; SQLite's bound is 32,766 parameters.
_BATCH = 500


def suppressed(address: str, publication: Publication | None) -> Suppression | None:
    """The suppression in force for a normalised address, under whichever key version, or None.

    Of those of the publication and of the whole site; None asks for the whole site's alone.
    """
    found = list(in_force(keys_of(address), publication))
    return max(found, key=lambda s: _STRENGTH[Reason(s.reason)], default=None)


def in_force(
    keys: Iterable[uuid.UUID], publication: Publication | int | None
) -> QuerySet[Suppression]:
    """What stands against these keys in a publication (its id will do; None: the whole site)."""
    scope = Q(publication__isnull=True)
    if publication is not None:
        scope |= Q(publication=publication)
    return Suppression.objects.filter(scope, key__in=list(keys), lifted_at__isnull=True)


def suppress(
    address_or_key: str | uuid.UUID,
    reason: str,
    evidence: dict[str, Any] | None = None,
    *,
    publication: Publication | None = None,
) -> Suppression:
    """Put an address (or a `Subscriber.key`) under suppression; returns the one now in force.

    Idempotent: one of the same scope that is as strong stays as it is. `publication` None is the
    whole site; reasons of WHOLE_SITE allow no other. `evidence` never holds an address.
    """
    keys, key, version = _known_by(address_or_key)
    scope = Suppression.objects.filter(publication=publication, lifted_at__isnull=True)
    with transaction.atomic():
        elsewhere = scope.filter(key__in=keys).exclude(key=key).first()
        if elsewhere is not None:
            if _STRENGTH[Reason(elsewhere.reason)] >= _STRENGTH[Reason(reason)]:
                return elsewhere
            _replace([elsewhere.pk], reason)
        suppress_many({key: evidence or {}}, reason, publication=publication, version=version)
        return scope.get(key=key)


def suppress_many(
    evidence: Mapping[uuid.UUID, dict[str, Any]],
    reason: str,
    *,
    publication: Publication | None = None,
    incident: Incident | None = None,
    version: int | None = None,
) -> int:
    """Put very many `Subscriber.key`s under suppression, each with its evidence; how many are new.

    One that stands already and is as strong stays as it is.
    """
    if reason in WHOLE_SITE and publication is not None:
        raise ValueError(f"{reason} holds for the whole site")
    keys, made = list(evidence), 0
    with transaction.atomic():
        for start in range(0, len(keys), _BATCH):
            part = keys[start : start + _BATCH]
            standing = Suppression.objects.filter(
                key__in=part, publication=publication, lifted_at__isnull=True
            ).values_list("pk", "key", "reason")
            weaker = [
                (pk, key)
                for pk, key, old in standing
                if _STRENGTH[Reason(old)] < _STRENGTH[Reason(reason)]
            ]
            strong = {key for _pk, key, _old in standing} - {key for _pk, key in weaker}
            _replace([pk for pk, _key in weaker], reason)
            rows = [
                Suppression(
                    key=key,
                    version=version or newest_version(),
                    reason=reason,
                    publication=publication,
                    incident=incident,
                    evidence=evidence[key],
                )
                for key in part
                if key not in strong
            ]
            # Somebody may have suppressed one since we looked: then it is suppressed.
            Suppression.objects.bulk_create(rows, ignore_conflicts=True)
            made += len(rows)
    return made


def _replace(pks: list[int], reason: str) -> None:
    if pks:
        Suppression.objects.filter(pk__in=pks, lifted_at__isnull=True).update(
            lifted_at=timezone.now(), lifted_by=f"replaced: {reason}"
        )


def _known_by(address_or_key: str | uuid.UUID) -> tuple[list[uuid.UUID], uuid.UUID, int]:
    """(keys to look under, the key to use, its version).

    A reader's row may still have an older key than the newest. The freeze asks by the key, so a
    suppression takes the one the row has.
    """
    if isinstance(address_or_key, uuid.UUID):
        return [address_or_key], address_or_key, newest_version()
    versions = {key_of(address_or_key, version): version for version in conf.link_keys()}
    of_row = Subscriber.objects.filter(key__in=versions).values_list("key", flat=True).first()
    key = of_row or key_of(address_or_key)
    return list(versions), key, versions[key]


def may_lift(user: AbstractBaseUser | AnonymousUser, suppression: Suppression) -> bool:
    """Whether this person may end it: the site's owner any, reader care their publication's.

    What one publication's incident suppressed on the whole site is that publication's to mend.
    Complaints and erasures are the reader's word, and the owner's alone to overrule.
    """
    if getattr(user, "is_superuser", False):
        return may(user, Act.READERS, None)
    if suppression.reason in (Reason.COMPLAINT, Reason.ERASED):
        return False
    if suppression.publication is not None:
        return may(user, Act.READERS, suppression.publication)
    incident = suppression.incident
    return incident is not None and may(user, Act.READERS, incident.publication)


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
                publication=suppression.publication,
                action="suppression lifted",
                target=f"suppression:{suppression.pk}",
                detail={"reason": suppression.reason},
            )
    return done == 1


def lift_proved(address: str, publication: Publication, by: str) -> list[str] | None:
    """End all of PROVABLE that stands against an address here; the reasons, in order of strength.

    None, and nothing ended, when another reason stands too. Call it in a transaction.
    """
    found = list(in_force(keys_of(address), publication))
    if any(one.reason not in PROVABLE for one in found):
        return None
    found.sort(key=lambda one: _STRENGTH[Reason(one.reason)], reverse=True)
    return [one.reason for one in found if lift(one, by)]


def lift_all(incident: Incident, by: str) -> int:
    """End whatever an incident suppressed and still stands; how many. The caller records why."""
    return Suppression.objects.filter(incident=incident, lifted_at__isnull=True).update(
        lifted_at=timezone.now(), lifted_by=by[:150]
    )
