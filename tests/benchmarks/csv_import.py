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


def bare(source: Path, database: Path) -> tuple[float, float]:
    """Seconds (clock, processor) for csv.reader and executemany into a table without an index."""
    import csv
    import sqlite3

    began, busy = time.perf_counter(), time.process_time()
    with source.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        connection = sqlite3.connect(database)
        connection.execute("CREATE TABLE rows (email TEXT, name TEXT, status TEXT, created TEXT)")
        connection.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", rows)
        connection.commit()
        connection.close()
    return time.perf_counter() - began, time.process_time() - busy


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
    env = {**os.environ, "DATA_DIR": str(folder / what), "DATABASE_URL": ""}
    command = [sys.executable, "-m", "tests.benchmarks.csv_import", "--only", what]
    done = subprocess.run(
        [*command, "--folder", str(folder), "--file", str(source)],
        cwd=ROOT, env=env, stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    seconds, busy, memory = map(float, done.stdout.strip().splitlines()[-1].split())
    return seconds, busy, memory


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
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
