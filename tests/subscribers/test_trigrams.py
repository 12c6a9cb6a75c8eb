"""Readers are found by any part of address, domain and name; what is erased is not."""

from __future__ import annotations

import pytest
from django.db import connection

from subscribers import erasure, finding, secure_delete, trigrams
from subscribers.models import Subscriber
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)


def found(text: str, publications: list | None = None) -> list[str]:
    return [one.address for one in finding.readers(text, publications, 20).readers]


@pytest.fixture
def readers() -> list[str]:
    publication = builders.publication()
    rows = [
        ("anna.berg@example.org", "Anna Berg"),
        ("li@harbour.example", "李明"),
        ("under_score@example.net", ""),
        ("underXscore@example.net", "100% Müller"),
        ("Big.Name@Example.com", "Ørsted"),
    ]
    for address, name in rows:
        builders.subscriber(address, name=name)
        builders.subscription(publication, address)
    return [address for address, _name in rows]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("anna", [0]),
        ("BERG", [0]),
        ("na.be", [0]),
        ("@example", [4, 3, 2, 0]),  # The newest first.
        ("harbour.ex", [1]),
        ("李明", [1]),
        ("Müller", [3]),
        ("r_s", [2]),  # A wildcard of SQL stands for itself.
        ("00%", [3]),
        ("%%%", []),
        ("big.name@example.com", [4]),  # A whole address, however it is written.
        ("  anna   berg ", [0]),
        ("zz", []),
        ("", []),
        ("'); DROP TABLE", []),
        ('"anna"', []),
        ("a" * 5_000, []),
    ],
)
def test_any_part_finds(readers: list[str], text: str, numbers: list[int]) -> None:
    assert found(text) == [readers[number] for number in numbers]


def test_what_changes_is_found_as_it_is_now(readers: list[str]) -> None:
    Subscriber.objects.filter(address=readers[0]).update(address="new@example.org", name="Zoe Q")
    assert found("anna") == []
    assert found("oe q") == ["new@example.org"]
    anna = Subscriber.objects.get(address="new@example.org")
    erasure.erase(anna, by="test")
    assert found("new@") == [] and found("Zoe") == []


def test_only_readers_of_these_publications(readers: list[str]) -> None:
    other = builders.publication("other")
    assert found("anna", [other]) == []
    builders.subscription(other, readers[0])
    assert found("anna", [other]) == [readers[0]]
    assert found("anna", []) == []


def test_a_text_that_all_hold_says_that_there_are_more(
    readers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert finding.readers("@example", None, 3).more
    assert not finding.readers("@example", None, 4).more
    monkeypatch.setattr(trigrams, "MOST", 2)
    assert finding.readers("@example", None, 4).more


@pytest.mark.needs("sqlite")  # It loses triggers when a table is remade.
def test_an_index_that_was_lost_is_made_again(readers: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER subscribers_subscriber_trigrams_in")
    builders.subscriber("late@example.org")
    assert found("late") == []
    assert trigrams.ensure(trigrams.READERS)
    assert found("late") == ["late@example.org"]
    assert not trigrams.ensure(trigrams.READERS)


@pytest.mark.needs("sqlite")  # PostgreSQL reuses space by its own vacuum.
def test_after_an_erasure_the_index_is_merged_until_it_holds_nothing_of_it() -> None:
    for number in range(300):
        builders.subscriber(f"r{number}@example.org")
    gone = builders.subscriber("qqqzzz@example.org")
    erasure.erase(gone, by="test")

    def blocks() -> bytes:
        with connection.cursor() as cursor:
            cursor.execute("SELECT block FROM subscribers_subscriber_trigrams_data")
            return b"".join(bytes(row[0]) for row in cursor.fetchall())

    assert b"qqz" in blocks() or b"qqq" in blocks()
    for _sweep in range(50):
        if secure_delete.sweep():
            break
    assert b"qqz" not in blocks() and b"qqq" not in blocks()
