"""What nobody names is deleted after 30 days; what went out, or may come back, is not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from newsletter.issues import deleted, unused_pictures
from newsletter.issues.revisions import add_revision
from newsletter.models import Issue, Revision
from subscribers import pictures
from subscribers.models import Picture
from tests import builders

from .drawn import photograph

pytestmark = pytest.mark.django_db


def given(colour: str, days: int = 31) -> pictures.Picture:
    picture = pictures.keep(photograph(64, 64, colour))
    then = timezone.now() - dt.timedelta(days=days)
    Picture.objects.filter(name=picture.name).update(added_at=then, given_at=then)
    return picture


def here(folder: Path) -> set[str]:
    """The pictures whose files and row are there."""
    files = {path.name.partition("-")[0] for path in folder.iterdir()}
    rows = {name.partition(".")[0] for name in Picture.objects.values_list("name", flat=True)}
    assert files == rows
    return files


def test_what_nothing_names_is_deleted(folder: Path) -> None:
    daily = builders.publication()
    issue = builders.issue(daily)
    city = builders.category(daily, "City")
    unused, young = given("#101010"), given("#202020", days=29)
    own, within, logo, deleted_one = (
        given(c) for c in ("#303030", "#404040", "#505050", "#606060")
    )
    builders.item(issue, city, "Ferries", picture=own.name)
    builders.item(issue, city, "Trams", body=f"![A map]({within.address()})")
    daily.theme = {"logo": f"/p/{logo.stem}-64.jpg"}
    daily.save()
    other = builders.issue(daily, "2026-03-04")
    builders.item(other, city, "Bees", picture=deleted_one.name)
    deleted.delete(other, User.objects.create(username="uma"))
    unused_pictures.sweep()
    kept = {one.stem for one in (young, own, within, logo, deleted_one)}
    assert unused.stem not in here(folder) and here(folder) == kept
    # In use, but not out: with the draft it goes.
    Issue.objects.all().delete()
    unused_pictures.sweep()
    assert here(folder) == kept - {own.stem, within.stem}


def test_what_went_out_is_kept_for_good(folder: Path) -> None:
    issue = builders.issue(builders.publication())
    picture = given("#303030")
    item = builders.item(issue, None, "Ferries", picture=picture.name, bullets=[])
    add_revision(issue, Revision.Kind.RELEASE, None, note="")
    item.delete()  # Readers' mails name it.
    for _day in range(2):
        unused_pictures.sweep()
        assert here(folder) == {picture.stem}
    assert Picture.objects.get().out


def test_one_that_is_given_again_stays(folder: Path) -> None:
    given("#303030")
    pictures.keep(photograph(64, 64, "#303030"))
    unused_pictures.sweep()
    assert len(here(folder)) == 1
