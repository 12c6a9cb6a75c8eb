"""Erase a person: nothing is left but a keyed hash that keeps them from being mailed.

The subscriber's row is emptied, never deleted: deliveries of past issues point to it, and their
sums must stay right. Rows of other apps that name the person let go; links of old mails open the
same page as any other link that leads nowhere.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import ForeignKey
from django.utils import timezone

from . import secure_delete, subscriptions, suppression
from .models import Asked, AuditEntry, ConsentEvent, FormDraft, Subscriber, Subscription


def erase(subscriber: Subscriber, *, by: str) -> bool:
    """Erase for good, in one transaction. `by` is "reader" or a user's name, on record.

    False if it was erased already. The log of SQLite is cut by the next sweep.
    """
    now = timezone.now()
    with transaction.atomic():
        row = (
            Subscriber.objects.select_for_update()
            .filter(pk=subscriber.pk, erased_at__isnull=True)
            .first()
        )
        if row is None:
            return False
        suppression.suppress(row.address, suppression.Reason.ERASED)
        Subscriber.objects.filter(pk=row.pk).update(
            key=None, address="", name="", new_address="", new_address_at=None, erased_at=now
        )
        ConsentEvent.objects.filter(subscriber=row).delete()
        Asked.objects.filter(address__iexact=row.address).delete()
        ties = subscriptions.erase(row, form="mail" if by == "reader" else "admin", now=now)
        _let_go(row)
        _forget_unsaved(row.address)
        _blank_admin_history(row, ties)
        AuditEntry.objects.create(actor=by[:150], action="erased", target=f"subscriber:{row.pk}")
    secure_delete.note()
    return True


def _let_go(subscriber: Subscriber) -> None:
    """Rows of other apps that may stand without the person (a bounce) stop naming them.

    Found through the model registry, since this app knows no app above it.
    """
    for relation in Subscriber._meta.get_fields(include_hidden=True):
        source: Any = getattr(relation, "field", None)
        if not isinstance(source, ForeignKey) or not relation.auto_created or not source.null:
            continue
        source.model._base_manager.filter(**{source.name: subscriber}).update(**{source.name: None})


def _forget_unsaved(address: str) -> None:
    """Forms in which somebody wrote the address and did not save: a reader to be added, say.

    A person has few of them, and erasing is rare; what a database holds of JSON is no text that
    could be searched alike in both.
    """
    wanted = address.casefold()
    for draft in FormDraft.objects.iterator(chunk_size=10):
        texts = (text for texts in draft.values.values() for text in texts)
        if any(wanted in str(text).casefold() for text in texts):
            draft.delete()


def _blank_admin_history(subscriber: Subscriber, subscriptions: list[int]) -> None:
    """Django's log of admin acts keeps the object's name, which is the address."""
    for model, ids in ((Subscriber, [subscriber.pk]), (Subscription, subscriptions)):
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model),
            object_id__in=[str(pk) for pk in ids],
        ).update(object_repr="", change_message="")
