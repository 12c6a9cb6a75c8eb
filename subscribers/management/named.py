"""The publication that a command was given by its address."""

from __future__ import annotations

from django.core.management.base import CommandError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from subscribers.models import Publication

# The exit code of a command that was written wrongly.
USAGE = 2
# So many others are named; whoever has more knows them.
_NAMED = 20


def publication(
    slug: str, among: QuerySet[Publication] | None = None, code: int = USAGE
) -> Publication:
    """The publication with this address, or a CommandError that names those there are.

    `code` is the exit code: some commands have said 1 for this since 0.1.0, and scripts read it.
    """
    every = Publication.objects.all() if among is None else among
    if (found := every.filter(slug=slug).first()) is not None:
        return found
    there = ", ".join(Publication.objects.order_by("slug").values_list("slug", flat=True)[:_NAMED])
    said = (
        _("There is no publication “%(slug)s”. There are: %(there)s.")
        if there
        else _("There is no publication “%(slug)s”, nor any other yet. The admin makes the first.")
    )
    raise CommandError(said % {"slug": slug, "there": there}, returncode=code)
