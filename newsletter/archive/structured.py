"""What a page shows, for machines: schema.org in JSON-LD, and the words of a share preview.

A data block is not run, so the pages' policy, which allows no script, has nothing against it.
Types: NewsArticle and ItemList, as search engines document them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from newsletter import conf
from newsletter.editions import IssueView, ItemView, item_path
from newsletter.rendering import neutral, words
from subscribers import languages

# Nothing in a text can end the element, whatever the parser thinks of the rest (HTML, 13.1.2.6).
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_HEADLINES = 3


def preview(view: IssueView) -> tuple[str, str]:
    """(title, description) of an issue where it is shared: its news, not its name and date."""
    titles = [neutral.line(words.headline(one.title)) for one in view.items[: _HEADLINES + 1]]
    if not titles:
        return _said(view.title), ""
    rest = " · ".join(titles[1:]) or neutral.line(words.summary(view.items[0], 200))
    return titles[0], rest


def of_issue(view: IssueView, publication: str, picture: str) -> SafeString:
    """An issue's page. `publication` is its name, `picture` the absolute address of its picture."""
    archive = f"{conf.base_url()}/{view.publication}/"
    article = _article(
        f"{archive}{view.slug}/", view, publication, picture, view.published_at, view.corrected_at
    )
    items = [
        _listed(
            place,
            f"{conf.base_url()}/{item_path(view.publication, view.slug, item.anchor)}",
            item.title,
        )
        for place, item in enumerate(view.items, 1)
    ]
    article |= {
        "headline": _said(view.title),
        "description": " · ".join(preview(view)),
        "isPartOf": {"@type": "Periodical", "name": publication, "url": archive},
        "mainEntity": {
            "@type": "ItemList",
            "numberOfItems": len(items),
            "itemListElement": items,
        },
    }
    return _script(article)


def of_item(view: IssueView, item: ItemView, publication: str, picture: str) -> SafeString:
    """An item's page, as `of_issue`; its sources are what it is based on."""
    address = f"{conf.base_url()}/{item_path(view.publication, view.slug, item.anchor)}"
    article = _article(address, view, publication, picture, item.published_at, item.corrected_at)
    article |= {
        "headline": _said(item.title),
        "description": neutral.line(words.summary(item, 200)),
        "isPartOf": {
            "@type": "PublicationIssue",
            "name": _said(view.title),
            "url": f"{conf.base_url()}/{view.publication}/{view.slug}/",
        },
    }
    if item.category is not None:
        article["articleSection"] = neutral.line(item.category.name)
    sources = [url for link in item.sources if (url := neutral.address(link.url))]
    if sources:
        article["isBasedOn"] = sources
    return _script(article)


def _article(
    address: str,
    view: IssueView,
    publication: str,
    picture: str,
    published: dt.datetime | None,
    corrected: dt.datetime | None,
) -> dict[str, Any]:
    """What an issue and an item have in common as articles."""
    archive = f"{conf.base_url()}/{view.publication}/"
    publisher = {"@type": "Organization", "name": publication, "url": archive}
    article: dict[str, Any] = {
        "@type": "NewsArticle",
        "@id": address,
        "mainEntityOfPage": address,
        "inLanguage": languages.stored(view.language) or view.language,
        "image": [picture],
        "author": publisher,
        "publisher": publisher,
    }
    if published is not None:
        article["datePublished"] = published.isoformat(timespec="seconds")
        article["dateModified"] = (corrected or published).isoformat(timespec="seconds")
    return article


def of_list(address: str, name: str, entries: Sequence[tuple[str, str]]) -> SafeString:
    """A page that lists: `entries` are (absolute address, title in Markdown), in its order."""
    return _script(
        {
            "@type": "CollectionPage",
            "@id": address,
            "name": name,
            "mainEntity": {
                "@type": "ItemList",
                "numberOfItems": len(entries),
                "itemListElement": [
                    _listed(place, url, title) for place, (url, title) in enumerate(entries, 1)
                ],
            },
        }
    )


def _listed(place: int, address: str, name: str) -> dict[str, Any]:
    return {"@type": "ListItem", "position": place, "url": address, "name": _said(name)}


def _said(title: str) -> str:
    """A title without markup and without characters that turn what stands behind it."""
    return neutral.line(words.plain(title))


def _script(data: dict[str, Any]) -> SafeString:
    text = json.dumps({"@context": "https://schema.org", **data}, ensure_ascii=False)
    # A lone surrogate has no octets.
    text = text.encode("utf-8", "replace").decode().translate(_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')
