"""A format is one file: a made-up one is found, written, addressed and shown."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import clear_url_caches

from newsletter.feeds import formats
from subscribers.models import Publication
from tests import builders

pytestmark = pytest.mark.django_db

MADE_UP = """
from newsletter.feeds.formats import Format

FORMAT = Format(
    suffix="gopher",
    label="Gophermap",
    media_type="application/gopher-menu",
    write=lambda feed: "\\n".join(entry.title for entry in feed.entries).encode(),
    order=9,
    customary=("gophermap",),
)
"""
# Whatever keeps the list or the addresses it makes.
READERS = (
    "newsletter.feeds.opml", "newsletter.feeds.websub", "newsletter.archive.pages",
    "newsletter.archive.feed_pages", "newsletter.urls", "newsletter.config.public_urls",
    "newsletter.config.urls",
)  # fmt: skip


@pytest.fixture
def gopher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publication]:
    """A publication on a site that has one more format, added as a developer would."""
    (tmp_path / "gophermap.py").write_text(MADE_UP)
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    found = formats._found()
    was = formats.FORMATS
    publication = builders.publication()
    issue = builders.issue(publication, published_at=builders.NOW)
    builders.item(issue, builders.category(publication, "Ships"), "A ship came in")
    formats.FORMATS = found
    again()
    yield publication
    formats.FORMATS = was
    sys.modules.pop("newsletter.feeds.formats.gophermap", None)
    again()


def again() -> None:
    """What was made of the registry at import is made anew, as at a start."""
    for name in READERS:
        if name in sys.modules:
            importlib.reload(sys.modules[name])
    clear_url_caches()


def test_a_made_up_format_is_everywhere(gopher: Publication) -> None:
    client = Client()
    feed = client.get("/daily/feed.gopher")
    assert feed.status_code == 200
    assert feed["Content-Type"] == "application/gopher-menu; charset=utf-8"
    assert "2026-03-02" in feed.content.decode()
    assert client.get("/daily/gophermap").headers["Location"] == "/daily/feed.gopher"
    page = client.get("/daily/feeds/").content.decode()
    assert "Gophermap" in page and "/daily/feed.gopher" in page
    head = client.get("/daily/").content.decode()
    assert 'type="application/gopher-menu"' in head
    assert client.get("/daily/c/ships/feed.gopher").status_code == 200


def test_the_formats_we_have_keep_their_addresses_and_order() -> None:
    assert [(one.suffix, one.label, one.media_type) for one in formats.FORMATS] == [
        ("atom", "Atom", "application/atom+xml"),
        ("rss", "RSS", "application/rss+xml"),
        ("json", "JSON Feed", "application/feed+json"),
    ]
    with pytest.raises(KeyError):
        formats.named("xml")
