"""The page of an issue that was withdrawn: gone for good (410), with the note that says why."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from newsletter.models import Issue, Withdrawal
from subscribers.models import Category, Publication

from .pages import render_page


def of_address(publication: Publication, slug: str) -> Withdrawal | None:
    """The withdrawal of what stood at this address, or None."""
    return (
        Withdrawal.objects.filter(
            issue__publication=publication, issue__slug=slug, item=None, was_public=True
        )
        .select_related("issue")
        .first()
    )


def of_item_address(publication: Publication, slug: str, anchor: str) -> Withdrawal | None:
    """The withdrawal of the item that stood at this address, or of its whole issue, or None."""
    whole = of_address(publication, slug)
    if whole is not None:
        return whole
    return (
        Withdrawal.objects.filter(
            issue__publication=publication,
            issue__slug=slug,
            issue__listed=True,
            item__anchor=anchor,
            was_public=True,
        )
        .exclude(item__category__visibility=Category.Visibility.PRIVATE)
        .select_related("issue")
        .first()
    )


def notes(issue: Issue) -> list[Withdrawal]:
    """What was withdrawn of an issue that is still there, oldest first."""
    return list(Withdrawal.objects.filter(issue=issue, item__isnull=False).order_by("at", "pk"))


def gone(request: HttpRequest, publication: Publication, found: Withdrawal) -> HttpResponse:
    """RFC 9110, section 15.5.11: intended, and not to come back; search engines drop it at once.

    The note and the day, and nothing of what was withdrawn, its title included.
    """
    response = render_page(
        request,
        "newsletter/withdrawn.html",
        publication,
        {"withdrawal": found, "noindex": True, "content_language": found.issue.language},
    )
    response.status_code = 410
    return response
