"""Which publication a page is about: the one its address names, else the one last worked in.

Somebody with three publications works in one of them all morning. Pages that show one at a time
open on it, not on the first of the alphabet. Kept in the session: a convenience, never a right.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from ..models import Publication

_KEY = "publication"


def remember(request: HttpRequest, publication: Publication) -> None:
    """The person works in this publication now."""
    # Written only when it changes: a page that is looked at costs no write.
    if request.session.get(_KEY) != publication.slug:
        request.session[_KEY] = publication.slug


def choose(
    request: HttpRequest, publications: Iterable[Publication], wanted: str | None
) -> Publication | None:
    """The publication named `wanted`; without a name the last one, else the first; None: no such.

    `publications` are those the person may see here, so that nothing else is ever chosen.
    """
    by_slug = {one.slug: one for one in publications}
    if wanted:
        found = by_slug.get(wanted)
        if found is not None:
            remember(request, found)
        return found
    last = by_slug.get(request.session.get(_KEY, ""))
    return last or next(iter(by_slug.values()), None)
