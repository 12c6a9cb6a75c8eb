"""Many readers from a file: found and counted as if each had come alone, and triggers stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from subscribers import finding, trigrams
from subscribers.models import ReaderChange, Subscriber
from tests import builders

# PostgreSQL has triggers of statements.
pytestmark = [pytest.mark.needs("sqlite"), pytest.mark.django_db(transaction=True)]
NAMES = ("subscribers_subscriber_trigrams_in", "subscription_joined")


def triggers() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE name IN (%s, %s) ORDER BY name", NAMES
        )
        return cursor.fetchall()


def test_readers_of_a_long_file_are_found_and_counted(tmp_path: Path) -> None:
    publication = builders.publication("daily")
    builders.subscription(publication, "earlier@example.org")
    before = triggers()
    rows = [f"r{number}@example.org,Reader No {number},subscribed" for number in range(400)]
    rows[7] = "r7@example.org,Gone Girl,unsubscribed"
    file = tmp_path / "readers.csv"
    file.write_text("\n".join(["Email,Name,Status", *rows, ""]))

    call_command("import_subscribers", str(file), "--publication", "daily", "--consent", "paper")

    assert triggers() == before
    assert len(before) == 2
    assert [one.address for one in finding.readers("no 399", None, 5).readers] == [
        "r399@example.org"
    ]
    assert [one.address for one in finding.readers("gone g", None, 5).readers] == ["r7@example.org"]
    # 399 of the file and one before it, in two changes.
    assert sum(ReaderChange.objects.values_list("readers", flat=True)) == 400
    assert ReaderChange.objects.count() == 2
    # Whoever comes after it comes into the index by the trigger again.
    builders.subscriber("later@example.org", name="Late Comer")
    assert len(finding.readers("late com", None, 5).readers) == 1


def test_an_error_brings_the_trigger_back_even_if_it_is_caught() -> None:
    before = triggers()

    with transaction.atomic():
        with pytest.raises(ValueError, match="stop"), trigrams.in_bulk(trigrams.READERS):
            Subscriber.objects.create(key="0" * 32, address="lost@example.org", name="Lost One")
            raise ValueError("stop")
        assert triggers() == before

    assert not Subscriber.objects.exists()
    assert finding.readers("lost", None, 5).readers == []


def test_batches_are_not_waited_for_but_the_end_of_the_job_is(tmp_path: Path) -> None:
    builders.publication("daily")
    file = tmp_path / "readers.csv"
    file.write_text("Email\nada@example.org\nben@example.org\n")
    waited: dict[str, int] = {}

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        place = connection.connection.execute("PRAGMA synchronous").fetchone()[0]
        if sql.startswith("INSERT") and " INTO subscribers_subscription " in sql:
            waited["batch"] = place
        if sql.startswith('UPDATE "subscribers_importjob" SET "state"'):
            waited["end"] = place
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        call_command("import_subscribers", str(file), "--publication", "daily", "--consent", "x")

    # FULL is 2: what was written before goes to the disk with it.
    assert waited == {"batch": 1, "end": 2}
