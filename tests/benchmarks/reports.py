"""How many reports of undeliverable mail a minute the listener stores, brought by a mail server.

    python -m tests.benchmarks.reports [--reports 4000] [--connections 4] [--smtp] [--json]

A real `receive_mail --lmtp` beside a database of `DATABASE_URL`'s kind; every report is a delivery
status notification with a signed return path, for a reader of its own, and each answer is awaited
as Postfix awaits it (a mail a connection at a time). At the end every report has its row.
"""

from __future__ import annotations

import argparse
import json
import os
import smtplib
import subprocess
import sys
import threading
import time
from typing import Any

from tests.benchmarks import scene

_DSN = """\
From: MAILER-DAEMON@mx.example.net
To: {way}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{number}.dsn@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Mon, 2 Mar 2026 08:00:00 +0000

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{address}>: user unknown

--part
Content-Type: message/rfc822

Return-Path: <{way}>
From: Harbour <news@harbour.example.org>
To: {address}
Subject: The harbour today

{text}

--part--
"""
# A report quotes the mail it is about, or the head of it.
_TEXT = "\n".join(["The harbour today, in ten lines of sixty letters, as a mail." * 1] * 200)


def deliveries(count: int) -> list[tuple[int, str]]:
    """Deliveries of one issue to so many readers: (id, address)."""
    from newsletter.models import PLACES, Delivery, Edition
    from subscribers.addresses import key_of
    from subscribers.models import Subscriber, Subscription
    from tests import builders

    publication, categories = scene.publication()
    scene.readers(publication, categories, count, mixed=False)
    readers = list(Subscriber.objects.all())
    for reader in readers:  # Known by this site's keys, or the listener refuses to start.
        reader.key = key_of(reader.address)
    Subscriber.objects.bulk_update(readers, ["key"], batch_size=500)
    issue = builders.issue(publication)
    edition = Edition.objects.create(issue=issue, selection=1, none_because="")
    ties = Subscription.objects.order_by("id").values_list("id", "subscriber__address")
    found = [(issue.pk * PLACES + place, *tie) for place, tie in enumerate(ties, 1)]
    Delivery.objects.bulk_create(
        [Delivery(id=pk, issue=issue, subscription_id=tie, edition=edition) for pk, tie, _ in found]
    )
    return [(pk, address) for pk, _tie, address in found]


def mails(count: int) -> list[tuple[str, bytes]]:
    """(envelope recipient, report) for each reader."""
    from subscribers.links import make_return

    made = []
    for number, (delivery, address) in enumerate(deliveries(count)):
        way = f"b-{make_return(delivery)}@harbour.example.org"
        text = _DSN.format(way=way, number=number, address=address, text=_TEXT)
        made.append((way, text.replace("\n", "\r\n").encode()))
    return made


def bring(port: int, mine: list[tuple[str, bytes]], lmtp: bool, refused: list[object]) -> None:
    """One connection's mails, one after another."""
    with (smtplib.LMTP if lmtp else smtplib.SMTP)("127.0.0.1", port, timeout=60) as client:
        for way, data in mine:
            try:
                client.sendmail("", [way], data)
            except smtplib.SMTPException as error:
                refused.append(error)


def measure(count: int, connections: int, lmtp: bool) -> dict[str, Any]:
    """Start the listener, bring everything, and count the rows."""
    from newsletter.models import Bounce

    brought = mails(count)
    command = [sys.executable, str(scene.ROOT / "manage.py"), "receive_mail"]
    listener = subprocess.Popen(
        [*command, "--listen", "127.0.0.1:0", *(["--lmtp"] if lmtp else [])],
        stdout=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip
    refused: list[object] = []
    try:
        assert listener.stdout is not None
        port = int(listener.stdout.readline().rpartition(":")[2])
        threads = [
            threading.Thread(target=bring, args=(port, brought[n::connections], lmtp, refused))
            for n in range(connections)
        ]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - started
        spent = _processor(listener.pid)
    finally:
        listener.terminate()
        listener.wait(20)
    return {
        "reports": count, "stored": Bounce.objects.count(), "refused": len(refused),
        "seconds": round(seconds, 2), "per_minute": round(count / seconds * 60),
        "cpu_ms_per_report": round(spent / count * 1000, 2),
        "bytes_per_report": len(brought[0][1]),
    }  # fmt: skip


def _processor(pid: int) -> float:
    """Seconds of processor time of a process, user and system."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--reports", type=int, default=4000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--smtp", action="store_true", help="SMTP instead of LMTP")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with scene.open_site("127.0.0.1:9", 1):
        scene.start_django()
        found = measure(options.reports, options.connections, not options.smtp)
    if options.json:
        print(json.dumps(found))
    else:
        print(", ".join(f"{name} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
