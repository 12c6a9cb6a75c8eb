"""Parts of a document that are no items, in languages and by tools beside the ones at hand."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import Digest, parse

DAY = dt.date(2026, 3, 2)


def link(name: object) -> str:
    return f"https://e.example.org/{name}"


def read(text: str, **extra: object) -> Digest:
    return parse(text, date=DAY, **extra)  # type: ignore[arg-type]


def titles(digest: Digest) -> list[str]:
    return [item.title for item in digest.items]


def codes(digest: Digest) -> list[str]:
    return [problem.code for problem in digest.errors]


def story(title: str) -> str:
    return f"**{title}**\n[Quelle]({link(title)})\n\nEin Satz, der etwas sagt.\n\n"


FIGURES = [
    '<figure class="source-image">\n<a href="https://s.example.org/1"><img src="https://i.example.'
    'org/1.png" alt=""></a>\n<figcaption>Bild: <a href="https://s.example.org">Amt</a>'
    "</figcaption>\n</figure>",
    "<figure>\n\n![](https://i.example.org/2.png)\n\n<figcaption>図：編集部</figcaption>\n\n</figure>",
    '<p align="center"><img src="https://i.example.org/3.png"><br><em>Légende : le port</em></p>',
    '<div>\n<img src="https://i.example.org/4.png">\n<small>Фото: редакция</small>\n</div>',
]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_picture_with_its_words_belongs_to_the_story_above(figure: str) -> None:
    digest = read(f"# T\n\n{story('A')}{figure}\n\n{story('B')}{figure}\n")
    assert titles(digest) == ["A", "B"]
    assert all(figure.splitlines()[-1] in item.body for item in digest.items)
    assert (digest.errors, digest.intro) == ([], "")


@pytest.mark.parametrize("figure", FIGURES)
def test_in_front_of_all_stories_it_introduces_the_issue(figure: str) -> None:
    digest = read(f"# T\n\n{figure}\n\n{story('A')}{story('B')}")
    assert titles(digest) == ["A", "B"]
    assert figure.splitlines()[-1] in digest.intro
    assert digest.errors == []


def test_pictures_above_each_story_stay_with_it() -> None:
    figure = '<figure><img src="https://i.example.org/{}.png"><figcaption>c</figcaption></figure>'
    digest = read(f"# T\n\n{figure.format(1)}\n\n{story('A')}{figure.format(2)}\n\n{story('B')}")
    assert ["1.png" in digest.items[0].body, "2.png" in digest.items[1].body] == [True, True]


@pytest.mark.parametrize(
    "tags",
    ["<section class='y'>", '<table class="x"><tr>', '<div style="a"><span></span>', "<article>"],
)
def test_tags_are_no_title(tags: str) -> None:
    digest = read(f"# T\n\n{story('A')}{tags}\nhttps://e.example.org/5\n\n{story('B')}")
    assert titles(digest) == ["A", "B"]
    listed = read(f"# T\n\n- {tags}\n- [a]({link(1)})\n- [b]({link(2)})\n")
    assert "<" not in "".join(titles(listed))
    assert codes(listed) == ["title-empty"]


def test_a_name_in_angle_brackets_is_a_title() -> None:
    text = f"# T\n\n- [Styling <dialog>]({link(1)})\n- [`<details>` opens]({link(2)})\n"
    assert titles(read(text)) == ["Styling <dialog>", "`<details>` opens"]
