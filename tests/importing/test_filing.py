"""Under which category items go, and what is asked: decided without a database."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter.digest import Item, Link
from newsletter.importing.answer_texts import BadAnswer, from_json, read_answers, to_json
from newsletter.importing.answers import IGNORE, By, key_of
from newsletter.importing.filing import Asked, file_items

KNOWN = {"models": "Models", "tools": "Tools", "news": "News"}


def item(title: str = "A", line: int = 1, **more: Any) -> Item:
    return Item(title=title, line=line, **more)


def answers(*maps: str) -> dict[Any, Any]:
    given = read_answers(maps=maps)
    return {key: None if to == IGNORE else to for key, to in given.filing.items()}


def filed(one: Item, *maps: str, only: str | None = None) -> str | None:
    return file_items([one], answers(*maps), KNOWN, only).filed[0]


def test_the_items_own_category_comes_first() -> None:
    one = item(category="Tools", tags=("llm",), section="News")
    assert filed(one, "tag:llm=Models") == "Tools"
    assert filed(one, "tag:llm=Models", "Tools=News") == "News"
    assert filed(one, "tag:llm=Models", "Tools=-") == "Models"


def test_the_first_tag_that_leads_somewhere_wins() -> None:
    one = item(tags=("misc", "#LLM", "rust"))
    assert filed(one, "tag:rust=Tools", "tag:llm=Models") == "Models"
    assert filed(one, "tag:llm=-", "tag:rust=Tools") == "Tools"


def test_answers_about_tags_come_before_the_section_names_of_tags_after_it() -> None:
    one = item(tags=("tools",), section="News", category="News")
    assert filed(one) == "News"
    assert filed(one, "tag:tools=Tools") == "Tools"
    assert filed(item(tags=("tools",), section="Elsewhere")) == "Tools"
    assert filed(item(tags=("tools",), section="Elsewhere"), "tag:tools=-") is None


def test_sections_authors_and_sources() -> None:
    one = item(
        section="📚 Papers", category="Papers", authors=("Bob",),
        sources=(Link("R", "https://gist.code.example/x"),),
    )  # fmt: skip
    assert filed(one) is None
    assert filed(one, "section:Papers=Models") == "Models"
    assert filed(one, "Papers=Models") == "Models"
    assert filed(one, "author:Bob=Tools", "source:code.example=Models") == "Tools"
    assert filed(one, "source:code.example=Models") == "Models"
    assert filed(one, "source:code.example=Models", "source:gist.code.example=News") == "News"
    assert filed(one, "source:example=Models") is None
    assert filed(one, "*=News") == "News"


def test_a_heading_further_up_counts_after_the_nearest() -> None:
    one = item(section="News / Papers", category="Papers")
    assert filed(one) == "News"
    assert filed(one, "section:Papers=Tools") == "Tools"


def test_the_only_category_takes_what_names_none() -> None:
    assert filed(item(), only="All") == "All"
    assert filed(item(tags=("llm",)), only="All") == "All"
    assert filed(item(category="Ships"), only="All") is None
    assert filed(item(section="Ships"), only="All") is None


def test_what_is_asked_and_its_counts() -> None:
    items = [
        item("1", 1, tags=("llm", "rust")),
        item("2", 2, tags=("rust", "llm")),
        item("3", 3, tags=("llm",)),
        item("4", 4, tags=("tools",)),
        item("5", 5, category="Ships"),
        item("6", 6, section="Sea", category="Sea"),
        item("7", 7, sources=(Link("", "https://www.paper.example/1"),), authors=("Bob",)),
    ]
    found = file_items(items, {}, KNOWN)
    assert found.filed == [None, None, None, "Tools", None, None, None]
    assert found.asked == [
        Asked(By.TAG, "llm", (0, 1, 2), 2),
        Asked(By.TAG, "rust", (0, 1), 1),
        Asked(By.CATEGORY, "Ships", (4,), 1),
        Asked(By.SECTION, "Sea", (5,), 1),
        Asked(By.CATEGORY, "", (6,), 1),
    ]
    assert found.offered == [
        Asked(By.AUTHOR, "Bob", (6,), 1),
        Asked(By.SOURCE, "paper.example", (6,), 1),
    ]


def test_the_section_is_offered_where_tags_are_asked() -> None:
    items = [item("1", 1, tags=("llm",), section="Sea"), item("2", 2, section="Sea")]
    found = file_items(items, {}, KNOWN)
    assert [one.name for one in found.asked] == ["llm", "Sea"]
    found = file_items(items[:1], {}, KNOWN)
    assert [one.name for one in found.asked] == ["llm"]
    assert Asked(By.SECTION, "Sea", (0,), 1) in found.offered


def test_tags_left_out_of_account_are_not_asked_again() -> None:
    found = file_items([item(tags=("misc",), section="Sea")], answers("tag:misc=-"), KNOWN)
    assert found.asked == [Asked(By.SECTION, "Sea", (0,), 1)]
    found = file_items(
        [item(tags=("misc",), section="Sea")], answers("tag:misc=-", "section:Sea=-"), KNOWN
    )
    assert found.asked == [Asked(By.CATEGORY, "", (0,), 1)]


def test_used_are_the_answers_that_were_needed() -> None:
    found = file_items([item(tags=("llm",))], answers("tag:llm=Models", "*=News"), KNOWN)
    assert found.used == {(By.TAG, "llm")}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("tag:LLM=x", (By.TAG, "llm")),
        ("Tag: #llm =x", (By.TAG, "llm")),
        ("source:WWW.Example.org=x", (By.SOURCE, "example.org")),
        ("Sky & Sea=x", (By.CATEGORY, "sky&sea")),
        ("a=b=x", (By.CATEGORY, "a=b")),
        ("https://x.example=x", (By.CATEGORY, "https://x.example")),
        ("*=x", (By.CATEGORY, "")),
    ],
)
def test_map_as_text(text: str, key: Any) -> None:
    assert dict(read_answers(maps=[text]).filing) == {key: "x"}


@pytest.mark.parametrize("text", ["", "=x", "a", "a=", "*=-", "tag:a\0b=News"])
def test_what_is_no_map(text: str) -> None:
    with pytest.raises(BadAnswer):
        read_answers(maps=[text])


@pytest.mark.parametrize("text", ["12", "12=", "=item", "12=chapter", "14-12=item", " =tail"])
def test_what_is_no_answer_about_lines(text: str) -> None:
    with pytest.raises(BadAnswer):
        read_answers(lines=[text])


def test_lines_as_text() -> None:
    given = read_answers(lines=["12=item", "14-16=left-out", "h2:News > list = Above", "a=b=tail"])
    assert given.places == {(12, 12): "item", (14, 16): "left_out"}
    assert given.lines == {"h2:News > list": "above", "a=b": "tail"}


def test_answers_travel_as_plain_values() -> None:
    given = read_answers(
        lines=["k=tail"], maps=["tag:LLM=Models", "*=News", "Sky=+"], confirm=["one-item"]
    )
    assert from_json(to_json(given)) == given
    assert key_of(By.TAG, "LLM") in given.filing
