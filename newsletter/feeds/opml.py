"""OPML 2.0: all feeds of a publication, or of the site, for a feed reader to import at once."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from newsletter import conf
from subscribers import languages
from subscribers.models import Category, Publication

from . import contents
from .formats import FORMATS
from .value import text

MEDIA_TYPE = "text/x-opml"


def write(title: str, publications: Iterable[tuple[Publication, list[Category]]]) -> bytes:
    """An outline for each publication with its whole feed, then one for each category."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = text(title) or "—"
    body = etree.SubElement(root, "body")
    for publication, categories in publications:
        language = languages.of_publication(publication)
        name = text(languages.words(publication, language).name) or "—"
        group = etree.SubElement(body, "outline", text=name, title=name)
        _feed(group, name, publication, None)
        for category in categories:
            label = text(languages.words(category, language).name)
            _feed(group, f"{name}: {label}", publication, category)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _feed(
    group: etree._Element, title: str, publication: Publication, category: Category | None
) -> None:
    slugs = None if category is None else [category.slug]
    path = contents.feed_path(publication.slug, slugs, FORMATS[0])
    page = contents.page_path(publication.slug, slugs)
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
