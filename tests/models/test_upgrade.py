"""A database of 0.1.0 migrates with everything in it, and goes on where it was."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client

from newsletter import sending
from newsletter.models import Delivery, Issue, Item, Outcome
from newsletter.sending import guard
from subscribers import links
from subscribers.addresses import key_of
from subscribers.models import (
    Category,
    ImportJob,
    Publication,
    Subscriber,
    Subscription,
    Suppression,
)
from tests.conftest import POSTGRES
from tests.sending.stage import relay_for
from tests.site_settings import configure, override

from . import old_database
from .catalogue import catalogue
from .old_database import Old

# Columns that a migration dropped since, and those whose values it rewrites.
DROPPED = {("subscribers_publication", "count_clicks")}
REWRITTEN = {("django_tasks_database_dbtaskresult", "task_path")}
# Django enters new models and their permissions by itself.
GROWS = {"django_content_type", "auth_permission"}


# Pages looked at for every issue; of all other kinds, the first three are.
EACH_ISSUE = {f"/admin/newsletter/issue/N/{name}" for name in ("", "preview/", "progress/")}


@pytest.fixture(scope="module")
def old(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Old]:
    """0.1.0's database after today's migrations; only copies of it are used."""
    with (
        django_db_blocker.unblock(),
        old_database.empty_database(tmp_path_factory.mktemp("0.1.0")) as name,
    ):
        yield old_database.upgraded(name)


@pytest.fixture(autouse=True)
def _a_copy_an_hour_later(
    old: Old, django_db_blocker: Any, tmp_path: Path, settings: Any
) -> Iterator[None]:
    configure(settings, DATA_DIR=tmp_path)
    old.files(tmp_path)
    ContentType.objects.clear_cache()
    later = dt.datetime.fromisoformat(old.facts["made_at"]) + dt.timedelta(hours=1)
    with (
        django_db_blocker.unblock(),
        old_database.copy_of(old.database, tmp_path),
        time_machine.travel(later, tick=True),
    ):
        yield
    ContentType.objects.clear_cache()


# ---- the rows


def test_every_row_of_every_table_is_there_unchanged(old: Old) -> None:
    dropped, columns_now = set(), connection.introspection
    for name, before in old.before.items():
        with connection.cursor() as cursor:
            now = {c.name for c in columns_now.get_table_description(cursor, name)}
        dropped |= {(name, column) for column in before.columns if column not in now}
        rewritten = {column for table, column in REWRITTEN if table == name}
        kept = [n for n, c in enumerate(before.columns) if c in now and c not in rewritten]
        after = old_database.table(name, tuple(c for c in before.columns if c in now))
        places = [after.columns.index(before.columns[n]) for n in kept]
        for key, row in before.rows.items():
            assert [after.rows[key][n] for n in places] == [row[n] for n in kept], (name, key)
        assert len(after.rows) == len(before.rows) or name in GROWS, name
    assert dropped == DROPPED


def test_values_in_today_s_words(old: Old) -> None:
    harbour = Publication.objects.get(slug="harbour")
    assert (harbour.time_zone, harbour.labels) == ("Europe/Lisbon", {"category": ["Desk"]})
    assert harbour.hub_url == "https://hub.example.org/"
    assert Category.objects.get(slug="rigging").merged_into == Category.objects.get(
        publication=harbour, slug="ships"
    )
    assert Counter(Subscription.objects.values_list("state", "rhythm")) == {
        ("active", "every"): 25,
        ("active", "weekly"): 2,
        ("unsubscribed", "every"): 3,
        ("pending", "every"): 1,
    }
    assert Subscriber.objects.filter(erased_at__isnull=False, key=None, address="").count() == 1
    assert Subscriber.objects.get(name="Cora").new_address == "cora.new@example.net"
    assert _suppressed("no-complaint@example.org") == ["complaint"]
    assert _suppressed("back@example.org") == []
    pair = Issue.objects.get(slug="2026-10-01-zh")
    assert (pair.original_id, pair.language) == (old.facts["issues"]["sent"], "zh-Hans")
    copy = Item.objects.get(issue__slug="2026-10-01-c")
    assert copy.copied_from is not None and copy.copied_from.title == "A ship came in"
    kinds = Issue.objects.get(pk=old.facts["issues"]["sent"]).revisions.values_list("kind", "note")
    assert list(kinds) == [
        ("release", ""),
        ("edit", "a comma"),
        ("correction", "The corn is down."),
    ]


def _suppressed(address: str) -> list[str]:
    standing = Suppression.objects.filter(key=key_of(address), lifted_at__isnull=True)
    return list(standing.values_list("reason", flat=True))


def test_every_constraint_holds_and_exists(old: Old) -> None:
    connection.check_constraints()
    with connection.cursor() as cursor:
        if not POSTGRES:  # PostgreSQL refuses a row, or the migration, by itself.
            cursor.execute("PRAGMA integrity_check")  # CHECK, UNIQUE and NOT NULL of every row.
            assert cursor.fetchall() == [("ok",)]
        for model in (
            *apps.get_app_config("subscribers").get_models(),
            *apps.get_app_config("newsletter").get_models(),
        ):
            there = connection.introspection.get_constraints(cursor, model._meta.db_table)
            named = [*model._meta.constraints, *model._meta.indexes]
            assert {one.name for one in named} <= set(there), model


def test_the_ledger_says_what_it_said(old: Old) -> None:
    for issue in Issue.objects.all():
        assert sending.ledger(issue) == old.facts["ledgers"][str(issue.pk)], issue.slug
        if issue.folded_at is None:
            assert sending.recount(issue) == old.facts["ledgers"][str(issue.pk)], issue.slug


# ---- links and pages


def test_links_of_old_mails_open(old: Old, client: Client) -> None:
    made = old.facts["links"]
    newer = {1: b"0123456789abcdef" * 4, 2: b"f" * 64}
    for keys in ({1: newer[1]}, newer):
        with override(LINK_KEYS=keys):
            assert "s…@example.org" in client.get(f"/s/m/{made['manage']}/").content.decode()
            for form in ("atom", "rss", "json"):
                assert client.get(f"/s/f/{made['feed']}/feed.{form}").status_code == 200
            assert client.get(f"/s/u/{made['unsubscribe']}/").status_code == 200
            assert client.get(f"/s/x/{made['sensitive']}/").status_code == 200
            assert "cora.new@example.net" in client.get(
                f"/s/a/{made['new_address']}/"
            ).content.decode().replace("<wbr>", "")
            assert links.open_return(made["return"]) == made["delivery"]
    client.post(f"/s/c/{made['confirm']}/")
    pending = Subscription.objects.get(subscriber__address="pending@example.org")
    assert pending.state == "active"
    one_click = client.post(f"/s/u/{made['unsubscribe']}/", {"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    assert Subscription.objects.get(pk=made["subscription"]).state == "unsubscribed"


def test_the_public_pages_and_feeds_answer(old: Old, client: Client) -> None:
    pages = ["/", "/healthz", "/robots.txt", "/sitemap.xml", "/opml"]
    for publication in Publication.objects.all():
        base = f"/{publication.slug}/"
        pages += [base, f"{base}feeds/", f"{base}feeds.opml", f"{base}sitemap.xml"]
        pages += [f"{base}look.css", f"{base}manage/"]
        pages += [f"{base}subscribe/"] if publication.open else []
        pages += [f"{base}feed.{form}" for form in ("atom", "rss", "json")]
        for category in publication.categories.filter(visibility="open"):
            shown = category.merged_into or category
            pages += [f"{base}c/{shown.slug}/", f"{base}c/{shown.slug}/feed.atom"]
    published = Issue.objects.filter(published_at__isnull=False, listed=True)
    assert published.count() >= 7
    pages += [f"/{issue.publication.slug}/{issue.slug}/" for issue in published]
    said = {page: client.get(page).status_code for page in pages}
    assert {page: code for page, code in said.items() if code != 200} == {}


def test_the_admin_pages_answer(old: Old, client: Client) -> None:
    call_command("check")
    client.force_login(get_user_model().objects.get(username="admin"))
    waiting, seen, kinds = ["/admin/"], {"/admin/"}, Counter[str]()
    broken = {}
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"\d+", "N", path)
        kinds[kind] += 1
        if kinds[kind] > (14 if kind in EACH_ISSUE else 3):
            continue
        answer = client.get(path, follow=True)
        if answer.status_code != 200:
            broken[path] = answer.status_code
        if "html" not in answer.headers["Content-Type"]:
            continue
        for link in re.findall(r'href="(/admin/[^"#?]*)', answer.content.decode()):
            if link not in seen and "logout" not in link and "jsi18n" not in link:
                seen.add(link)
                waiting.append(link)
    assert broken == {}
    assert len(kinds) > 40
    assert kinds["/admin/newsletter/issue/N/"] == Issue.objects.count()


# ---- what was under way


def test_what_stood_still_goes_on_and_nobody_gets_it_twice(old: Old, tmp_path: Path) -> None:
    """A pause by a person, one by the canary, and a worker that was killed while it sent."""
    stood = {name: Issue.objects.get(pk=old.facts["issues"][name]) for name in STOOD}
    accepted = set(old.facts["accepted_of_broken"])  # By the relay of the killed worker.
    waiting = {name: _who_waits(issue) for name, issue in stood.items()}
    assert waiting["broken"] - accepted == {"rigger@example.org"}
    waiting["broken"] -= accepted
    assert waiting["paused"] == {"later@example.org"}
    assert {address.partition("@")[0] for address in waiting["stuck"]} == {
        "alice", "back", "cora", "doubt", "fails", "later", "serial"
    }  # fmt: skip
    with relay_for(tmp_path) as server:
        sending.sweep()
        sending.drain(1)
        stood["broken"].refresh_from_db()
        assert "The database is a copy" in stood["broken"].state_reason
        assert server.recipients() == []
        # No machine was known to the old version, so this one sends once a person agrees.
        guard.agree(by="owner")
        for issue in stood.values():
            sending.resume(issue, by="owner")
        for _ in range(3):
            sending.sweep()
            sending.drain(10)
        recipients = Counter(server.recipients())
    for name, issue in stood.items():
        issue.refresh_from_db()
        ledger = sending.ledger(issue)
        assert (name, issue.state) == (name, "sent")
        assert (ledger["waiting"], ledger["in_flight"], ledger["deferred"]) == (0, 0, 0), name
        assert sending.recount(issue) == ledger
    # Of the killed send: its journal shows Quinn's mail begun and not answered, Rigger's not begun.
    assert _in_doubt(stood["broken"]) == {"quinn@example.org"}
    assert recipients == Counter(address for who in waiting.values() for address in who)


STOOD = ("paused", "stuck", "broken")


def _who_waits(issue: Issue) -> set[str]:
    """Addresses still to be sent to, of those who are still readers."""
    deliveries = Delivery.objects.filter(issue=issue, edition__none_because="")
    known = {row.delivery_id for row in _outcomes(issue) if row.state != "deferred"}
    return {
        row.subscription.subscriber.address
        for row in deliveries.select_related("subscription__subscriber")
        if row.pk not in known and row.subscription.state == "active"
    }


def _in_doubt(issue: Issue) -> set[str]:
    doubt = [row.delivery_id for row in _outcomes(issue) if row.state == "in_doubt"]
    return {row.subscription.subscriber.address for row in Delivery.objects.filter(pk__in=doubt)}


def _outcomes(issue: Issue) -> list[Outcome]:
    first, last = issue.first_delivery, issue.last_delivery
    return list(Outcome.objects.filter(delivery__gte=first, delivery__lte=last))


def test_jobs_that_waited_run_wherever_their_code_is_now(old: Old, tmp_path: Path) -> None:
    from django_tasks_db.models import DBTaskResult

    then = old.before["django_tasks_database_dbtaskresult"]
    status, path = then.columns.index("status"), then.columns.index("task_path")
    waited = {key[0]: row[path] for key, row in then.rows.items() if row[status] == "READY"}
    assert sorted(waited.values()) == [
        "newsletter.dead_links.check_issue",
        "newsletter.reader_files.import_readers",
        "newsletter.tasks.drain",
        "subscribers.tasks.answer_request",
        "subscribers.tasks.send_address_change",
        "subscribers.tasks.send_manage_links",
        "subscribers.tasks.send_sensitive_link",
        "subscribers.tasks.send_welcome",
    ]
    with relay_for(tmp_path):
        call_command(
            "db_worker", queue_name="*", batch=True, interval=0, startup_delay=False, verbosity=0
        )
    became = dict(DBTaskResult.objects.values_list("id", "status"))
    key = {str(one).replace("-", ""): state for one, state in became.items()}
    assert {name: key[str(job).replace("-", "")] for job, name in waited.items()} == dict.fromkeys(
        waited.values(), "SUCCESSFUL"
    )
    assert ImportJob.objects.get(file="waiting.csv").state == "done"
    assert Subscription.objects.filter(subscriber__address="ivy@example.org").exists()
    assert Counter(message.to[0] for message in mail.outbox) == {
        "pending@example.org": 1,
        "quinn@example.org": 2,  # The welcome was mailed an hour ago: once a day at most.
        "cora@example.org": 1,
        "cora.new@example.net": 1,
    }


def test_a_new_site_has_the_same_tables(old: Old, tmp_path: Path) -> None:
    """What a new site is given at once is what the steps from 0.1.0 lead to."""
    upgraded = catalogue()
    with old_database.empty_database(tmp_path) as name, old_database.using(name):
        call_command("migrate", verbosity=0)
        new = catalogue()
    assert {row[0] for row in new} >= {"column", "constraint", "index", "trigger"}
    assert sorted(map(str, new - upgraded)) == []
    assert sorted(map(str, upgraded - new)) == []
