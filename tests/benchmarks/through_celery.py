"""Messages a second of two Celery workers and of one direct worker, on one database and relay.

    python -m tests.benchmarks.through_celery celery|direct SMTP_HOST:PORT MESSAGES SIZE

Needs DATABASE_URL on a PostgreSQL server and, for Celery, redis-server. Both are measured from
the first outcome to the last, as the ledger has them: what starts the workers is not counted.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.benchmarks import scene

WORKERS = 2
PATIENCE = 600.0


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A broker of our own on a free port."""
    program = shutil.which("redis-server")
    if program is None:
        raise SystemExit("redis-server is missing")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            child.terminate()
            child.wait()


@contextlib.contextmanager
def workers(env: dict[str, str], folder: Path) -> Iterator[None]:
    """Two worker machines with one child each, ready."""
    children = []
    for number in range(WORKERS):
        log = folder / f"celery-{number}.log"
        with open(log, "wb") as out:
            children.append(
                subprocess.Popen(
                    [sys.executable, "-m", "celery", "-A", "newsletter.config.celery", "worker",
                     "-Q", "sending", "-c", "1", "-n", f"w{number}@here", "-l", "INFO"],
                    env={**os.environ, **env}, cwd=scene.ROOT, stdout=out, stderr=out,
                    start_new_session=True,
                )
            )  # fmt: skip
    try:
        give_up = time.monotonic() + 60
        for number in range(WORKERS):
            while b" ready." not in (folder / f"celery-{number}.log").read_bytes():
                if time.monotonic() > give_up:
                    raise SystemExit("a Celery worker did not start")
                time.sleep(0.1)
        yield
    finally:
        for child in children:
            child.send_signal(signal.SIGTERM)
        for child in children:
            child.wait(60)


def measure(how: str, smtp: str, messages: int, size: str) -> float:
    """Seconds from the first outcome to the last."""
    with contextlib.ExitStack() as stack:
        if how == "celery":
            os.environ["BROKER_URL"] = stack.enter_context(redis())
        env = stack.enter_context(scene.open_site(smtp, 10))
        if how == "celery":
            os.environ["TASKS_ENGINE"] = env["TASKS_ENGINE"] = "celery"
        scene.start_django()
        from django.db import connection

        from newsletter import sending
        from newsletter.models import Issue

        publication, categories = scene.publication()
        scene.readers(publication, categories, messages, False)
        issue = scene.issue(publication, categories, size)
        if how == "celery":
            stack.enter_context(workers(env, Path(env["DATA_DIR"])))
        sending.release(issue, by="bench", now=True)
        sending.freeze(issue.pk)  # Or a worker's sweeper was first.
        if how == "direct":
            subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.sending", "--work"],
                env={**os.environ, **env}, cwd=scene.ROOT, stdout=subprocess.DEVNULL, check=True,
            )  # fmt: skip
        give_up = time.monotonic() + PATIENCE
        while Issue.objects.get(pk=issue.pk).state != Issue.State.SENT:
            if time.monotonic() > give_up:
                raise SystemExit(f"not finished: {sending.ledger(issue)}")
            time.sleep(0.2)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), extract(epoch FROM max(at) - min(at)) FROM newsletter_outcome"
                " WHERE state = 'sent'"
            )
            sent, seconds = cursor.fetchone()
        connection.close()
    if sent != messages:
        raise SystemExit(f"{sent} of {messages} were sent")
    return float(seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.through_celery")
    parser.add_argument("how", choices=("celery", "direct"))
    parser.add_argument("smtp")
    parser.add_argument("messages", type=int)
    parser.add_argument("size", choices=sorted(scene.SIZES))
    options = parser.parse_args(arguments)
    seconds = measure(options.how, options.smtp, options.messages, options.size)
    print(json.dumps({"messages": options.messages, "seconds": seconds}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
