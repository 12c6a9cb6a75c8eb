"""Which links of an item's text are its sources, when no label and no heading says so."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.digest import Digest, parse

DAY = dt.date(2026, 3, 2)
A, B, C = ("https://a.example.org/", "https://b.example.org/", "https://c.example.org/")


def read(text: str) -> Digest:
    return parse(text, date=DAY)


def sources(text: str) -> list[tuple[str, str]]:
    """The sources of the first of two items."""
    digest = read(f"# T\n\n## Rope\n\n{text}\n\n## Oars\n\nThey row. ([via]({C}))\n")
    assert [item.title for item in digest.items] == ["Rope", "Oars"], digest.items
    return [(source.label, source.url) for source in digest.items[0].sources]


@pytest.mark.parametrize(
    "text",
    [
        f"It floats.\n\n[Paper]({A}) · [Code]({B})",
        f"It floats.\n\n[Paper]({A}) | [Code]({B})",
        f"它会浮。\n\n[Paper]({A})、[Code]({B})",
        f"浮きます。\n\n[Paper]({A}) / [Code]({B})",
        f"Es schwimmt.\n\n🔗 [Paper]({A}), [Code]({B})",
        f"[Paper]({A}) [Code]({B})\n\nFlota en el agua.",
        f"Elle flotte.\n\n**[Paper]({A})** – **[Code]({B})**",
        f"Оно плывёт.\n\n[Paper]({A}); [Code]({B})\n\n> Замечание.",
        f"[Paper]({A}) • [Code]({B})\n\n![rope](https://p.example.org/r.png)\n\nIt floats.",
        f"It floats.\n\n[Paper]({A}) · [Code]({B})\n\nMore of it next week.",
    ],
)
def test_links_side_by_side_are_the_sources(text: str) -> None:
    assert sources(text) == [("Paper", A), ("Code", B)]


@pytest.mark.parametrize(
    "text",
    [
        f"It floats.\n\n← [Back]({A}) | [Next]({B}) →",  # pages are turned
        f"[« Zurück]({A}) · [Weiter »]({B})\n\nEs schwimmt.",
        f"It floats on [Water]({A}) and [Oil]({B}).",  # a sentence
        f"It floats, see [Water]({A}).\n\n[Paper]({A}) [Code]({B})\n\nMore.",  # among others
        "[News](#news) | [Tools](#tools)\n\nIt floats.",  # places of the page itself
    ],
)
def test_what_only_looks_like_sources(text: str) -> None:
    assert sources(text) == []


@pytest.mark.parametrize(
    "remark",
    [
        "> [!NOTE]\n> It was long.",
        "> [!tip]- 提示\n> 一句话",
        "!!! warning\n    Mind the knots.",
        "::: tip\nMind the knots.\n:::",
        "> 一句引文。",
        "> Ein Satz.\n>\n> Noch einer.",
        f"> [!INFO]\n> See [the docs]({B}) too.",
    ],
)
@pytest.mark.parametrize(
    "text",
    [f"It floats. [Read more]({A})", f"它会浮。来源：[a.example.org]({A})",
     f"Es schwimmt.\n\n[a.example.org]({A})", f"[a.example.org]({A})\n\nIt floats."],
)  # fmt: skip
def test_a_remark_below_the_text_hides_no_source(text: str, remark: str) -> None:
    assert sources(f"{text}\n\n{remark}") == [("a.example.org", A)]


@pytest.mark.parametrize(
    ("objects", "labels"),
    [
        ('[{"platform": "github", "url": "%s"}, {"platform": "x", "url": "%s"}]', ["github", "x"]),
        ("[{ title: 'Paper', href: '%s' }, { title: 'Code', href: '%s' }]", ["Paper", "Code"]),
        ("[{ url: '%s', label: '论文' }, { url: '%s', label: '代码' }]", ["论文", "代码"]),
        ('["%s", "%s"]', ["a.example.org", "b.example.org"]),
        ('[{"url": "%s", "width": 3}, {"src": "%s"}]', ["a.example.org", "b.example.org"]),
    ],
)
def test_links_of_a_component_are_sources_by_their_names(objects: str, labels: list[str]) -> None:
    one = (
        '<Story\n  title="Rope"\n  text="It floats and does not sink."\n  links={'
        + objects % (A, B)
        + "}\n/>\n"
    )
    other = f'<Story\n  title="Oars"\n  text="They row."\n  links={{["{C}"]}}\n/>\n'
    digest = read(f"# T\n\n## News\n\n{one}\n---\n\n{other}")
    assert [item.title for item in digest.items] == ["Rope", "Oars"]
    first = digest.items[0]
    assert [(one.label, one.url) for one in first.sources] == list(zip(labels, (A, B), strict=True))
    assert "https://" not in first.body
