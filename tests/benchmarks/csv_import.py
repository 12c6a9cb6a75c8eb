"""A million readers from CSV, beside what Python's csv reader and a bare executemany take.

    python -m tests.benchmarks.csv_import [--rows 100000] [--folder DIR]

Both ways run one after the other, each in a process of its own, into the same sort of database:
SQLite files in one folder, or what DATABASE_URL names (its tables are made and dropped there).
Of a hundred rows one had left, one bounced, one holds no address, one ends early and one is blank.
Targets: at most 15 times the time, at most 200 MiB. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET_RATIO, TARGET_MIB = 15.0, 200.0


def write_rows(path: Path, rows: int) -> None:
    """A file as a newsletter tool exports it: address, name, state, consent, time."""
    states = {17: "unsubscribed", 43: "bounced"}
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("Email,Name,Status,Subscribed,Created At\r\n")
        for number in range(rows):
            place = number % 100
            address = f"reader.{number}@mail{number % 5000}.example.org"
            if place == 61:
                file.write(
                    f"reader {number} at nowhere,Reader {number},subscribed,yes,2025-01-01\r\n"
                )
            elif place == 73:
                file.write(f"{address}\r\n")
            elif place == 89:
                file.write("\r\n")
            else:
                file.write(
                    f"{address},Reader {number},{states.get(place, 'subscribed')},yes,"
                    f"2025-01-{number % 28 + 1:02} 10:00:00\r\n"
                )


def bare(source: Path, database: Path) -> tuple[float, float]:
    """Seconds (clock, processor) for csv.reader and executemany into a table without an index."""
    import csv

    url = os.environ.get("DATABASE_URL", "")
    began, busy = time.perf_counter(), time.process_time()
    with source.open(encoding="utf-8", newline="") as file:
        rows = (row for row in csv.reader(file) if len(row) == 5)
        next(rows)
        if url:
            _bare_postgresql(url, rows)
        else:
            _bare_sqlite(database, rows)
    return time.perf_counter() - began, time.process_time() - busy


_TABLE = "CREATE TABLE bare_rows (email TEXT, name TEXT, status TEXT, yes TEXT, created TEXT)"


def _bare_sqlite(database: Path, rows: Iterator[list[str]]) -> None:
    import sqlite3

    connection = sqlite3.connect(database)
    connection.execute(_TABLE)
    connection.executemany("INSERT INTO bare_rows VALUES (?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()


def _bare_postgresql(url: str, rows: Iterator[list[str]]) -> None:
    import psycopg

    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS bare_rows; {_TABLE}")
        cursor.executemany("INSERT INTO bare_rows VALUES (%s, %s, %s, %s, %s)", rows)


def ours(source: Path) -> tuple[float, float]:
    """Seconds (clock, processor) for the import, consent given, in the process's own new site."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
    django.setup()
    from django.core.management import call_command

    from tests.builders import publication

    call_command("migrate", verbosity=0)
    publication("daily")
    began, busy = time.perf_counter(), time.process_time()
    call_command(
        "import_subscribers", str(source), "--publication", "daily", "--consent", "benchmark"
    )
    return time.perf_counter() - began, time.process_time() - busy


def _child(what: str, source: Path, folder: Path) -> tuple[float, float, float]:
    """(seconds, seconds of processor, largest memory in MiB) of one way, in its own process."""
    env = {
        **os.environ,
        "DATA_DIR": str(folder / what),
        "DATABASE_URL": os.environ.get("DATABASE_URL", ""),
    }
    command = [sys.executable, "-m", "tests.benchmarks.csv_import", "--only", what]
    done = subprocess.run(
        [*command, "--folder", str(folder), "--file", str(source)],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    seconds, busy, memory = map(float, done.stdout.strip().splitlines()[-1].split())
    return seconds, busy, memory


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--only", choices=["bare", "ours"])
    options = parser.parse_args()
    if options.only:
        # The processor's time beside the clock's: on a busy machine only the first compares.
        if options.only == "bare":
            seconds, busy = bare(options.file, options.folder / "bare.sqlite3")
        else:
            seconds, busy = ours(options.file)
        print(seconds, busy, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return 0
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        source = folder / "readers.csv"
        write_rows(source, options.rows)
        base, base_busy, _ = _child("bare", source, folder)
        seconds, busy, memory = _child("ours", source, folder)
    ratio = seconds / base
    print(
        json.dumps(
            {
                "rows": options.rows,
                "bare_seconds": round(base, 2),
                "import_seconds": round(seconds, 2),
                "ratio": round(ratio, 1),
                "target_ratio": TARGET_RATIO,
                "bare_cpu_seconds": round(base_busy, 2),
                "import_cpu_seconds": round(busy, 2),
                "cpu_ratio": round(busy / base_busy, 1),
                "max_rss_mib": round(memory, 1),
                "target_mib": TARGET_MIB,
            }
        )
    )
    return 0 if ratio <= TARGET_RATIO and memory <= TARGET_MIB else 1


if __name__ == "__main__":
    sys.exit(main())
