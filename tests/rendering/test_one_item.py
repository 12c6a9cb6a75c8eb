"""An item rendered alone is what it is in the whole mail."""

from __future__ import annotations

import dataclasses
import re

import pytest

from newsletter import rendering
from subscribers.choice import TAIL
from subscribers.styles import STYLES
from tests import sample_issues as issues

SIGNED = re.compile(r"<!--item (\w+) (\d+)-->(.*?)<!--item end-->", re.DOTALL)


@pytest.mark.parametrize("style", sorted(STYLES))
@pytest.mark.parametrize(("items", "language"), [(1, "en"), (10, "zh-Hans"), (60, "en")])
def test_every_item_alone_has_the_bytes_of_the_whole(style: str, items: int, language: str) -> None:
    publication = issues.publication(language)
    publication.theme = {**(publication.theme or {}), "style": style}
    view = issues.view(items, language)
    for selection in (view.mask, 0b110 | TAIL):
        if not view.select(selection):
            continue
        prepared = rendering.prepare(view, publication)
        whole = prepared.signed(selection)
        assert re.sub(r"<!--item [^>]*-->", "", whole) == prepared.edition(selection).html
        shown = SIGNED.findall(whole)
        chosen = [item.id for item in view.select(selection)]
        assert {int(number) for _block, number, _html in shown} == set(chosen)
        for item in {chosen[0], chosen[len(chosen) // 2], chosen[-1]}:
            alone = rendering.parts(view, publication, selection, item)
            for block, number, html in shown:
                if int(number) == item:
                    assert alone[block] == html, (block, item)


def test_what_is_typed_is_in_it_and_nothing_of_the_others() -> None:
    publication, view = issues.publication("en"), issues.view(10, "en")
    old = view.items[3]
    new = dataclasses.replace(old, title="Ferries <b>& quays</b>", insight="Only here.")
    items = (*view.items[:3], new, *view.items[4:])
    found = rendering.parts(dataclasses.replace(view, items=items), publication, view.mask, old.id)
    assert "Only here." in found["full"] and "4. " in found["full"]
    assert "Ferries" in found["near"] and '<li value="4"' in found["near"]
    assert "<html" not in found["full"] and "A small bakery" not in "".join(found.values())


def test_an_item_that_nobody_gets_has_no_parts() -> None:
    publication, view = issues.publication("en"), issues.view(10, "en")
    assert rendering.parts(view, publication, view.mask, 99_999) == {}
    others = view.mask & ~(1 << view.items[0].category.bit)
    assert rendering.parts(view, publication, others, view.items[0].id) == {}
