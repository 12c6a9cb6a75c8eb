"""What makes a large file quick changes nothing of what comes of it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from subscribers import addresses, trigrams
from subscribers.lists import file as files
from subscribers.lists.file import examine
from subscribers.lists.plan import _Keys
from subscribers.lists.records import Records
from subscribers.models import ConsentEvent, Subscriber, Subscription
from subscribers.subscriptions.files import Row, Writer
from tests import builders


@pytest.mark.parametrize("secret", [b"k" * 32, b"k" * 64, b"k" * 65, bytes(range(256))])
@pytest.mark.parametrize("address", ["a@example.org", "Ann.B+x@example.org", "Ünï@example.org"])
def test_a_key_is_that_of_the_address(
    secret: bytes, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subscribers.conf.link_keys", lambda: {1: secret})
    assert _Keys(secret).of(address) == addresses.key_of(address).hex


@pytest.mark.parametrize("octets", [16, 40, 64, 1 << 18])
def test_rows_are_the_same_however_they_are_read(
    tmp_path: Path, octets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quoted cells reach over lines, and over what is read at once."""
    path = tmp_path / "readers.csv"
    path.write_text(
        'Email,Name,Note\na@x.org,Ann,one\nb@x.org,"Bob, B",two\nc@x.org,Cy,"three\n'
        'lines, of\nnote"\n\n,,\nd@x.org,Di,four\ne@x.org,"Ed,five\nf@x.org,Fay,six\n'
        "  ,\ng@x.org,Gus\n"
    )
    opened = examine(path)
    monkeypatch.setattr(files, "_CHUNK", octets)
    with contextlib.closing(Records(opened, 3)) as records:
        found = list(records)
    assert found == [
        (1, ["Email", "Name", "Note"], ""),
        (2, ["a@x.org", "Ann", "one"], ""),
        (3, ["b@x.org", "Bob, B", "two"], ""),
        (4, ["c@x.org", "Cy", "three\nlines, of\nnote"], ""),
        (7, [], ""),
        (8, [], ""),
        (9, ["d@x.org", "Di", "four"], ""),
        (10, ["e@x.org", "Ed", "five"], "quote"),
        (11, ["f@x.org", "Fay", "six"], ""),
        (12, [], ""),
        (13, ["g@x.org", "Gus"], ""),
    ]


def _row(number: int) -> Row:
    who = f"r{number}@example.org"
    key = addresses.key_of(who).hex
    return Row(key, None, who, "", "active", 1, "every", "", None, None, "{}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rows", [1, 49, 50, 51, 250])
def test_every_row_of_a_batch_is_stored_once(rows: int) -> None:
    writer = Writer(builders.publication(), 1)
    with transaction.atomic():
        writer.insert([_row(number) for number in range(rows)], timezone.now())
    assert set(Subscriber.objects.values_list("address", flat=True)) == {
        f"r{number}@example.org" for number in range(rows)
    }
    assert Subscription.objects.count() == ConsentEvent.objects.count() == rows
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT v FROM {trigrams.READERS.name}_config WHERE k = 'automerge'")
            assert cursor.fetchall() in ([], [(4,)])
    assert len(trigrams.matching(trigrams.READERS, "@example")) == rows


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", [7, 120, 299])
def test_of_a_batch_that_the_database_refuses_nothing_stays(again: int) -> None:
    writer = Writer(builders.publication(), 1)
    rows = [_row(number) for number in range(300)]
    rows[again] = rows[3]
    # COPY raises the driver's own error.
    with pytest.raises(Exception, match=r"(?i)unique"), transaction.atomic():
        writer.insert(rows, timezone.now())
    assert not Subscriber.objects.exists()
    assert not Subscription.objects.exists()
    assert not trigrams.matching(trigrams.READERS, "@example")
    with transaction.atomic():  # And the next one comes in.
        writer.insert([_row(number) for number in range(300)], timezone.now())
    assert Subscription.objects.count() == 300
