"""Try Sudi with nothing but Python: a whole small site on this machine, with sample readers."""

from __future__ import annotations

import logging
import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from newsletter import conf, importing, sending
from newsletter.config import mailbox, trial
from newsletter.config.supervised import start
from newsletter.models import Issue
from newsletter.sending.guard import database
from newsletter.smtp.server import is_loopback
from subscribers import subscriptions
from subscribers.choice import Choice
from subscribers.models import Category, Publication

SAMPLES = Path(__file__).resolve().parents[2] / "config" / "samples"

# Invented people on reserved domains (RFC 2606). None is everything, else places of the sample's
# categories in the order of its items; an empty list is a reader for whom nothing is left.
READERS: list[tuple[str, list[int] | None]] = [
    ("alice@example.org", None),
    ("bob@example.org", [0]),
    ("charlie@example.net", []),
    ("diana@example.net", [0, 1]),
    ("erik@example.com", [2]),
    ("farah@example.com", [1, 3]),
    ("gao.ming@example.org", None),
    ("hui+digest@example.net", [0, 2, 4]),
    ("ines@example.com", [4]),
    ("jun@example.org", [0, 1, 2, 3]),
    ("kira@example.net", None),
    ("liang@example.com", [3]),
]

PUBLICATIONS: list[dict[str, Any]] = [
    {
        "slug": "sample-zh",
        "name": "示例速递",
        "language": "zh-Hans",
        "time_zone": "Asia/Shanghai",
        "from_name": "示例速递",
        "from_address": "digest@zh.example.org",
        "postal_identity": "示例速递编辑部，示例市示例路 1 号",
        "description": "一份示例简报：十条内容、五个栏目，每位读者只收到自己选择的栏目。",
    },
    {
        "slug": "sample-en",
        "name": "Sample Digest",
        "language": "en",
        "time_zone": "UTC",
        "from_name": "Sample Digest",
        "from_address": "digest@en.example.org",
        "postal_identity": "Sample Digest, 1 Example Street, Exampleton",
        "description": "A sample: ten items in five categories; each reader gets only their own.",
    },
]


class Command(BaseCommand):
    help = "Set up and start a small site on this machine, with samples; needs no service."
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--no-serve", action="store_true", help="set up, send the samples, and stop"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        mail = urlsplit(conf.smtp_urls()[0])
        if not is_loopback(mail.hostname or "") or not is_loopback(
            urlsplit(conf.base_url()).hostname or ""
        ):
            raise CommandError(
                "quickstart is for trying Sudi on this machine: unset SMTP_URL and BASE_URL. "
                "The README's operator chapter says how to run a real site."
            )
        # That a new site lets its only machine in is no news to whoever starts it.
        logging.getLogger("newsletter.sending.guard").setLevel(logging.WARNING)
        if database.is_empty():
            self.stdout.write("Setting up the tables …")
        call_command("migrate", verbosity=0)
        password = self.administrator()
        host, port = mail.hostname or trial.HOST, mail.port or trial.MAIL_PORT
        if self.is_running(port, serve=not options["no_serve"]):
            self.addresses(password)
            return
        with mailbox.catching(host, port):
            new = [self.publication(fields) for fields in PUBLICATIONS]
            if any(new):
                self.stdout.write("Sending the sample issues to the sample readers …")
                self.send()
            self.addresses(password)
            if not options["no_serve"]:
                self.serve()

    def is_running(self, mail_port: int, *, serve: bool) -> bool:
        """Whether this trial runs already, so that there is nothing to set up."""
        ports = [mail_port, *([urlsplit(conf.base_url()).port or 80] if serve else [])]
        busy = [port for port in ports if trial.taken(port)]
        slugs = {fields["slug"] for fields in PUBLICATIONS}
        there = Publication.objects.filter(slug__in=slugs).count() == len(slugs)
        if busy and there and not serve:
            return True
        if busy:
            raise CommandError(
                f"Port {busy[0]} is taken: this trial runs already, or another program has it. "
                f"Stop that, or delete {conf.data_dir() / 'settings.env'} to choose new ports "
                "(links in mails caught so far then lead nowhere)."
            )
        return False

    def administrator(self) -> str | None:
        """Create `admin` on the first run; its password is said once and stored nowhere."""
        User = get_user_model()
        if User.objects.filter(is_superuser=True).exists():
            return None
        password = secrets.token_urlsafe(12)
        User.objects.create_superuser("admin", "admin@example.org", password)
        return password

    @transaction.atomic
    def publication(self, fields: dict[str, Any]) -> bool:
        """One sample publication with its issue and readers; False if it is there already."""
        if Publication.objects.filter(slug=fields["slug"]).exists():
            return False
        publication = Publication.objects.create(**fields)
        sample = SAMPLES / f"{fields['slug']}.md"
        report = importing.import_digest(
            publication, sample.read_bytes(), sample.name, create_categories=True
        )
        assert report.issue is not None
        live = list(publication.categories.filter(bit__isnull=False))
        # A category the sample does not use: Charlie chose it, and gets no mail that day.
        names = {"zh-Hans": "活动预告"}
        quiet = self.quiet_category(publication, names.get(publication.language, "Events"))
        for address, places in READERS:
            chosen = None if places is None else [live[n] for n in places if n < len(live)]
            self.reader(publication, address, [quiet] if chosen == [] else chosen, [*live, quiet])
        self.stdout.write(f"{publication.name}: {len(READERS)} readers, {report.issue.title}")
        return True

    def quiet_category(self, publication: Publication, name: str) -> Category:
        from subscribers.choice import free_bit

        return Category.objects.create(
            publication=publication,
            slug="events",
            name=name,
            bit=free_bit(publication, Category.Visibility.OPEN),
            position=publication.categories.count(),
        )

    def reader(
        self,
        publication: Publication,
        address: str,
        chosen: list[Category] | None,
        live: list[Category],
    ) -> None:
        choice = Choice.all() if chosen is None else Choice.of(chosen, live=live)
        subscriptions.enter(publication, address, form="quickstart", active=True, choice=choice)

    def send(self) -> None:
        """Send every sample draft the way a worker would, inside this process."""
        for issue in Issue.objects.filter(
            publication__slug__in=[p["slug"] for p in PUBLICATIONS], state=Issue.State.DRAFT
        ):
            sending.release(issue, by="quickstart", now=True)
        for _ in range(60):
            sending.sweep()
            sending.drain(5)
            left = Issue.objects.filter(state__in=["scheduled", "sending"])
            sending.sweep()
            if not left.exists():
                return
        raise CommandError("The sample issues were not sent within the time; look at the ledger.")

    def addresses(self, password: str | None) -> None:
        base = conf.base_url()
        rows = [
            ("The site", f"{base}/"),
            ("The admin", f"{base}/admin/"),
            ("Caught mail", f"{base}/dev/mail/"),
        ]
        for fields in PUBLICATIONS:
            rows.append((f"Feeds of {fields['slug']}", f"{base}/{fields['slug']}/feed.atom"))
            rows.append(("", f"{base}/{fields['slug']}/feed.rss"))
            rows.append(("", f"{base}/{fields['slug']}/feed.json"))
        self.stdout.write("")
        for name, address in rows:
            self.stdout.write(f"{name:<20} {address}")
        if password:
            self.stdout.write(f"\nSign in as admin with the password {password} (said only now).")
        else:
            self.stdout.write(
                "\nThe administrator was made earlier; `python manage.py changepassword admin` "
                "sets a new password."
            )

    def serve(self) -> None:
        """One web process and one worker, until Ctrl-C or SIGTERM; ends both by their pid."""
        base = urlsplit(conf.base_url())
        web = [
            "gunicorn", "newsletter.config.wsgi", "--threads", "16",
            "--bind", f"{base.hostname}:{base.port}", "--log-level", "warning",
            "--no-control-socket",
        ]  # fmt: skip
        children = [start(web), start(["worker"])]

        def stop(number: int, frame: Any) -> None:
            raise KeyboardInterrupt

        signal.signal(signal.SIGTERM, stop)
        try:
            self.await_port(base.hostname or "", base.port or 80, children[0])
            self.stdout.write("\nRunning. Ctrl-C stops everything.")
            self.stdout.flush()
            while all(child.poll() is None for child in children):
                time.sleep(0.5)
            raise CommandError("A part of the trial has stopped; its message is above.")
        except KeyboardInterrupt:
            self.stdout.write("Stopping …")
        finally:
            for child in children:
                if child.poll() is None:
                    child.terminate()
            for child in children:
                try:
                    child.wait(timeout=40)
                except subprocess.TimeoutExpired:
                    child.kill()

    def await_port(self, host: str, port: int, child: subprocess.Popen[bytes]) -> None:
        """Wait until the web process answers, at most 30 s."""
        for _ in range(300):
            if child.poll() is not None:
                raise CommandError("The web process did not start; its message is above.")
            try:
                socket.create_connection((host, port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise CommandError("The web process did not answer within 30 s.")
