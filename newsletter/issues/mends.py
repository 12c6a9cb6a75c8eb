"""A copy's original was corrected: the draft is offered the mended words."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from newsletter.models import Issue, Item, Link

from .roundups import copy_links

_WORDS = ("title", "date", "insight", "bullets", "body", "score", "extra", "picture",
          "picture_alt")  # fmt: skip
_NOT_OUT = (Issue.State.DRAFT, Issue.State.SCHEDULED, Issue.State.SENDING, Issue.State.PAUSED)


def offered(issue: Issue) -> QuerySet[Item]:
    """Copies whose originals were corrected since their words were taken, or last looked at."""
    return issue.items.filter(
        Q(copied_at__isnull=True) | Q(copied_from__corrected_at__gt=F("copied_at")),
        copied_from__corrected_at__isnull=False,
    ).select_related("copied_from__issue", "category")


def repeating(original: Item) -> QuerySet[Issue]:
    """Round-ups that are not all out yet and hold a copy of that item, in its words of before."""
    copies = Item.objects.filter(copied_from=original, hidden=False).values("issue")
    return Issue.objects.filter(
        pk__in=copies, kind=Issue.Kind.ROUNDUP, rehearses__isnull=True, state__in=_NOT_OUT
    ).order_by("date", "pk")


def take(copy: Item) -> None:
    """The original's words and links as they are now; what was shortened in the copy goes."""
    original = copy.copied_from
    assert original is not None
    with transaction.atomic():
        Item.objects.filter(pk=copy.pk).update(
            **{name: getattr(original, name) for name in _WORDS}, copied_at=timezone.now()
        )
        Link.objects.filter(item=copy).delete()
        copy_links(copy.issue, {original.pk: copy})


def keep(copy: Item) -> None:
    """The copy stays as it is; it is not offered this mend again."""
    Item.objects.filter(pk=copy.pk).update(copied_at=timezone.now())
