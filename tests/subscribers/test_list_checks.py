"""SQLite: a file is imported without CHECKs and foreign keys, and no row would break one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from subscribers.lists import importing as csv_in
from subscribers.lists.plan import Options
from subscribers.lists.source import look as look_at
from subscribers.models import Publication, Subscription
from subscribers.subscriptions.files import Row, Writer
from tests import builders

pytestmark = pytest.mark.needs("sqlite")  # PostgreSQL keeps its CHECKs on.

PRAGMAS = ("foreign_keys", "ignore_check_constraints", "cache_size", "wal_autocheckpoint")
FILE = '''Email,Name,Status,Rhythm,Categories,Language,Subscribed At,Confirmed At
a@example.org,"Ann ""A"" \u2028 \\",subscribed,every,Markets,en,2025-01-01,2025-01-02 10:00
b@example.org,,unsubscribed,weekly,,zh-Hans,0000-00-00,
c@example.org,=1+1,bounced,monthly,Nobody,,1970-01-01,9999-12-31
d@example.org,\U0001f600,complained,every,Markets;Science,xx,2999-01-01,2999-01-01
e@example.org,Eve,pending,hourly,,en-GB,False,N/A
e@example.org,Eve,unsubscribed,,,,,
"f@example.org, g@example.org",Two,subscribed,,Science,,2025-03-30 02:30:00,
nobody,No,subscribed,,,,,
h@EXAMPLE.org,{"json": true},"say ""no""",,,,,2025-01-01T00:00:00+14:00
'''


def pragmas() -> list[Any]:
    found = []
    with connection.cursor() as cursor:
        for name in PRAGMAS:
            cursor.execute(f"PRAGMA {name}")
            found.append(cursor.fetchone()[0])
    return found


def bring(folder: Path, publication: Publication, options: Options) -> None:
    path = folder / "readers.csv"
    path.write_text(FILE)
    source = look_at(path, options)
    csv_in.run(source, publication, options)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("consent", ["", 'forms “A” \\ in "folder" 7'])
def test_every_row_keeps_the_rules_that_were_off(tmp_path: Path, consent: str) -> None:
    publication = builders.publication(time_zone="Europe/Berlin")
    builders.category(publication, "Markets")
    builders.category(publication, "Science")
    before = pragmas()
    options = Options(
        consent=consent,
        values=(
            ("Status", 'say "no"', "unsubscribed"),
            ("Status", "*", "pending"),
            ("Confirmed At", "*", "active"),
        ),
        columns={"Rhythm": "rhythm", "Categories": "categories", "Confirmed At": "confirmed_at",
                 "Subscribed At": "joined_at", "Language": "language"},
    )  # fmt: skip
    bring(tmp_path, publication, options)
    assert pragmas() == before and before[:2] == [1, 0]
    assert Subscription.objects.count() >= 6
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")  # CHECK, UNIQUE and NOT NULL of every row.
        assert cursor.fetchall() == [("ok",)]
        cursor.execute("PRAGMA foreign_key_check")
        assert cursor.fetchall() == []


@pytest.mark.django_db(transaction=True)
def test_the_rules_are_back_when_an_import_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = builders.publication()
    before = pragmas()

    def fail(*_args: Any) -> None:
        assert pragmas()[:2] == [0, 1]
        raise RuntimeError("full disk")

    monkeypatch.setattr(Writer, "insert", fail)
    with pytest.raises(RuntimeError):
        bring(
            tmp_path,
            publication,
            Options(
                values=(("Status", "*", "pending"), ("Confirmed At", "*", "active")),
                columns={"Subscribed At": "joined_at"},
            ),
        )
    assert pragmas() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"state": "paused"}, {"rhythm": "hourly"}, {"choice": -1}, {"choice": 2**62}]
)
def test_the_writer_refuses_what_a_check_would(wrong: dict[str, Any]) -> None:
    row = Row("0" * 32, None, "a@example.org", "", "active", 1, "every", "", None, None, "{}")
    writer = Writer(builders.publication(), 1)
    with pytest.raises(ValueError, match="no subscription"):
        writer.insert([row._replace(**wrong)], timezone.now())
    assert not Subscription.objects.exists()
