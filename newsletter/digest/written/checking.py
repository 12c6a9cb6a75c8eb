"""What is odd or dangerous in a digest that no parser has looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..checks import check
from ..limits import hostile
from ..markdown import safe_url
from ..problems import Problems
from ..value import Bullet, Digest, Item

MOST_ITEMS = 2_000


def checked(digest: Digest, problems: Problems) -> Digest:
    """The digest with its problems: what the reader found, and what every document is told."""
    if len(digest.items) > MOST_ITEMS:
        problems.error("too-many-items", {"count": len(digest.items), "most": MOST_ITEMS})
    _check_text(digest.intro, 1, problems)
    for item in digest.items:
        for text in _texts(item):
            _check_text(text, item.line, problems)
        _check_links((link.url for link in item.sources), item.line, problems)
    _check_links((link.url for link in digest.tail_links), 1, problems)
    check(digest.items, problems)
    return replace(digest, problems=problems.sorted())


def _texts(item: Item) -> Iterable[str]:
    yield from (item.insight, item.body)
    queue: list[Bullet] = list(item.bullets)
    while queue:
        bullet = queue.pop()
        yield from (bullet.lead, bullet.text)
        queue += bullet.children


def _check_text(text: str, line: int, problems: Problems) -> None:
    """Marks heaped up as no person does; a text that is JSON is a text here."""
    found = Problems()
    if len(text) > 1_000 and hostile(f"\u200b{text}", found):
        for problem in found.found:
            problems.error(problem.code, problem.params, line)


def _check_links(urls: Iterable[str], line: int, problems: Problems) -> None:
    for url in urls:
        if url and not safe_url(url):
            problems.error("address", {"url": url[:80]}, line)
