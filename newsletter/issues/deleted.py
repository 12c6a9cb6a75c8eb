"""Deleted drafts: kept whole for a while, and restored as they were."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.admin.utils import NestedObjects
from django.contrib.auth.models import AbstractBaseUser
from django.core import serializers
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter.models import DeletedDraft, Issue

from .beginning import free_slug

# How long a deleted draft can be restored.
KEPT = dt.timedelta(days=30)


class CannotDelete(Exception):
    """Why a draft stays; the message is for the editor."""


class CannotRestore(Exception):
    """The draft was kept by another version of the program, and cannot be read any more."""


def delete(issue: Issue, by: AbstractBaseUser) -> DeletedDraft:
    """Delete a regular draft, keeping all its rows. In a transaction, with the draft locked."""
    if issue.kind != Issue.Kind.REGULAR or issue.state != Issue.State.DRAFT:
        raise CannotDelete(_("Only a draft of a regular issue can be deleted."))
    found = NestedObjects(using=DEFAULT_DB_ALIAS)
    found.collect([issue])
    if found.protected:
        raise CannotDelete(
            _("Something else needs this draft: a translation, a round-up or a correction.")
        )
    rows = [row for rows in found.data.values() for row in rows]
    kept = DeletedDraft.objects.create(
        publication=issue.publication,
        by_id=by.pk,
        title=issue.title,
        date=issue.date,
        rows=serializers.serialize("json", rows),
    )
    issue.delete()
    return kept


def restore(kept: DeletedDraft) -> Issue:
    """Bring a deleted draft back, in the caller's transaction.

    Its address has a number where another issue took it meanwhile, and what it was imported from
    is forgotten where another issue came from the same. Raises CannotRestore.
    """
    try:
        rows = list(serializers.deserialize("json", kept.rows))
    except serializers.base.DeserializationError as error:
        raise CannotRestore from error
    known = {(row.object._meta.label, row.object.pk): True for row in rows}
    issue = next((row.object for row in rows if isinstance(row.object, Issue)), None)
    if issue is None:
        raise CannotRestore
    others = kept.publication.issues.all()
    if others.filter(slug=issue.slug).exists():
        issue.slug = free_slug(kept.publication, issue.date)
    if issue.origin and others.filter(origin=issue.origin).exists():
        issue.origin = ""
    issue.approved_by = None
    for row in rows:
        if _points_somewhere(row.object, known):
            row.save()
    kept.delete()
    return issue


def _points_somewhere(row: Model, known: dict[tuple[str, Any], bool]) -> bool:
    """Clear references to what is gone since; False for a row that cannot be without one.

    `known`: (model, key) -> whether it is there. The rows kept together know each other.
    """
    for field in row._meta.concrete_fields:
        key = getattr(row, field.attname)
        model = field.related_model
        if key is None or not isinstance(model, type) or not issubclass(model, Model):
            continue
        name = (model._meta.label, key)
        if name not in known:
            known[name] = model._default_manager.filter(pk=key).exists()
        if not known[name]:
            if not field.null:
                return False
            setattr(row, field.attname, None)
    return True


def sweep() -> None:
    """Forget drafts that were deleted long ago."""
    DeletedDraft.objects.filter(at__lt=timezone.now() - KEPT).delete()
