"""When LINK_KEYS gets a new key: every reader is known by it, and so is what suppresses them.

The freeze joins readers and suppressions on the key alone, so both must have the same version.
Suppressions of erased people keep theirs (their address is gone), and are found because
`suppression.suppressed` asks under every version.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from .addresses import key_of, newest_version
from .models import AuditEntry, Subscriber, Suppression

BATCH = 2000
_ACTION = "re-keyed"

# Where this process is; another one starts over, which changes nothing that is done.
_position: dict[int, int] = {}


def sweep(*, batch: int = BATCH) -> bool:
    """Re-key one batch of readers; True when all have the newest key. Cheap when that is known."""
    version = newest_version()
    if version in _position and _position[version] < 0:
        return True
    if is_done(version):
        _position[version] = -1
        return True
    rows = list(
        Subscriber.objects.filter(pk__gt=_position.get(version, 0), erased_at__isnull=True)
        .order_by("pk")
        .values_list("pk", "address", "key")[:batch]
    )
    for pk, address, old in rows:
        new = key_of(address)
        if old is not None and new != old:
            with transaction.atomic():
                # The address again: it may have changed since it was read.
                moved = Subscriber.objects.filter(pk=pk, address=address, key=old).update(key=new)
                if moved:
                    _take_along(old, new, version)
    if rows:
        _position[version] = rows[-1][0]
    if len(rows) < batch:
        AuditEntry.objects.create(actor="worker", action=_ACTION, target=_target(version))
        _position[version] = -1
        return True
    return False


def is_done(version: int) -> bool:
    """Whether every reader has been given the key of this version, or came with it."""
    if version == 1:
        return True
    return AuditEntry.objects.filter(target=_target(version), action=_ACTION).exists()


def _target(version: int) -> str:
    return f"link-key:{version}"


def _take_along(old: uuid.UUID, new: uuid.UUID, version: int) -> None:
    standing = Suppression.objects.filter(lifted_at__isnull=True)
    there = set(standing.filter(key=new).values_list("publication_id", flat=True))
    for pk, publication in standing.filter(key=old).values_list("pk", "publication_id"):
        one = standing.filter(pk=pk)
        if publication in there:
            one.update(lifted_at=timezone.now(), lifted_by="replaced: the same under a newer key")
        else:
            one.update(key=new, version=version)
