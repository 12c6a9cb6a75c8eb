"""What we measure ourselves beside: Postfix's smtp-source, Django's SMTP backend, a bare INSERT.

Each returns messages, seconds and CPU seconds of the client alone, like our own measurement.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from tests.benchmarks import scene


def smtp_source(program: str, smtp: str, messages: int, size: int, connections: int) -> Any:
    """Debian's smtp-source: `size` octets a message, connections kept open (-d)."""
    arguments = [
        program, "-d", "-s", str(connections), "-m", str(messages), "-l", str(size),
        "-f", "bench@example.org", "-t", "reader@example.net", smtp,
    ]  # fmt: skip
    started = time.perf_counter()
    child = subprocess.Popen(arguments)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"smtp-source ended with {child.returncode}")
    return {
        "messages": messages,
        "seconds": time.perf_counter() - started,
        "cpu": used.ru_utime + used.ru_stime,
    }


def django_backend(smtp: str, messages: int, size: str) -> Any:
    """Django's SMTP backend on one connection, as its documentation shows, in a fresh process."""
    with scene.open_site(smtp, 1) as env:
        child = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.peers", smtp, str(messages), size],
            env={**os.environ, **env},
            cwd=scene.ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
    return json.loads(child.stdout)


def _django(smtp: str, messages: int, size: str) -> Any:
    """The same edition for every reader but for the links and the address."""
    scene.start_django()
    from django.core.mail import EmailMultiAlternatives, get_connection
    from django.db import connection as database

    from newsletter import editions, rendering
    from newsletter.models import Issue
    from newsletter.rendering.slots import SLOTS
    from subscribers.links import make

    publication, categories = scene.publication()
    issue = scene.issue(publication, categories, size)
    view = editions.load(Issue.objects.select_related("publication").get(pk=issue.pk))
    edition = rendering.prepare(view, publication).edition(view.mask)
    database.close()
    host, _, port = smtp.rpartition(":")
    connection = get_connection(host=host, port=int(port), use_tls=False)
    connection.open()
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    for number in range(messages):
        html, text = edition.html, edition.text
        for purpose, slot in SLOTS.items():
            token = make(purpose, number)
            html, text = html.replace(slot, token), text.replace(slot, token)
        unsubscribe = f"<https://harbour.example.org/s/u/{token}/>"
        mail = EmailMultiAlternatives(
            edition.subject,
            text,
            "Harbour <news@harbour.example.org>",
            [f"reader{number}@example.net"],
            headers={
                "List-Unsubscribe": unsubscribe,
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
            connection=connection,
        )
        mail.attach_alternative(html, "text/html")
        mail.send()
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    connection.close()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"messages": messages, "seconds": seconds, "cpu": cpu}


def bare_insert(count: int) -> float:
    """Seconds of `INSERT … SELECT` of so many deliveries into a table with the same columns and
    unique keys, from the subscriptions that are there; in the open site's database.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE TABLE bare (id bigint PRIMARY KEY, issue_id integer NOT NULL,
               subscription_id bigint NOT NULL, edition_id integer,
               UNIQUE (subscription_id, issue_id))"""
        )
        started = time.perf_counter()
        cursor.execute(
            """INSERT INTO bare (id, issue_id, subscription_id, edition_id)
               SELECT row_number() OVER (ORDER BY id), 1, id, 1 FROM subscribers_subscription"""
        )
        seconds = time.perf_counter() - started
        assert cursor.rowcount == count
        cursor.execute("DROP TABLE bare")
    return seconds


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers")
    parser.add_argument("smtp")
    parser.add_argument("messages", type=int)
    parser.add_argument("size", choices=sorted(scene.SIZES))
    options = parser.parse_args(arguments)
    print(json.dumps(_django(options.smtp, options.messages, options.size)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
