"""What an editor's acts on categories and withdrawn pieces purge: where they show, nowhere else,
and each page whose octets changed is named."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from newsletter.archive.finished import changes, purging
from newsletter.archive.finished.purging import Purge
from newsletter.sending import withdrawing
from subscribers import categories
from subscribers.models import Publication
from tests import builders
from tests.committed import COMMITTED
from tests.site_settings import configure

CALLS: list[list[str]] = []
PAGES = [
    "/", "/daily/", "/daily/c/ships/", "/daily/c/trade/", "/daily/feed.atom", "/daily/items.rss",
    "/daily/c/ships/feed.json", "/daily/2026-03-02/", "/daily/2026-03-03/",
    "/daily/2026-03-02/item-1/", "/daily/2026-03-03/item-1/", "/weekly/", "/weekly/2026-03-02/",
    "/weekly/feed.atom", "/daily/look.css",
]  # fmt: skip


def hook(keys: list[str]) -> None:
    """An operator's function."""
    CALLS.append(keys)


@pytest.fixture
def scene(db: Any, settings: Any, monkeypatch: Any) -> Publication:
    """Two publications with two issues each, an item of ships and one of trade in each."""
    configure(settings, PURGE_HOOK=f"{__name__}.hook")
    monkeypatch.setattr(changes, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(purging, "_WAIT", 0.0)
    made = {}
    for slug in ("daily", "weekly"):
        made[slug] = publication = builders.publication(slug)
        kinds = [builders.category(publication, name) for name in ("Ships", "Trade")]
        for number, day in enumerate(("2026-03-02", "2026-03-03")):
            at = dt.datetime.fromisoformat(f"{day}T08:00+00:00")
            issue = builders.issue(publication, day, state="archived", published_at=at)
            builders.item(issue, kinds[number], f"A piece of {day}", published_at=at)
    return made["daily"]


def _seen(client: Client) -> dict[str, tuple[int, bytes, set[str]]]:
    found = {}
    for path in PAGES:
        answer = client.get(path)
        keys = set(answer.headers.get("Surrogate-Key", "").split())
        found[path] = (answer.status_code, answer.content, keys)
    return found


ACTS = {
    "merge": lambda daily: categories.merge(_kind(daily, "ships"), _kind(daily, "trade")),
    "retire": lambda daily: categories.retire(_kind(daily, "ships")),
    "another look": lambda daily: Publication.objects.filter(pk=daily.pk).update(
        theme={"style": "essay", "accent": "#aa2244"}
    ),
    "an item is withdrawn": lambda daily: withdrawing.withdraw(
        daily.issues.get(slug="2026-03-02"),
        daily.issues.get(slug="2026-03-02").items.get(),
        "Not true.",
        by=_dora(),
    ),
    "an issue is withdrawn": lambda daily: withdrawing.withdraw(
        daily.issues.get(slug="2026-03-03"), None, "Not true.", by=_dora()
    ),
}


def _dora() -> Any:
    return get_user_model().objects.create_user("dora")


def _kind(publication: Publication, slug: str) -> Any:
    return publication.categories.get(slug=slug)


@COMMITTED
@pytest.mark.parametrize("act", ACTS)
def test_every_page_that_an_act_changes_is_purged_and_none_of_others(
    client: Client, scene: Publication, act: str
) -> None:
    purge = Purge()
    before = _seen(client)
    purge.sweep()
    CALLS.clear()
    ACTS[act](scene)
    purge.sweep()
    told = {key for keys in CALLS for key in keys}
    changed = {}
    for path, (status, octets, _keys) in _seen(client).items():
        if (status, octets) != before[path][:2]:
            changed[path] = before[path][2]
    assert changed
    stale = [path for path, keys in changed.items() if not keys & told]
    assert stale == []
    # Nothing of the other publication: only its own list on the front page is a page of both.
    weekly = Publication.objects.get(slug="weekly")
    assert not any(key.startswith(f"sudi-{weekly.pk}") or key == "sudi" for key in told)
    assert not any(path.startswith("/weekly/") for path in changed)
