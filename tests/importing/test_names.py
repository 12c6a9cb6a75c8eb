"""Which names are the same, near each other, or a host's."""

from __future__ import annotations

import pytest

from newsletter.importing.names import hosts_of, near, same


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("人工智能", ["市场", "人工智能与机器学习"], ["人工智能与机器学习"]),
        ("AI", ["Sky"], []),
        ("AI", ["Sky", "AI & Art", "UI"], ["AI & Art"]),
        ("市场动向", ["市场动态", "观点"], ["市场动态"]),
        ("产品", ["生产", "产品更新"], ["产品更新"]),
        ("Travels", ["Travel", "Ships"], ["Travel"]),
        ("Sport", ["Transport", "Sports"], ["Sports"]),
        ("Frontend", ["Front-end", "Backend"], ["Front-end"]),
        ("Data", ["Open data", "Database", "Dates"], ["Open data"]),
        ("Opinión", ["Opinion", "Onion"], ["Opinion"]),
        ("Программирование", ["Право", "Програмирование"], ["Програмирование"]),
        ("セキュリティ", ["ツール", "セキュリティー"], ["セキュリティー"]),
        ("데이터", ["디자인", "데이터베이스"], ["데이터베이스"]),
        ("ＵＸ", ["UI", "UX design"], ["UX design"]),
        ("", ["Anything"], []),
        ("!?", ["Anything"], []),
        ("x" * 500, ["x" * 500], []),
    ],
)
def test_near(name: str, known: list[str], found: list[str]) -> None:
    assert near(name, known) == found


def test_at_most_three_are_offered_the_nearest_first() -> None:
    known = ["Game design", "Games", "Board game", "Game", "Gamers"]
    assert near("game", known)[0] == "Game"
    assert len(near("game", known)) == 3


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("Open Data", "opendata", True),
        ("ＡＩ", "ai", True),
        ("STRASSE", "straße", True),
        ("Data", "Date", False),
    ],
)
def test_same(one: str, other: str, equal: bool) -> None:
    assert (same(one) == same(other)) is equal


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://www.docs.github.com/x", ["docs.github.com", "github.com"]),
        ("https://EXAMPLE.org:8080/", ["example.org"]),
        ("http://localhost/", ["localhost"]),
        ("", []),
        ("mailto:alice@example.org", []),
        ("http://[", []),
    ],
)
def test_hosts(url: str, hosts: list[str]) -> None:
    assert list(hosts_of(url)) == hosts
