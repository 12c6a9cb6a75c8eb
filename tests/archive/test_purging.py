"""What a CDN in front of the site is told: names of what it keeps, and which of them are old."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from newsletter.archive.finished import changes, purging
from newsletter.archive.finished.purging import Purge, shown, touched
from newsletter.archive.finished.store import Scope
from newsletter.models import Item
from subscribers.models import Publication
from tests import builders
from tests.committed import COMMITTED
from tests.site_settings import configure

CALLS: list[list[str]] = []
BROKEN: list[bool] = []


@pytest.fixture
def daily(db: Any) -> Publication:
    publication = builders.publication()
    for day in ("2026-03-02", "2026-03-03"):
        moment = dt.datetime.fromisoformat(f"{day}T08:00+00:00")
        issue = builders.issue(publication, day, state="archived", published_at=moment)
        builders.item(issue, None, f"A ship of {day}", published_at=moment)
    return publication


def hook(keys: list[str]) -> None:
    """An operator's function."""
    if BROKEN:
        raise OSError("no answer")
    CALLS.append(keys)


@pytest.fixture(autouse=True)
def _fresh(settings: Any, monkeypatch: Any) -> None:
    configure(settings, PURGE_HOOK=f"{__name__}.hook")
    monkeypatch.setattr(changes, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(purging, "_WAIT", 0.0)
    CALLS.clear()
    BROKEN.clear()


def test_the_keys_purged_are_those_of_the_answers_that_a_change_touches() -> None:
    scopes = [Scope(), Scope(1), Scope(2), Scope(1, 7), Scope(1, 8), Scope(2, 7)]
    for page, change in itertools.product(scopes, scopes):
        assert bool(set(shown(page)) & touched([change])) is page.touched_by(change), (page, change)


def test_pages_name_what_they_show(client: Client, daily: Publication) -> None:
    issue = daily.issues.get(slug="2026-03-02")
    page = client.get("/daily/2026-03-02/")
    assert page["Surrogate-Key"] == f"sudi sudi-{daily.pk} sudi-{daily.pk}-{issue.pk}"
    assert page["CDN-Cache-Control"] == "max-age=86400"
    again = client.get("/daily/2026-03-02/", headers={"If-None-Match": page["ETag"]})
    assert again.status_code == 304
    assert again["Surrogate-Key"] == page["Surrogate-Key"]
    assert client.get("/daily/")["Surrogate-Key"].endswith("-lists")
    assert client.get("/")["Surrogate-Key"] == "sudi sudi-site"
    assert "Surrogate-Key" not in client.get("/daily/subscribe/").headers


def test_without_a_hook_nothing_is_named(
    client: Client,
    daily: Publication,
    settings: Any,
) -> None:
    configure(settings, PURGE_HOOK="")
    page = client.get("/daily/")
    assert "Surrogate-Key" not in page.headers
    assert "CDN-Cache-Control" not in page.headers


@COMMITTED
def test_the_hook_hears_of_each_change_until_it_has_taken_it(daily: Publication) -> None:
    purge = Purge()
    purge.sweep()
    assert CALLS.pop() == ["sudi"]  # Whatever changed before this worker ran.
    purge.sweep()
    assert CALLS == []
    BROKEN.append(True)
    item = Item.objects.get(issue__slug="2026-03-02")
    Item.objects.filter(pk=item.pk).update(title="Mended")
    for _again in range(3):
        with pytest.raises(OSError, match="no answer"):  # Housekeeping reports it.
            purge.sweep()
    other = builders.publication("weekly")
    with pytest.raises(OSError, match="no answer"):
        purge.sweep()
    BROKEN.clear()
    purge.sweep()
    whole = f"sudi-{daily.pk}"
    (told,) = CALLS
    assert {f"{whole}-{item.issue_id}", f"{whole}-lists", "sudi-site", f"sudi-{other.pk}"} == set(
        told
    )
    purge.sweep()
    assert len(CALLS) == 1


@COMMITTED
def test_what_the_site_does_is_purged_where_it_shows_and_nowhere_else(daily: Publication) -> None:
    """Each as an editor does it; the keys are those of the pages that are others then."""
    other = builders.publication("weekly")
    ships = builders.category(daily, "Ships")
    whole, purge = f"sudi-{daily.pk}", Purge()
    purge.sweep()
    first = daily.issues.get(slug="2026-03-02")

    def heard() -> set[str]:
        CALLS.clear()
        purge.sweep()
        return set(CALLS.pop()) if CALLS else set()

    assert heard() == set()
    # A draft and what is done to it are nobody's to see.
    draft = builders.issue(daily, "2026-03-04")
    builders.item(draft, ships, "A ship to come")
    assert heard() == set()
    # Released: the lists, and its own address, which a CDN may have as missing.
    at = dt.datetime.fromisoformat("2026-03-04T08:00+00:00")
    type(draft).objects.filter(pk=draft.pk).update(state="archived", published_at=at)
    assert heard() == {"sudi-site", whole}
    # Corrected: its page, and what lists it.
    Item.objects.filter(issue=first).update(title="Mended")
    assert heard() == {"sudi-site", f"{whole}-lists", f"{whole}-{first.pk}"}
    # Another look, another name of a category, and for readers only: all of this one publication.
    changes_of_all: list[tuple[Any, dict[str, Any]]] = [
        (Publication.objects.filter(pk=daily.pk), {"theme": {"accent": "#aa2244"}}),
        (type(ships).objects.filter(pk=ships.pk), {"name": "Boats"}),
        (Publication.objects.filter(pk=daily.pk), {"readers_only": True}),
    ]
    for rows, change in changes_of_all:
        rows.update(**change)
        assert heard() == {"sudi-site", whole}
    # Its own name changes nothing of the other's pages.
    Publication.objects.filter(pk=other.pk).update(name="Weekly ships")
    assert heard() == {"sudi-site", f"sudi-{other.pk}"}


def test_a_purge_waits_until_every_web_process_has_looked(
    daily: Publication, monkeypatch: Any
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(purging, "_WAIT", 60.0)
    monkeypatch.setattr("newsletter.archive.finished.purging.time.sleep", slept.append)
    purge = Purge()
    purge.sweep()
    assert (slept, CALLS) == ([60.0], [])


def test_a_timer_that_sweeps_once_purges(daily: Publication) -> None:
    """Where no worker stays, each `sudi housekeeping` is a process of its own."""
    for _run in range(2):
        Purge().sweep()
    assert CALLS == [["sudi"], ["sudi"]]


def test_nothing_is_taken_for_purged_while_the_database_is_away(
    daily: Publication, monkeypatch: Any
) -> None:
    def away(_since: int) -> Any:
        raise OperationalError("gone")

    purge = Purge()
    with monkeypatch.context() as patch:
        patch.setattr(changes, "_read", away)
        purge.sweep()
    assert CALLS == []  # What changes now would never be told.
    purge.sweep()
    assert CALLS == [["sudi"]]


def test_a_cdn_keeps_no_answer_that_may_be_old(
    client: Client, daily: Publication, monkeypatch: Any
) -> None:
    # Built for so long that what it shows may have been purged meanwhile.
    with monkeypatch.context() as patch:
        patch.setattr(purging, "_LONGEST_BUILD", 0.0)
        page = client.get("/daily/")
    assert "CDN-Cache-Control" not in page.headers
    assert page["Surrogate-Key"] == f"sudi sudi-{daily.pk} sudi-{daily.pk}-lists"
    # Another one tomorrow by itself: the feed of this month.
    month = dt.datetime.now(dt.UTC).strftime("%Y-%m")
    moment = dt.datetime.now(dt.UTC)
    issue = builders.issue(daily, f"{month}-01", state="archived", published_at=moment)
    builders.item(issue, None, "A ship of today", published_at=moment)
    feed = client.get(f"/daily/items.atom?month={month}")
    assert feed.status_code == 200
    assert "CDN-Cache-Control" not in feed.headers


def test_a_web_process_that_hears_of_no_change_tells_a_cdn_to_keep_nothing(
    client: Client, daily: Publication, monkeypatch: Any
) -> None:
    def away(_since: int) -> Any:
        raise OperationalError("gone")

    assert client.get("/daily/")["CDN-Cache-Control"] == "max-age=86400"
    monkeypatch.setattr(changes, "_read", away)
    monkeypatch.setattr(changes, "_FRESH", 0.0)
    page = client.get("/daily/")
    assert page.status_code == 200
    assert "CDN-Cache-Control" not in page.headers
    assert "Surrogate-Key" in page.headers
