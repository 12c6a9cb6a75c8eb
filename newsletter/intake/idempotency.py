"""Idempotency-Key: a request that is sent again gets the answer of the first time, for a day.

The key is claimed before anything is done and its answer stored after. A process that dies in
between leaves a claim without an answer; after `_PATIENCE` the next request with the key takes it
over and does the work again, which is safe: the same document is the same draft, and an issue is
released once.

As the IETF draft draft-ietf-httpapi-idempotency-key-header describes, but another body under a
used key is 409 and not 422, which here means a document with problems.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import pgettext

from newsletter.models import KeptAnswer, Token

from .problems import Refusal

_KEPT = dt.timedelta(days=1)
_PATIENCE = dt.timedelta(seconds=60)
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back: a status, and JSON as text."""

    status: int
    text: str
    retry: int = 0


def digest_of(*parts: bytes) -> str:
    """What tells one request from another: each part counts, and where it ends."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big"))
        whole.update(part)
    return whole.hexdigest()


def once(token: Token, key: str | None, request: str, answer: Callable[[], Answer]) -> Answer:
    """The answer to a request (`request` is its digest) under `key`; None is no key at all.

    Raises Refusal if the key is none, was used for another request, or is being worked on.
    """
    if key is None:
        return answer()
    if not _KEY.fullmatch(key):
        raise Refusal(
            "bad-request",
            pgettext("problem", "An Idempotency-Key has 1 to 200 visible ASCII characters."),
        )
    row = _claim(token, key, request)
    if row.status is not None:
        return Answer(row.status, row.answer)
    mine = KeptAnswer.objects.filter(pk=row.pk, status__isnull=True)
    try:
        given = answer()
    except BaseException:
        mine.delete()
        raise
    if given.status >= 500:
        mine.delete()
    else:
        mine.update(status=given.status, answer=given.text)
    return given


def _claim(token: Token, key: str, request: str) -> KeptAnswer:
    """The row of this key: with an answer, or ours to answer."""
    now = timezone.now()
    row, made = KeptAnswer.objects.get_or_create(
        token=token, key=key, defaults={"request": request, "at": now}
    )
    if made:
        return row
    held = KeptAnswer.objects.filter(pk=row.pk, at=row.at)
    fresh = {"request": request, "at": now, "status": None, "answer": ""}
    if row.at <= now - _KEPT:
        if held.update(**fresh):
            row.refresh_from_db()
            return row
        raise _in_flight()
    if row.request != request:
        raise Refusal(
            "key-reused",
            pgettext("problem", "This Idempotency-Key belongs to another request of the last day."),
        )
    if row.status is not None:
        return row
    if row.at > now - _PATIENCE or not held.filter(status__isnull=True).update(**fresh):
        raise _in_flight()
    row.refresh_from_db()
    return row


def _in_flight() -> Refusal:
    return Refusal(
        "in-flight",
        pgettext("problem", "A request with this Idempotency-Key is not answered yet. Ask again."),
        retry=1,
    )


def forget_old() -> int:
    """Delete what was kept for its day."""
    return KeptAnswer.objects.filter(at__lte=timezone.now() - _KEPT).delete()[0]
