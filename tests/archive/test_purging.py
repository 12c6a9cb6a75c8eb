"""What a CDN in front of the site is told: names of what it keeps, and which of them are old."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
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
    purge.sweep()
    BROKEN.clear()
    other = builders.publication("weekly")
    purge.sweep()
    whole = f"sudi-{daily.pk}"
    (told,) = CALLS
    assert {f"{whole}-{item.issue_id}", f"{whole}-lists", "sudi-site", f"sudi-{other.pk}"} == set(
        told
    )


def test_a_purge_waits_until_every_web_process_has_looked(
    daily: Publication,
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr(purging, "_WAIT", 60.0)
    Purge().sweep()
    assert CALLS == []
