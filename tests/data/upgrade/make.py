# mypy: ignore-errors
# ruff: noqa: E402, E501
"""Makes `0.1.0.json` with the code of 0.1.0 itself: a database with a little of everything in it.

Run it in a checkout of 0.1.0 (commit 01f4808), with an empty folder for its data:

    DATA_DIR=/tmp/old python THIS/make.py THIS/0.1.0.json

The names below are those of 0.1.0; they are not kept up with today's code. Nobody in it exists:
every address is on a domain reserved by RFC 2606.
"""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import os
import re
import signal
import socket
import sys
import time
import zlib
from pathlib import Path

sys.path.insert(0, os.getcwd())
PORT = 2525
os.environ |= {
    "SECRET_KEY": "tests-only-" + "k" * 40,
    "LINK_KEYS": "1:" + "0123456789abcdef" * 4,
    "BASE_URL": "http://127.0.0.1:8000",
    "SMTP_URL": f"smtp://127.0.0.1:{PORT}?starttls=never",
    "DJANGO_SETTINGS_MODULE": "newsletter.settings",
}
socket.gethostname = lambda: "mail1"

import django
import time_machine

django.setup()

from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client, override_settings
from django.utils import timezone
from newsletter.sending.sweeper import fold_old
from subscribers.csv_plan import Options

from newsletter import dead_links, importing, reader_files, sending, snapshots
from newsletter.bounces import effects
from newsletter.management.commands import quickstart
from newsletter.models import Bounce, Delivery, Issue, Outcome, Revision
from newsletter.tasks import drain
from subscribers import categories, csv_in, erasure, links, suppression, tasks
from subscribers.models import (
    AuditEntry,
    Category,
    ConsentEvent,
    Publication,
    Role,
    Subscriber,
    Subscription,
)  # fmt: skip
from tests import builders
from tests.smtpd import Smtpd

FOLDED = dt.datetime(2026, 6, 1, 8, 0, tzinfo=dt.UTC)
START = dt.datetime(2026, 10, 5, 8, 0, tzinfo=dt.UTC)
DATA = Path(os.environ["DATA_DIR"])
User = get_user_model()


@contextlib.contextmanager
def relay(*faults):
    """The site's only mail server, with these faults."""
    with Smtpd(port=PORT, log=DATA / "accepted", faults=list(faults), seed=1, keep=True) as server:
        yield server


def send(issue, *faults, seconds=20):
    with relay(*faults) as server:
        sending.release(issue, by="owner", now=True)
        sending.sweep()
        sending.drain(seconds)
        sending.sweep()
        issue.refresh_from_db()
        return server.recipients()


def reader(publication, name, chosen=None, **extra):
    return builders.subscription(publication, f"{name}@example.org", chosen, **extra)


def quiet_publication():
    """The fields that keep a publication from being mailed."""
    builders.publication(
        "quiet",
        name="Quiet Weekly",
        open=False,
        needs_approval=True,
        send_from=dt.time(7, 0),
        send_until=dt.time(9, 30),
        welcome_latest_issue=True,
        rehearsal_address="rehearsal@harbour.example.org",
    )


def users():
    made = {}
    for kind in Role.Kind.values:
        made[kind] = User.objects.create_user(kind, f"{kind}@example.net", is_staff=True)
        made[kind].set_unusable_password()
        made[kind].save()
    return made


def harbour():
    """A publication whose every field is filled in."""
    publication = builders.publication(
        "harbour",
        time_zone="Europe/Lisbon",
        reply_to="answers@harbour.example.org",
        description="What came in and what went out.",
        theme={"accent": "#0a5c7a"},
        labels={"category": ["Desk"]},
        translations={"zh-Hans": {"name": "港口速递"}},
        canary_size=0,
        canary_max_failures=0,
        late_start_minutes=120,
        count_clicks=True,
        hub_url="https://hub.example.org/",
        undo_seconds=60,
    )
    ships = builders.category(publication, "Ships", colour="#0a5c7a", aliases=["Vessels"],
                              translations={"zh-Hans": {"name": "船舶"}})  # fmt: skip
    trade = builders.category(publication, "Trade", description="What is paid for what.")
    builders.category(publication, "Tides", visibility="hidden")
    builders.category(publication, "Crew only", slug="crew", visibility="private")
    gone = builders.category(publication, "Sail")
    categories.retire(gone)
    rigging = builders.category(publication, "Rigging")
    reader(publication, "rigger", [rigging])
    categories.merge(rigging, ships)
    freed = builders.category(publication, "Oars")
    categories.retire(freed)
    categories.free(Category.objects.get(pk=freed.pk))
    return publication, ships, trade


def issue(publication, ships, trade, date, **extra):
    made = builders.issue(publication, date, **extra)
    builders.item(
        made,
        ships,
        "A ship came in",
        body="With **cargo**, see [the list](https://example.org/list).",
    )
    builders.item(made, trade, "Corn is up", score=4.5)
    builders.tail_link(made, "Tide tables")
    return made


def sign_up(name, **extra):
    """From the form to the confirmed reader, as a visitor does it."""
    client = Client()
    client.post("/harbour/subscribe/", {"address": f"{name}@example.org", **extra})
    work()
    path = re.findall(r"http://127\.0\.0\.1:8000(/s/c/\S+)", mail.outbox[-1].body)[0]
    client.post(path)
    work()
    return Subscription.objects.get(subscriber__address=f"{name}@example.org")


def work():
    """Do what jobs wait."""
    call_command(
        "db_worker", queue_name="*", batch=True, interval=0, startup_delay=False, verbosity=0
    )


def readers(publication, ships, trade):
    sign_up("quinn", shown=["ships", "trade"], categories=["ships"], language="zh-Hans")
    weekly = sign_up("wanda", rhythm="weekly")
    client = Client()
    manage = links.make(links.Purpose.MANAGE, weekly.pk)
    client.post(
        f"/s/m/{manage}/",
        {"shown": ["ships", "trade"], "categories": ["trade"], "rhythm": "weekly"},
    )
    reader(publication, "walter", rhythm="weekly")
    reader(publication, "petra", paused_until=START + dt.timedelta(days=40))
    gone = reader(publication, "lena")
    client.post(
        f"/s/u/{links.make(links.Purpose.UNSUBSCRIBE, gone.pk)}/", {"List-Unsubscribe": "One-Click"}
    )
    reader(publication, "own", first_in_line=True)
    reader(publication, "serial", feed_serial=3)
    reader(publication, "pending", state="pending", confirmed_at=None)
    changing = reader(publication, "cora")
    changing.subscriber.new_address = "cora.new@example.net"
    changing.subscriber.new_address_at = timezone.now()
    changing.subscriber.save()
    changing.subscriber.name = "Cora"
    changing.subscriber.save()
    erased = reader(publication, "erika")
    erasure.erase(erased.subscriber, by="reader")
    for kind in ConsentEvent.Kind.values:
        ConsentEvent.objects.create(subscriber=changing.subscriber, publication=publication, kind=kind,
                                    form="admin", network="192.0.2.0/24", detail={"by": "owner"})  # fmt: skip


def suppressions(publication):
    for reason in ("hard", "soft", "complaint", "manual", "imported"):
        tie = reader(publication, f"no-{reason}")
        suppression.suppress(tie.subscriber.key, reason, {"via": "dsn", "status": "5.1.1"})
    lifted = suppression.suppress("back@example.org", "hard")
    suppression.lift(lifted, "owner")
    reader(publication, "back")


def bounces(sent):
    ids = list(
        Delivery.objects.filter(issue=sent)
        .order_by("id")
        .values_list("id", "subscription__subscriber")
    )
    for number, (kind, via) in enumerate(
        [("hard", "dsn"), ("soft", "smtp"), ("complaint", "arf"), ("soft", "webhook")]
    ):
        delivery, person = ids[number]
        effects.store(Subscriber.objects.get(pk=person), delivery, kind, via, "5.1.1", "User unknown",
                      f"{number:064}", timezone.now())  # fmt: skip
    Bounce.objects.create(kind="hard", via="dsn", seen="f" * 64, reason="of an erased reader")


def main_sends(publication, ships, trade, users):
    """Issues in every state. Names of readers say what becomes of them."""
    for name in ("fails", "doubt", "later", "leaves", "stopped"):
        reader(publication, name)
    faults = ["rcpt:550 5.7.1 policy:100:fails@", "dot:drop:100:doubt@"]
    sent = issue(publication, ships, trade, "2026-10-01")
    send(sent, *faults)
    sending.resolve(
        *Outcome.objects.filter(state="in_doubt").values_list("delivery_id", "round")[0],
        "dsn 2.0.0",
        "report",
    )

    paused = issue(publication, ships, trade, "2026-10-02")
    send(paused, *faults, "rcpt:450 4.2.0 later:100:later@")
    Subscription.objects.filter(subscriber__address="leaves@example.org").update(
        state="unsubscribed"
    )
    stopped = Subscriber.objects.get(address="stopped@example.org")
    suppression.suppress(stopped.key, "hard")
    sending.pause(paused, by=users["sender"], reason="To look at it.")

    # Stopped by its own canary: most readers wait.
    Publication.objects.filter(pk=publication.pk).update(canary_size=4)
    stuck = issue(publication, ships, trade, "2026-10-03")
    stuck.refresh_from_db()
    send(stuck, "rcpt:550 5.7.1 policy:100:own@", "rcpt:450 4.2.0 later:100:later@", seconds=8)
    Publication.objects.filter(pk=publication.pk).update(canary_size=0)
    assert stuck.state == "paused", (stuck.state, stuck.state_reason)
    return sent, paused, stuck


def killed_send(publication, ships, trade):
    """A worker killed while a mail was on the wire: its lease and its journal stay."""
    broken = issue(publication, ships, trade, "2026-10-04")
    with relay("dot:silence:100:quinn@") as server:
        sending.release(broken, by="owner", now=True)
        sending.sweep()
        connections.close_all()
        child = os.fork()
        if child == 0:
            sending.drain(60)
            os._exit(0)
        for _ in range(100):
            time.sleep(0.1)
            if "quinn@example.org" in server.recipients():
                break
        time.sleep(1)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        accepted = server.recipients()
    return broken, accepted


def other_states(publication, ships, trade, users):
    issue(publication, ships, trade, "2026-10-06")
    scheduled = issue(publication, ships, trade, "2026-10-07")
    sending.release(scheduled, by=users["sender"], at=timezone.now() + dt.timedelta(days=30))
    cancelled = issue(publication, ships, trade, "2026-09-30")
    Publication.objects.filter(pk=publication.pk).update(canary_size=2)
    cancelled.refresh_from_db()
    send(cancelled, "rcpt:450 4.2.0 later:100:.", seconds=4)
    Publication.objects.filter(pk=publication.pk).update(canary_size=0)
    if cancelled.state == "sending":
        sending.pause(cancelled, by="owner")
    sending.cancel(cancelled, by="owner")
    old = b"# Harbour Daily - 2025-12-01\n\n## An old ship\n\n> **Category:** Ships\n> **Source:** [The Paper](https://example.org/old)\n\n**Insight:** Old.\n"
    importing.import_digest(publication, old, "2025-12-01.md", archived=True)


def revisions(sent, users):
    snapshots.note_edit(sent, users["editor"], "a comma")
    snapshots.add_revision(
        sent, Revision.Kind.CORRECTION, users["editor"], note="The corn is down."
    )
    Issue.objects.filter(pk=sent.pk).update(corrected_at=timezone.now())
    Issue.objects.filter(pk=sent.pk).update(
        approved_by=users["approver"], released_by=users["sender"]
    )


def translation(publication, ships, trade, sent):
    pair = issue(publication, ships, trade, "2026-10-01", slug="2026-10-01-zh", language="zh-Hans",
                 title="港口速递 2026-10-01", original=sent)  # fmt: skip
    correction = builders.issue(
        publication, "2026-10-01", slug="2026-10-01-c", kind="correction", corrects=sent
    )
    copy = builders.item(correction, ships, "A ship came in", copied_from=sent.items.first())
    roundup = builders.issue(publication, "2026-10-05", slug="2026-w40", kind="roundup")
    builders.item(roundup, trade, "Corn is up", copied_from=sent.items.last(), hidden=True)
    return pair, copy


def imports(publication, users):
    bad = DATA / "readers.csv"
    bad.write_text(
        "email,name\nhugo@example.org,Hugo\nnot an address,Nobody\nhugo@example.org,Twice\n"
    )
    csv_in.run(csv_in.look(bad, Options(consent="signed forms, folder 7")), publication,
               Options(consent="signed forms, folder 7"), by=users["owner"])  # fmt: skip
    waiting = DATA / "waiting.csv"
    waiting.write_text("email,name,rhythm\nivy@example.org,Ivy,weekly\njack@example.org,Jack,\n")
    digest = reader_files.keep([waiting.read_bytes()])
    said = Options(consent="signed forms, folder 8")
    source = csv_in.look(reader_files.path_of(digest), said)
    reader_files.start(source, publication, said, "waiting.csv", users["owner"])


def jobs(publication, sent):
    """One waiting job of each kind 0.1.0 has (the import's is there already)."""
    tie = Subscription.objects.get(subscriber__address="quinn@example.org")
    dead_links.check_issue.enqueue(sent.pk)
    drain.enqueue()
    tasks.answer_request.enqueue(
        Subscription.objects.get(subscriber__address="pending@example.org").pk
    )
    tasks.send_welcome.enqueue(tie.pk)
    tasks.send_manage_links.enqueue(tie.subscriber_id, publication.pk)
    tasks.send_sensitive_link.enqueue(tie.pk)
    tasks.send_address_change.enqueue(
        Subscription.objects.get(subscriber__address="cora@example.org").pk
    )


def links_of(sent):
    tie = Subscription.objects.get(subscriber__address="serial@example.org")
    cora = Subscriber.objects.get(address="cora@example.org")
    later = int(dt.datetime(2036, 1, 1, tzinfo=dt.UTC).timestamp()) // 60
    P = links.Purpose
    return {
        "subscription": tie.pk,
        "manage": links.make(P.MANAGE, tie.pk),
        "unsubscribe": links.make(P.UNSUBSCRIBE, tie.pk),
        "feed": links.make(P.FEED, tie.pk, 3),
        "confirm": links.make(
            P.CONFIRM, Subscription.objects.get(subscriber__address="pending@example.org").pk
        ),
        "sensitive": links.make(P.SENSITIVE, cora.pk, later),
        "new_address": links.make(P.CHANGE_ADDRESS, cora.pk, later, bound="cora.new@example.net"),
        "return": links.make_return(sent.first_delivery + 1),
        "delivery": sent.first_delivery + 1,
    }


def rows():
    tables = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names()):
            if table in ("django_migrations", "django_session"):
                continue
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2')
            names = [column[0] for column in cursor.description]
            tables[table] = {
                "columns": names,
                "rows": [[plain(v) for v in row] for row in cursor.fetchall()],
            }
        cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
        return tables, cursor.fetchall()


def plain(value):
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, str) and len(value) > 500:
        return {"zlib": base64.b64encode(zlib.compress(value.encode(), 9)).decode()}
    return str(value) if isinstance(value, (dt.date, dt.time)) else value


def files():
    """Imports that wait, and the lost worker's journal, which is mostly zeros."""
    found = [*DATA.glob("imports/*.csv"), *DATA.glob("journal/w-*")]
    return {
        str(path.relative_to(DATA)): base64.b64encode(zlib.compress(path.read_bytes(), 9)).decode()
        for path in found
    }


def write(path, made):
    """A row a line, so that a change to one is a change of one line."""
    tables = made.pop("tables")
    parts = [
        f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in made.items()
    ]
    for name, table in tables.items():
        lines = ",\n".join(
            "  " + json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            for row in table["rows"]
        )
        parts.append(
            f"{json.dumps('table ' + name)}: [\n  {json.dumps(table['columns'])}{',' if lines else ''}\n{lines}\n ]"
        )
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n")


def main():
    call_command("migrate", verbosity=0)
    with time_machine.travel(FOLDED, tick=True):
        publication, ships, trade = harbour()
        reader(publication, "alice")
        reader(publication, "bob", [trade])
        send(issue(publication, ships, trade, "2026-06-01"))
    with time_machine.travel(START, tick=True):
        quickstart.READERS = quickstart.READERS[:3]  # Fewer editions, a smaller file.
        call_command("quickstart", no_serve=True, verbosity=0)
        made = users()
        for kind, user in made.items():
            Role.objects.create(user=user, publication=publication, kind=kind)
        quiet_publication()
        readers(publication, ships, trade)
        suppressions(publication)
        sent, paused, stuck = main_sends(publication, ships, trade, made)
        other_states(publication, ships, trade, made)
        broken, accepted = killed_send(publication, ships, trade)
        bounces(sent)
        revisions(sent, made)
        translation(publication, ships, trade, sent)
        imports(publication, made)
        jobs(publication, sent)
        AuditEntry.objects.create(
            actor="owner", publication=publication, action="looked", target="issue:1"
        )
        Group.objects.create(name="Editors").user_set.add(made["editor"])
        LogEntry.objects.create(
            user=made["owner"],
            content_type=ContentType.objects.get_for_model(Publication),
            object_id=str(publication.pk),
            object_repr="Harbour Daily",
            action_flag=2,
            change_message="[]",
        )
        fold_old()
        ledgers = {str(one.pk): sending.ledger(one) for one in Issue.objects.order_by("pk")}
        tables, migrations = rows()
        write(
            Path(sys.argv[1]),
            {
                "made_at": timezone.now().isoformat(),
                "migrations": migrations,
                "ledgers": ledgers,
                "issues": {
                    "sent": sent.pk,
                    "paused": paused.pk,
                    "stuck": stuck.pk,
                    "broken": broken.pk,
                },
                "accepted_of_broken": accepted,
                "links": links_of(sent),
                "files": files(),
                "tables": tables,
            },
        )


if __name__ == "__main__":
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend", ALLOWED_HOSTS=["*"]
    ):
        mail.outbox = []
        main()
