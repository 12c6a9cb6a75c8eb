"""Worker and receiver are killed at any moment: no webhook is lost. 40 kills by `SUDI_KILLS=40`."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT, Site

RECEIVER = """
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[2], "a") as file:
            file.write(self.headers["webhook-id"] + "\\n")
            file.flush()
            os.fsync(file.fileno())
        self.send_response(204)
        self.end_headers()
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer(("127.0.0.2", int(sys.argv[1])), Handler).serve_forever()
"""
WORKER = """
import datetime as dt, time
from newsletter import notices
from newsletter.notices.channels import webhook
from tests.internet import internet
webhook.WAITS = (dt.timedelta(seconds=0.2),)  # As short as the test.
webhook.LEASE = dt.timedelta(seconds=1)
with internet():
    while True:
        notices.sweep()
        time.sleep(0.02)
"""
MAKE = """
import uuid
from newsletter.models import OutboxEvent, Webhook
from newsletter.notices import webhooks
from tests import builders
publication = builders.publication()
Webhook.objects.create(publication=publication, name="Desk", url="http://127.0.0.2:{port}/",
    types=["issue.paused"], secret=webhooks.new_secret())
for number in range({count}):
    OutboxEvent.objects.create(type="issue.paused", publication=publication, source=f"t:{{number}}")
"""
KEYS = """
from newsletter.models import OutboxEvent
print(*(f"evt_{one.hex}" for one in OutboxEvent.objects.values_list("key", flat=True)))
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.2", 0)) as server:
        return int(server.getsockname()[1])


def kill(process: subprocess.Popen[bytes]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.django_db(transaction=True)
def test_kill_9_of_worker_and_receiver_loses_no_webhook(site: Site, tmp_path: Path) -> None:
    kills = int(os.environ.get("SUDI_KILLS", "4"))
    port, taken, count = free_port(), tmp_path / "taken", 40 * kills
    site.env["PYTHONPATH"] = str(ROOT)
    site.manage("shell", "-v", "0", "-c", MAKE.format(port=port, count=count))
    expected = set(site.manage("shell", "-v", "0", "-c", KEYS).stdout.split())
    assert len(expected) == count

    def receiver() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", RECEIVER, str(port), str(taken)])

    def worker() -> subprocess.Popen[bytes]:
        return site.start("shell", "-v", "0", "-c", WORKER)

    def got() -> list[str]:
        return taken.read_text().split() if taken.exists() else []

    dice = random.Random(7)
    running = {"worker": worker(), "receiver": receiver()}
    try:
        for number in range(kills):
            before, end = len(got()), time.monotonic() + 90
            while len(got()) < before + 3 and len(set(got())) < count:
                assert time.monotonic() < end
                time.sleep(0.01)
            time.sleep(dice.random() * 0.2)
            name = ("worker", "receiver")[number % 2]
            kill(running[name])
            running[name] = worker() if name == "worker" else receiver()
        end = time.monotonic() + 180
        while set(got()) != expected and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        for process in running.values():
            kill(process)
    assert set(got()) == expected
    # At least once, and not much more often: a request a kill may have been taken unrecorded.
    assert len(got()) - count <= kills
