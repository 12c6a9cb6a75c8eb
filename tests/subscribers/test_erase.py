"""Erase a person: nothing is left but a keyed hash, and every sum still adds up."""

from __future__ import annotations

import re
import subprocess

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType

from newsletter.models import Bounce, Delivery, Edition
from subscribers import consent, erasure, export, suppression
from subscribers.models import AuditEntry, ConsentEvent, Subscriber, Subscription, Suppression
from tests import builders
from tests.conftest import Site

pytestmark = pytest.mark.django_db(transaction=True)

ADDRESS = "alice.the.erased@example.org"


def test_what_is_left_of_a_person() -> None:
    publication = builders.publication()
    reader = builders.subscription(publication, ADDRESS, language="zh-Hans")
    weekly = builders.subscription(builders.publication("weekly"), ADDRESS, state="unsubscribed")
    left_at = weekly.since
    bob = builders.subscription(publication, "bob@example.org")
    consent.record(reader, "requested", form="hosted", network="192.0.2.0/24")
    consent.record(bob, "requested", form="hosted", network="192.0.2.0/24")
    Subscriber.objects.filter(pk=reader.subscriber_id).update(
        name="Alice", new_address="alice.new@example.net", new_address_at=builders.NOW
    )
    issue = builders.issue(publication)
    edition = Edition.objects.create(issue=issue, selection=1)
    for place, tie in enumerate((reader, bob), 1):
        Delivery.objects.create(
            pk=issue.pk * 2**32 + place, issue=issue, edition=edition, subscription=tie
        )
    bounce = Bounce.objects.create(
        subscriber=reader.subscriber, kind="soft", via="pipe", seen="x" * 64
    )
    editor = get_user_model().objects.create_user("editor")
    LogEntry.objects.create(
        user=editor,
        content_type=ContentType.objects.get_for_model(Subscriber),
        object_id=str(reader.subscriber_id),
        object_repr=ADDRESS,
        action_flag=CHANGE,
        change_message=f"was {ADDRESS}",
    )

    assert erasure.erase(reader.subscriber, by="reader")
    assert not erasure.erase(reader.subscriber, by="reader")

    person = Subscriber.objects.get(pk=reader.subscriber_id)
    assert (person.key, person.address, person.name, person.new_address) == (None, "", "", "")
    assert person.erased_at is not None
    reader.refresh_from_db()
    weekly.refresh_from_db()
    assert (reader.state, reader.language, reader.domain) == ("unsubscribed", "", 0)
    assert weekly.since == left_at
    assert [event.subscriber_id for event in ConsentEvent.objects.all()] == [bob.subscriber_id]
    bounce.refresh_from_db()
    assert bounce.subscriber_id is None
    assert Delivery.objects.filter(issue=issue).count() == 2
    assert AuditEntry.objects.get().actor == "reader"
    found = suppression.suppressed(ADDRESS.upper().replace("EXAMPLE.ORG", "example.org"), None)
    assert found is not None and found.reason == "erased"
    assert everywhere(ADDRESS) == []
    assert everywhere("alice.new") == []
    bob.refresh_from_db()
    assert bob.state == "active"


def test_an_export_tells_what_was_sent_and_what_came_back() -> None:
    publication = builders.publication()
    reader = builders.subscription(publication, ADDRESS)
    issue = builders.issue(publication, state="paused", frozen_at=builders.NOW, recipients=1)
    edition = Edition.objects.create(issue=issue, none_because="no_item")
    Delivery.objects.create(
        pk=issue.pk * 2**32 + 1, issue=issue, edition=edition, subscription=reader
    )
    Bounce.objects.create(
        subscriber=reader.subscriber, kind="soft", via="pipe", seen="x" * 64, status="4.2.2"
    )
    data = export.export(reader.subscriber)
    (number,) = data["issues"]
    assert (number["publication"], number["issue"]) == ("daily", "2026-03-02")
    assert number["what_became_of_it"] == (
        "No mail: the issue has nothing in the categories the reader chose."
    )
    assert [(report["kind"], report["status"]) for report in data["returned_mail"]] == [
        ("soft", "4.2.2")
    ]


def test_a_stronger_suppression_stays() -> None:
    reader = builders.subscription(builders.publication(), ADDRESS)
    suppression.suppress(ADDRESS, "complaint")
    erasure.erase(reader.subscriber, by="reader")
    assert Suppression.objects.get().reason == "complaint"


def test_erased_twice_in_two_lives() -> None:
    publication = builders.publication()
    for _ in range(2):
        reader = builders.subscription(publication, ADDRESS)
        erasure.erase(reader.subscriber, by="reader")
    assert Subscription.objects.count() == 2
    assert Suppression.objects.count() == 1


def everywhere(text: str) -> list[str]:
    """The tables that hold a text in any column."""
    found = []
    for model in apps.get_models():
        for row in model._base_manager.values():
            if any(text.lower() in str(value).lower() for value in row.values()):
                found.append(model._meta.label)
    return found


LIVE = f"""
from django.test import Client
from django.utils import timezone
from subscribers import tasks, links
from subscribers.links import Purpose
from subscribers.models import *
from tests import builders
publication = builders.publication()
builders.category(publication, "Tides")
client = Client(SERVER_NAME="127.0.0.1")
def neighbours(start):
    for number in range(start, start + 150):
        builders.subscription(publication, f"neighbour{{number}}.of.alice@example.org")
neighbours(0)
client.post("/daily/subscribe/", {{"address": "{ADDRESS}"}})
reader = Subscription.objects.get(subscriber__address="{ADDRESS}")
neighbours(150)
tasks.answer_request.call(reader.pk)
client.post(f"/s/c/{{links.make(Purpose.CONFIRM, reader.pk)}}/")
client.post(f"/s/m/{{links.make(Purpose.MANAGE, reader.pk)}}/", {{"action": "link"}})
fresh = f"/s/x/{{links.make(Purpose.SENSITIVE, reader.subscriber_id, links.minutes_from_now(60))}}/"
client.get(fresh)
client.post(fresh, {{"action": "address", "address": "new.{ADDRESS}"}})
client.post(fresh, {{"action": "export"}})
neighbours(300)
"""
ERASE = f"""
from django.test import Client
from subscribers import links, tasks
from subscribers.links import Purpose
from subscribers.models import Subscriber
person = Subscriber.objects.get(address="{ADDRESS}")
fresh = f"/s/x/{{links.make(Purpose.SENSITIVE, person.pk, links.minutes_from_now(60))}}/"
Client(SERVER_NAME="127.0.0.1").post(fresh, {{"action": "erase", "sure": "yes"}})
"""
SWEEP = "from subscribers import housekeeping; housekeeping.sweep()"


def test_no_file_of_the_site_holds_the_address(site: Site) -> None:
    """A whole life through the pages and jobs; then every file of the installation is searched.

    On SQLite that is the database and its log, free pages included; on PostgreSQL, whose files
    belong to the server, a dump. The relay refuses every connection, which must not leave the
    address in a job's result either.
    """
    log = site.folder / "everything.log"
    for script in (LIVE, ERASE):
        done = site.manage("shell", "-v", "0", "-c", script)
        log.write_text(log.read_text() + done.stderr if log.exists() else done.stderr)
        if script is LIVE:
            assert places(site) != [], "the search itself must be able to find it"
        jobs = site.manage("db_worker", "--queue-name", "*", "--batch", "--no-startup-delay")
        log.write_text(log.read_text() + jobs.stderr + jobs.stdout)
    site.manage("shell", "-v", "0", "-c", SWEEP)
    assert places(site) == []


def places(site: Site) -> list[str]:
    """The files (or for PostgreSQL the dump) in which the address stands, in whatever case."""
    needle = re.compile(re.escape(ADDRESS.encode()), re.IGNORECASE)
    found = [
        str(path.relative_to(site.folder))
        for path in sorted(site.folder.rglob("*"))
        if path.is_file() and needle.search(path.read_bytes())
    ]
    url = site.env["DATABASE_URL"]
    if url.startswith("postgres"):
        dump = subprocess.run(["pg_dump", url], capture_output=True, check=True).stdout
        found += ["dump"] if needle.search(dump) else []
    return found
