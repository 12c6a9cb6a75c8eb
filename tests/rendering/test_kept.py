"""What is kept between two looks at an issue gives the bytes of rendering all of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from newsletter import rendering
from newsletter.editions import IssueView, LinkView
from newsletter.rendering import kept, pipeline, shortening
from subscribers.choice import TAIL
from subscribers.styles import STYLES
from tests import sample_issues as issues

ITEMS = 14
FEW = 12  # So that sizes are added up, as for an issue of 300.


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(rendering, "FEW", FEW)
    monkeypatch.setattr(shortening, "TARGET", 34_000)  # Some of the editions do not fit.
    kept.forget()
    yield
    kept.forget()


def item(view: IssueView, place: int, **changes: Any) -> IssueView:
    """The issue with one item changed."""
    items = list(view.items)
    items[place] = dataclasses.replace(items[place], **changes)
    return dataclasses.replace(view, items=tuple(items))


def renamed(view: IssueView) -> IssueView:
    """The first item's category has another name and colour."""
    old = view.items[0].category
    assert old is not None
    new = dataclasses.replace(old, name="Quays & <cranes>", colour="#004488")
    return dataclasses.replace(
        view,
        items=tuple(
            dataclasses.replace(one, category=new) if one.category == old else one
            for one in view.items
        ),
    )


def filed_elsewhere(view: IssueView) -> IssueView:
    """An item in the category of another."""
    other = next(one.category for one in view.items if one.category != view.items[4].category)
    return item(view, 4, category=other)


def sorted_by_category(view: IssueView) -> IssueView:
    """The same items, each category in one place."""
    key: Callable[[Any], int] = lambda one: one.category.id if one.category else 0  # noqa: E731
    return dataclasses.replace(view, items=tuple(sorted(view.items, key=key)))


# Name -> (what is done to the issue, items that are rendered: all, or those of the change and one
# of each group).
CHANGES: dict[str, tuple[Callable[[IssueView], IssueView], bool]] = {
    "nothing": (lambda view: dataclasses.replace(view), False),
    "a text": (lambda view: item(view, 7, insight="Another *sentence* <b>&</b> more."), False),
    "the first": (lambda view: item(view, 0, title="A lead of its own", bullets=()), False),
    "the last, now long": (lambda view: item(view, -1, body="Words and words. " * 900), False),
    "a picture": (
        lambda view: item(view, 3, picture="0123456789abcdef-640x400-aabbcc.webp", picture_alt="A"),
        False,
    ),
    "sources": (lambda view: item(view, 5, sources=(LinkView(1, "P", "https://e.org/p"),)), False),
    "title, day and words before": (
        lambda view: dataclasses.replace(
            view, title="Another title", date=view.date.replace(day=9), intro="Else. {{ x }}",
            subject="A subject", preheader="Before",
        ),
        False,
    ),
    "no introduction": (lambda view: dataclasses.replace(view, intro=""), False),
    "no tail": (lambda view: dataclasses.replace(view, tail=()), False),
    "a category's name": (renamed, True),
    "another category": (filed_elsewhere, True),
    "one fewer": (lambda view: dataclasses.replace(view, items=view.items[:-1]), True),
    "the other way round": (lambda view: dataclasses.replace(view, items=view.items[::-1]), True),
    "mail only": (lambda view: dataclasses.replace(view, on_site=False), True),
    "another language": (lambda view: dataclasses.replace(view, language="zh-Hans"), True),
}  # fmt: skip


def figures(prepared: rendering.Prepared, selection: int) -> Any:
    """What an edition comes to, or why there is none."""
    try:
        return prepared.figures(selection)
    except rendering.RenderingError as error:
        return str(error)


def made(prepared: rendering.Prepared, view: IssueView) -> list[Any]:
    """Every edition in full, its preview, and why one cannot be made."""
    found: list[Any] = []
    for selection in (view.mask, view.mask & ~TAIL, 0b10, 0b110 | TAIL, 1 << 40):
        try:
            whole = prepared.edition(selection)
            found += [whole, prepared.signed(selection), prepared.figures(selection)]
            assert prepared.figures(selection) == rendering.Figures.of(whole)
        except rendering.RenderingError as error:
            found.append(str(error))
            assert figures(prepared, selection) == str(error)
    return found


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_after_an_edit_it_has_the_bytes_of_the_whole(
    change: str, grouped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = issues.publication("en")
    names = sorted(STYLES)
    style = names[(list(CHANGES).index(change) + grouped) % len(names)]
    publication.theme = {**(publication.theme or {}), "style": style}
    view = issues.view(ITEMS, "en")
    if grouped:
        view = sorted_by_category(view)
    assert view.sorted_by_category is grouped
    before = made(kept.prepared(view, publication), view)
    assert {one.shortened for one in before if isinstance(one, rendering.Rendered)} == {True, False}
    alter, all_of_it = CHANGES[change]
    after = alter(view)
    written: list[int] = []
    render = pipeline.mjml

    def counted(slug: str, context: Any) -> str:
        written.append(len(context["placed"]))
        return render(slug, context)

    monkeypatch.setattr(pipeline, "mjml", counted)
    renewed = kept.prepared(after, publication)
    assert all(count == len(after.items) for count in written) is (all_of_it or after == view)
    assert made(renewed, after) == made(rendering.prepare(after, publication), after)


def test_what_was_put_in_place_is_kept_like_the_rest() -> None:
    publication, view = issues.publication("en"), issues.view(ITEMS, "en")
    for place, title in enumerate(("One", "Two", "Three")):
        made(kept.prepared(view, publication), view)
        view = item(view, place, title=title)
    assert made(kept.prepared(view, publication), view) == made(
        rendering.prepare(view, publication), view
    )


def test_another_look_of_the_publication_is_rendered_anew() -> None:
    publication, view = issues.publication("en"), issues.view(12, "en")
    kept.prepared(view, publication)
    publication.theme = {"style": "essay", "accent": "#884400"}
    after = item(view, 2, title="Another")
    assert made(kept.prepared(after, publication), after) == made(
        rendering.prepare(after, publication), after
    )


def test_a_template_of_ones_own_is_rendered_whole(
    settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It may show what stands beside an item, as no template of ours does.
    publication, view = issues.publication("en"), issues.view(12, "en")
    before = kept.prepared(view, publication)
    after = item(view, 2, title="Another")
    source = kept.Source(after, publication, before.source)
    assert before.renewed(source) is not None
    monkeypatch.setattr(pipeline.conf, "data_dir", lambda: tmp_path)
    (tmp_path / "templates" / "emails" / "daily").mkdir(parents=True)
    assert before.renewed(source) is None


def test_two_issues_are_kept_each_as_it_was_looked_at_last() -> None:
    publication = issues.publication("en")
    views = [dataclasses.replace(issues.view(3, "en"), id=number) for number in (1, 2, 3)]
    first = kept.prepared(views[0], publication)
    kept.prepared(views[1], publication)
    edited = item(views[1], 0, title="Another")
    kept.prepared(edited, publication)
    assert kept.prepared(views[0], publication) is first
    kept.prepared(views[2], publication)
    assert [made.source.given.id for _key, made in kept._kept] == [3, 1]
