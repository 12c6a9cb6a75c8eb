"""A million readers from CSV, beside what Python's csv reader and a bare executemany take.

    python -m tests.benchmarks.csv_import [--rows 1000000] [--folder DIR]

Both ways run one after the other, on SQLite files in the same folder, each in a process of its
own. Targets: at most 20 times the time, at most 200 MiB. Prints one JSON object.
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
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET_RATIO, TARGET_MIB = 20.0, 200.0


def write_rows(path: Path, rows: int) -> None:
    """A file as a newsletter tool exports it: address, name, state, time."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("Email,Name,Status,Created At\r\n")
        for number in range(rows):
            file.write(
                f"reader.{number}@mail{number % 5000}.example.org,Reader {number},subscribed,"
                f"2025-01-{number % 28 + 1:02} 10:00:00\r\n"
            )


def bare(source: Path, database: Path) -> float:
    """Seconds for csv.reader and executemany into a table without an index."""
    import csv
    import sqlite3

    began = time.perf_counter()
    with source.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        connection = sqlite3.connect(database)
        connection.execute("CREATE TABLE rows (email TEXT, name TEXT, status TEXT, created TEXT)")
        connection.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", rows)
        connection.commit()
        connection.close()
    return time.perf_counter() - began


def ours(source: Path) -> float:
    """Seconds for the import, consent given, in the process's own new site."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    django.setup()
    from django.core.management import call_command

    from tests.builders import publication

    call_command("migrate", verbosity=0)
    publication("daily")
    began = time.perf_counter()
    call_command(
        "import_subscribers", str(source), "--publication", "daily", "--consent", "benchmark"
    )
    return time.perf_counter() - began


def _child(what: str, source: Path, folder: Path) -> tuple[float, float]:
    """(seconds, largest memory in MiB) of one way, in a process of its own."""
    env = {**os.environ, "DATA_DIR": str(folder / what), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "tests.benchmarks.csv_import", "--only", what]
    done = subprocess.run(
        [*command, "--folder", str(folder), "--file", str(source)],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    seconds, memory = done.stdout.strip().splitlines()[-1].split()
    return float(seconds), float(memory)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--only", choices=["bare", "ours"])
    options = parser.parse_args()
    if options.only:
        if options.only == "bare":
            seconds = bare(options.file, options.folder / "bare.sqlite3")
        else:
            seconds = ours(options.file)
        print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return 0
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        source = folder / "readers.csv"
        write_rows(source, options.rows)
        base, _ = _child("bare", source, folder)
        seconds, memory = _child("ours", source, folder)
    ratio = seconds / base
    print(
        json.dumps(
            {
                "rows": options.rows,
                "bare_seconds": round(base, 2),
                "import_seconds": round(seconds, 2),
                "ratio": round(ratio, 1),
                "target_ratio": TARGET_RATIO,
                "max_rss_mib": round(memory, 1),
                "target_mib": TARGET_MIB,
            }
        )
    )
    return 0 if ratio <= TARGET_RATIO and memory <= TARGET_MIB else 1


if __name__ == "__main__":
    sys.exit(main())
