"""Each row of the performance table beside its target, on SQLite and PostgreSQL.

    python -m tests.benchmarks.side_by_side --postgres postgres://user:password@host/name \
        [--rounds 5] [--messages 10000] [--rows wire delay freeze celery million]

Needs smtp-source and smtp-sink (Debian's postfix). The contestants take turns in every round, a
ratio is taken within its round, and the median over the rounds is printed with its spread:
absolute numbers of a shared machine are worth little. Messages are counted at the sink.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import peers, scene

ROWS = ("wire", "delay", "freeze", "celery", "million")


def program(name: str) -> str:
    """Where Debian keeps it; ends the run if it is not there."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        raise SystemExit(f"{name} is missing: install postfix")
    return found


class Counter:
    """How many messages a sink took since it was asked last."""

    def __init__(self, address: str, total: Callable[[], int]) -> None:
        self.address, self._total, self._seen = address, total, 0

    def since(self) -> int:
        time.sleep(0.2)
        total = self._total()
        new, self._seen = total - self._seen, total
        return new


@contextlib.contextmanager
def smtp_sink() -> Iterator[Counter]:
    """Postfix's smtp-sink with its own running count (-c)."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    address = f"127.0.0.1:{port}"
    with tempfile.TemporaryFile() as output:
        rights = ["-u", "nobody"] if os.getuid() == 0 else []
        child = subprocess.Popen(
            [program("smtp-sink"), *rights, "-c", address, "256"], stdout=output
        )

        def total() -> int:
            size = output.seek(0, os.SEEK_END)
            output.seek(max(0, size - 200))
            found = re.findall(rb"mesg=(\d+)", output.read())
            return int(found[-1]) if found else 0

        try:
            wait_for(port)
            yield Counter(address, total)
        finally:
            child.terminate()
            child.wait()


@contextlib.contextmanager
def own_sink(*options: str) -> Iterator[Counter]:
    """Ours, which counts in its log."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "count"
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.sink", "--count", str(log), *options],
            stdout=subprocess.PIPE,
            cwd=scene.ROOT,
        )
        assert child.stdout is not None
        port = json.loads(child.stdout.readline())["port"]

        def total() -> int:
            child.send_signal(signal.SIGUSR1)
            for _ in range(100):
                time.sleep(0.05)
                if log.exists():
                    break
            number = int(log.read_text())
            log.unlink()
            return number

        try:
            yield Counter(f"127.0.0.1:{port}", total)
        finally:
            child.terminate()
            child.communicate()


def wait_for(port: int) -> None:
    """Until somebody listens on this loopback port; ends the run after five seconds."""
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit("the sink does not listen")


def ours(
    database: str, sink: Counter, readers: int, size: str, *options: str, connections: int = 10
) -> Any:
    """One run of our real path in a process of its own, on this database."""
    env = dict(os.environ)
    env.pop("DATABASE_URL", None)
    if database:
        env["DATABASE_URL"] = database
    child = subprocess.run(
        [
            sys.executable, "-m", "tests.benchmarks.sending", "--json", "--smtp", sink.address,
            "--recipients", str(readers), "--size", size, "--connections", str(connections),
            *options,
        ],
        env=env, cwd=scene.ROOT, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    result = json.loads(child.stdout)
    result["cpu"] = result["cpu_us_per_message"] * result["messages"] / 1e6
    return result


def rate(result: Any) -> float:
    return float(result["messages"] / result["seconds"])


def cpu(result: Any) -> float:
    return float(result["cpu"] / result["messages"] * 1e6)


class Table:
    """Collects ratios by row and database, prints medians with spread beside targets."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], list[float]] = {}
        self.targets: dict[tuple[str, str], tuple[str, float]] = {}

    def add(self, row: str, database: str, value: float, sign: str, target: float) -> None:
        self.values.setdefault((row, database), []).append(value)
        self.targets[row, database] = (sign, target)

    def show(self) -> None:
        print(f"{'':46} {'':10} {'median':>8} {'lowest':>8} {'highest':>8}   target")
        for (row, database), values in self.values.items():
            sign, target = self.targets[row, database]
            median = statistics.median(values)
            met = median >= target if sign == "at least" else median <= target
            print(
                f"{row:46} {database:10} {median:8.2f} {min(values):8.2f} {max(values):8.2f}"
                f"   {sign} {target:g} {'met' if met else 'NOT MET'}"
            )


def counted(sink: Counter, expected: int, result: Any) -> Any:
    """The result, if the sink agrees on the number of messages."""
    took = sink.since()
    if took != expected:
        raise SystemExit(f"the sink took {took} messages of {expected}")
    return result


def wire(table: Table, databases: dict[str, str], rounds: int, messages: int) -> None:
    """Throughput and CPU beside smtp-source and Django's backend, on smtp-sink."""
    source = program("smtp-source")
    for size in ("60k", "15k"):
        octets: int | None = None
        least = {"60k": (1.0, 0.95), "15k": (1.1, 1.0)}[size]
        with smtp_sink() as sink:
            for number in range(rounds):
                mine = {}
                for name, url in databases.items():
                    mine[name] = counted(sink, messages, ours(url, sink, messages, size))
                    octets = mine[name]["bytes_per_message"]
                assert octets is not None
                theirs = counted(
                    sink, messages, peers.smtp_source(source, sink.address, messages, octets, 10)
                )
                few = max(300, messages // 10)
                django = counted(sink, few, peers.django_backend(sink.address, few, size))
                for (name, result), target in zip(mine.items(), least, strict=False):
                    slower = name == "PostgreSQL"
                    table.add(
                        f"{size}: throughput over smtp-source",
                        name, rate(result) / rate(theirs), "at least", target,
                    )  # fmt: skip
                    if size == "60k":
                        table.add(
                            "60k: throughput over Django's backend",
                            name, rate(result) / rate(django), "at least", 8.5 if slower else 9,
                        )  # fmt: skip
                        table.add(
                            "60k: CPU per message over smtp-source",
                            name, cpu(result) / cpu(theirs), "at most", 1.4 if slower else 1.3,
                        )  # fmt: skip
                    share = result["bookkeeping_cpu_us_per_message"] / result["cpu_us_per_message"]
                    table.add(
                        f"{size}: bookkeeping share of the worker's CPU",
                        name, share, "at most", 0.25,
                    )  # fmt: skip
                said = ", ".join(
                    f"{name} {rate(r):.0f}/s {cpu(r):.0f} us" for name, r in mine.items()
                )
                print(
                    f"# {size} round {number + 1}: {said}, smtp-source {rate(theirs):.0f}/s"
                    f" {cpu(theirs):.0f} us, Django {rate(django):.0f}/s {cpu(django):.0f} us,"
                    f" {octets} octets, load {os.getloadavg()[0]:.1f}",
                    flush=True,
                )


def delay(table: Table, databases: dict[str, str], rounds: int) -> None:
    """Every reply 20 ms late, with PIPELINING and without it."""
    source = program("smtp-source")
    for options, row, target, messages in (
        ((), "20 ms delay: throughput over smtp-source", 3.4, 3000),
        (("--no-pipelining",), "20 ms, no PIPELINING: over smtp-source", 0.9, 1000),
    ):
        with own_sink("--delay", "0.02", *options) as sink:
            for _ in range(rounds):
                mine = {
                    name: counted(sink, messages, ours(url, sink, messages, "60k"))
                    for name, url in databases.items()
                }
                octets = max(result["bytes_per_message"] for result in mine.values())
                few = 1000
                theirs = counted(
                    sink, few, peers.smtp_source(source, sink.address, few, octets, 10)
                )
                for name, result in mine.items():
                    table.add(row, name, rate(result) / rate(theirs), "at least", target)
                print(
                    f"# {row}: "
                    + ", ".join(f"{name} {rate(r):.0f}/s" for name, r in mine.items())
                    + f", smtp-source {rate(theirs):.0f}/s, load {os.getloadavg()[0]:.1f}",
                    flush=True,
                )


def freeze(table: Table, databases: dict[str, str], rounds: int, readers: int) -> None:
    """Freeze of many readers into 31 editions over a bare INSERT … SELECT."""
    for name, url in databases.items():
        for _ in range(rounds):
            env = dict(os.environ)
            env.pop("DATABASE_URL", None)
            if url:
                env["DATABASE_URL"] = url
            child = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.freeze", str(readers)],
                env=env, cwd=scene.ROOT, stdout=subprocess.PIPE, check=True,
            )  # fmt: skip
            took = json.loads(child.stdout)
            row = f"freeze of {readers:,} over a bare INSERT SELECT"
            table.add(row, name, took["freeze"] / took["bare"], "at most", 4)
            print(f"# {row}, {name}: {took}", flush=True)


def celery(table: Table, url: str, rounds: int) -> None:
    """Two workers through Celery over one direct worker, on PostgreSQL."""
    with smtp_sink() as sink:
        for _ in range(rounds):
            took = {}
            for how in ("direct", "celery"):
                child = subprocess.run(
                    [sys.executable, "-m", "tests.benchmarks.through_celery", how, sink.address,
                     "30000", "60k"],
                    env={**os.environ, "DATABASE_URL": url}, cwd=scene.ROOT,
                    stdout=subprocess.PIPE, check=True,
                )  # fmt: skip
                took[how] = counted(sink, 30_000, json.loads(child.stdout))
            table.add(
                "through Celery, two workers, over one direct", "PostgreSQL",
                rate(took["celery"]) / rate(took["direct"]), "at least", 0.9,
            )  # fmt: skip
            said = ", ".join(f"{how} {rate(result):.0f}/s" for how, result in took.items())
            print(f"# Celery: {said}, load {os.getloadavg()[0]:.1f}", flush=True)


def million(table: Table, databases: dict[str, str]) -> None:
    """Cost and memory at a million deliveries beside ten thousand, 15k messages, once."""
    with own_sink() as sink:
        for name, url in databases.items():

            def one(readers: int, url: str = url) -> Any:
                result = ours(url, sink, readers, "15k", "--mixed")
                return counted(sink, result["messages"], result)

            small = [one(10_000) for _ in range(3)]
            large = one(1_000_000)
            usual = statistics.median(cpu(result) for result in small)
            table.add(
                "CPU per message at 1,000,000 over 10,000", name, cpu(large) / usual, "at most", 1.3
            )
            memory = {"SQLite": 120, "PostgreSQL": 140}[name]
            table.add(
                "peak memory at 1,000,000, MiB", name, large["max_rss_mib"], "at most", memory
            )
            print(f"# million, {name}: {large}; small {small}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.side_by_side")
    parser.add_argument("--postgres", default=os.environ.get("DATABASE_URL", ""))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--readers", type=int, default=1_000_000)
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=["wire", "delay", "freeze"])
    options = parser.parse_args(arguments)
    databases = {"SQLite": ""}
    if options.postgres.startswith("postgres"):
        databases["PostgreSQL"] = options.postgres
    table = Table()
    try:
        if "wire" in options.rows:
            wire(table, databases, options.rounds, options.messages)
        if "delay" in options.rows:
            delay(table, databases, options.rounds)
        if "freeze" in options.rows:
            freeze(table, databases, min(3, options.rounds), options.readers)
        if "celery" in options.rows and "PostgreSQL" in databases:
            celery(table, databases["PostgreSQL"], options.rounds)
        if "million" in options.rows:
            million(table, databases)
    finally:
        table.show()
    return 0


if __name__ == "__main__":
    sys.exit(main())
