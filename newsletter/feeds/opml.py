"""OPML 2.0: all feeds of a publication, or of the site, for a feed reader to import at once."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import translation
from lxml import etree

from newsletter import conf
from subscribers import languages
from subscribers.models import Category, Publication

from . import contents
from .formats import FORMATS
from .value import text

MEDIA_TYPE = "text/x-opml"


def write(title: str, publications: Iterable[tuple[Publication, list[Category]]]) -> bytes:
    """An outline for each publication: its whole feed, that of its items, then its categories."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = text(title) or "—"
    body = etree.SubElement(root, "body")
    for publication, categories in publications:
        language = languages.of_publication(publication)
        name = text(languages.words(publication, language).name) or "—"
        group = etree.SubElement(body, "outline", text=name, title=name)
        with translation.override(language):
            items = contents.title_of_items(name)
        home = contents.page_path(publication.slug, None)
        feed = contents.feed_path(publication.slug, None, FORMATS[0])
        _feed(group, name, publication, feed, home)
        _feed(group, items, publication, contents.items_path(publication.slug, FORMATS[0]), home)
        for category in categories:
            label = text(languages.words(category, language).name)
            feed = contents.feed_path(publication.slug, [category.slug], FORMATS[0])
            page = contents.page_path(publication.slug, [category.slug])
            _feed(group, f"{name}: {label}", publication, feed, page)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _feed(
    group: etree._Element, title: str, publication: Publication, path: str, page: str
) -> None:
    etree.SubElement(
        group,
        "outline",
        type="rss",  # What OPML calls every feed, Atom too.
        text=title,
        title=title,
        xmlUrl=conf.base_url() + path,
        htmlUrl=conf.base_url() + page,
        language=languages.stored(publication.language) or publication.language,
    )
