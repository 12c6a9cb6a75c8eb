"""The fault table: what breaks, and that nobody gets it twice, nobody is lost, nothing is made up.

The oracle is a recording server that writes the recipient to disk before it replies. In every
test: no duplicate, no silent loss, and nobody called sent who is not in the server's log. Full
counts are behind `-m long`.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from tests.conftest import Site
from tests.sending import lab
from tests.smtpd import Smtpd

CONNECTIONS = 4


@pytest.fixture(scope="module", autouse=True)
def laboratory() -> Iterator[None]:
    """One process with everything imported for all tests here: most of their time was imports."""
    global _lab
    _lab = lab.Lab({**os.environ})
    yield
    _lab.close()


_lab: lab.Lab


@contextmanager
def stage(site: Site, count: int, *args: str, connections: int = CONNECTIONS, **smtpd: Any) -> Any:
    """A site with readers, a frozen issue, a recording server, and a nursery of senders."""
    with Smtpd(log=site.folder / "accepted", **smtpd) as relay:
        point_at(site, relay.port, connections)
        with lab.Nursery(_lab, site.env) as nursery:
            nursery.run("populate", str(count), *args)
            yield relay, nursery


def nursery_of(site: Site) -> lab.Nursery:
    """Processes at a site that has no relay yet."""
    return lab.Nursery(_lab, site.env)


def point_at(site: Site, port: int, connections: int = CONNECTIONS, more: str = "") -> None:
    site.env["SMTP_URL"] = (
        f"smtp://127.0.0.1:{port}?name=relay&starttls=never&connections={connections}{more}"
    )


def log(site: Site) -> list[str]:
    path = site.folder / "accepted"
    return [line.split("\t")[0] for line in path.read_text().splitlines()] if path.exists() else []


def report(site: Site, *args: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(nursery_of(site).run("report", *args))
    return found


def truth(site: Site, erased: Collection[str] = (), slug: str = "") -> dict[str, Any]:
    """The report, after the oracle agreed: D = L = F = 0. Of who is erased it tells no address."""
    found = report(site, *(("--date", slug) if slug else ()))
    accepted = Counter(log(site))
    twice = {address: n for address, n in accepted.items() if n > 1}
    assert not twice, f"sent twice: {twice}"
    states = found["readers"]
    sent = [a for a, state in states.items() if state == "sent"]
    nameless = [a for a in sent if a.startswith("erased ")]
    assert len(nameless) == len(set(erased) & accepted.keys())
    made_up = set(sent) - set(nameless) - accepted.keys()
    assert not made_up, f"called sent, never accepted: {sorted(made_up)[:5]}"
    known = {a: states[a] for a in accepted if a not in erased}
    untold = [one for one in known.items() if one[1] not in ("sent", "in_doubt", "resolved")]
    assert not untold, f"accepted, and called something else: {untold[:5]}"
    assert found["ledger"] == found["recount"]
    ledger = found["ledger"]
    assert ledger["recipients"] == sum(n for key, n in ledger.items() if key != "recipients")
    return found


def ask(site: Site, sql: str) -> list[Any]:
    """A look into the site's database without starting Django."""
    url = site.env["DATABASE_URL"]
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60)) as connection:
            return connection.execute(sql).fetchall()
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(sql).fetchall()


def finished(site: Site) -> Callable[[], bool]:
    return lambda: ask(site, "SELECT state FROM newsletter_issue") == [("sent",)]


def finish(site: Site, nursery: lab.Nursery, *args: str, seconds: float = 60) -> None:
    """Let one sender do the rest and stop in order."""
    pid = nursery.birth(*args)
    lab.until(finished(site), seconds, 0.1)
    nursery.end(pid)


def storm(
    site: Site, count: int, kills: int, connections: int, seconds: float = 60
) -> tuple[dict[str, Any], int]:
    """Kill a sender up to 120 ms after the first acceptance of each life, then finish."""
    chance = random.Random(count + kills)
    done = 0
    with stage(site, count, connections=connections, delay=0.002) as (relay, nursery):
        while done < kills:
            before = len(relay.accepted)
            pid = nursery.birth()
            give_up = time.monotonic() + 30
            while len(relay.accepted) == before and time.monotonic() < give_up:
                time.sleep(0.001)
            if len(relay.accepted) == before:
                nursery.end(pid)
                break  # Everybody is served.
            time.sleep(chance.uniform(0, 0.12))
            nursery.end(pid, signal.SIGKILL)
            done += 1
        finish(site, nursery, seconds=seconds)
    found = truth(site)
    print(f"\n{done} kills: {found['ledger']}")
    return found, done


def test_1_killed_again_and_again(site: Site) -> None:
    found, kills = storm(site, 1500, 8, CONNECTIONS)
    ledger = found["ledger"]
    assert kills == 8
    assert ledger["in_doubt"] <= CONNECTIONS * kills
    assert ledger["sent"] + ledger["in_doubt"] == 1500


def test_2_killed_with_one_connection(site: Site) -> None:
    found, kills = storm(site, 600, 5, 1)
    assert kills == 5 and found["ledger"]["in_doubt"] <= kills


@pytest.mark.long
def test_1_long_200_kills_in_20000(site: Site) -> None:
    found, kills = storm(site, 20000, 200, CONNECTIONS, seconds=300)
    ledger = found["ledger"]
    assert kills == 200
    assert ledger["in_doubt"] <= CONNECTIONS * kills
    assert ledger["sent"] + ledger["in_doubt"] == 20000


# ---- 3: at each labelled point


# How many are in doubt after a kill at each: none before the content, none after the journaled
# answer.
DOUBT = {
    "lease": 0,
    "turn": 0,
    "turn-commit": 0,
    "offered": 0,
    "begin": 0,
    "begun": 1,
    "mid-body": 1,
    "after-dot": 1,
    "answered": 1,
    "settled": 0,
    "record": 0,
}
# Here the connection may be in the middle of another reader's mail.
BESIDE_A_MAIL = ("turn", "turn-commit", "offered", "record")
TURNS = dict.fromkeys(("turn", "turn-commit", "record"), 2)


def killed_at(site: Site, point: str, times: int) -> None:
    count = 100 * times + 60
    with stage(site, count, connections=1) as (_, nursery):
        for number in range(times):
            # A life leases once or twice and has a few turns; of the others it passes many.
            passing = 1 + number % {"lease": 1, **TURNS}.get(point, 5)
            pid = nursery.birth("--die", point, "--after", str(passing))
            lab.until(lambda pid=pid: not nursery.alive(pid), 30)
        assert ask(site, "SELECT state FROM newsletter_issue") == [("sending",)]
        finish(site, nursery)
    ledger = truth(site)["ledger"]
    assert ledger["in_doubt"] + ledger["sent"] == count
    if point in BESIDE_A_MAIL:
        assert ledger["in_doubt"] <= times
    else:
        assert ledger["in_doubt"] == DOUBT[point] * times


@pytest.mark.parametrize("point", DOUBT)
def test_3_killed_at_each_point(site: Site, point: str) -> None:
    killed_at(site, point, 2)


@pytest.mark.long
@pytest.mark.parametrize("point", DOUBT)
def test_3_long_20_times_at_each_point(site: Site, point: str) -> None:
    killed_at(site, point, 20)


# ---- 31: readers who join, and get the newest issue


def joined_and_killed(site: Site, kills: int) -> None:
    """Readers confirm while senders are killed: during the send, and when it is sent."""
    chance = random.Random(kills)
    joined = 0
    with stage(site, 300, "--welcome", delay=0.002) as (relay, nursery):
        for number in range(kills):
            nursery.run("join", "20", "--first", str(joined))
            joined += 20
            before = len(relay.accepted)
            if number % 4 == 3:
                # With a delivery written and its transaction still open.
                pid = nursery.birth("--die", "greet", "--after", str(1 + number % 7))
                lab.until(lambda pid=pid: not nursery.alive(pid), 120)
                continue
            pid = nursery.birth()
            lab.until(lambda before=before: len(relay.accepted) > before, 120, 0.001)
            time.sleep(chance.uniform(0, 0.1))
            nursery.end(pid, signal.SIGKILL)
        pid = nursery.birth()
        lab.until(lambda: all_greeted(site, 300 + joined), 180, 0.1)
        nursery.end(pid)
    assert finished(site)()
    ledger = truth(site)["ledger"]
    print(f"\n{kills} kills, {joined} joined: {ledger}")
    assert ledger["recipients"] == 300 + joined == ledger["sent"] + ledger["in_doubt"]
    assert ledger["in_doubt"] <= CONNECTIONS * kills


def all_greeted(site: Site, count: int) -> bool:
    undone = ask(site, "SELECT count(*) FROM newsletter_chunk WHERE state <> 'done'")
    return undone == [(0,)] and ask(site, "SELECT recipients FROM newsletter_issue") == [(count,)]


def test_31_killed_while_readers_join(site: Site) -> None:
    joined_and_killed(site, 6)


@pytest.mark.long
def test_31_long_40_kills_while_readers_join(site: Site) -> None:
    joined_and_killed(site, 40)


# ---- 4: told to stop


def stopped_politely(site: Site, count: int, times: int) -> None:
    with stage(site, count, delay=0.01) as (relay, nursery):
        for _ in range(times):
            before = len(relay.accepted)
            pid = nursery.birth()
            lab.until(lambda before=before: len(relay.accepted) > before, 30, 0.005)
            assert nursery.end(pid) < 30
            assert ask(site, "SELECT count(*) FROM newsletter_chunk WHERE state = 'leased'") == [
                (0,)
            ]
        assert not list((site.folder / "journal").glob("w-*"))
        finish(site, nursery, seconds=120)
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["in_doubt"]) == (count, 0)


def test_4_sigterm_leaves_nothing_in_doubt(site: Site) -> None:
    stopped_politely(site, 800, 4)


@pytest.mark.long
def test_4_long_sigterm_50_times(site: Site) -> None:
    stopped_politely(site, 10000, 50)


# ---- 7, 8: the database cannot be written


@pytest.mark.needs("sqlite")  # PostgreSQL has no lock of the whole database.
@pytest.mark.parametrize("seconds", [3, pytest.param(30, marks=pytest.mark.long)])
def test_7_a_database_locked_by_somebody_else_is_waited_for(site: Site, seconds: int) -> None:
    with stage(site, 400, delay=0.01) as (relay, nursery):
        pid = nursery.birth()
        lab.until(lambda: len(relay.accepted) > 20, 30, 0.005)
        path = site.env["DATABASE_URL"].removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            other.execute("ROLLBACK")
        lab.until(finished(site), 60)
        assert nursery.alive(pid)
        nursery.end(pid)
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["in_doubt"]) == (400, 0)


# ---- 22, 23: many workers, frozen workers


@pytest.mark.parametrize("workers", [2, 4, pytest.param(8, marks=pytest.mark.long)])
def test_22_workers_join_and_leave(site: Site, workers: int) -> None:
    count = 1500 * workers // 2
    with stage(site, count, delay=0.01, connections=2) as (relay, nursery):
        pids = [nursery.birth() for _ in range(workers)]
        for number in range(workers):
            target = len(relay.accepted) + count // (3 * workers)
            lab.until(lambda target=target: len(relay.accepted) >= min(target, count), 60, 0.01)
            nursery.end(pids[number])
            pids.append(nursery.birth())
        lab.until(finished(site), 120)
        for pid in pids[workers:]:
            nursery.end(pid)
        assert len(relay.accepted) == count
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["in_doubt"]) == (count, 0)


def test_23_a_worker_frozen_past_its_lease_sends_nothing_when_it_wakes(site: Site) -> None:
    with stage(site, 900, delay=0.02) as (relay, nursery):
        times = ("--lease", "2", "--window", "32")
        frozen = nursery.birth(*times)
        lab.until(lambda: len(relay.accepted) > 60, 30, 0.005)
        freeze(site, frozen)
        other = nursery.birth(*times)
        lab.until(
            lambda: (
                ask(
                    site,
                    "SELECT count(*) FROM newsletter_outcome WHERE state = 'in_doubt'",
                )[0][0]
                > 0
            ),
            30,
        )
        os.kill(frozen, signal.SIGCONT)
        lab.until(finished(site), 60)
        nursery.end(frozen)
        nursery.end(other)
    ledger = truth(site)["ledger"]
    assert 0 < ledger["in_doubt"] <= 32
    assert ledger["sent"] + ledger["in_doubt"] == 900


def freeze(site: Site, pid: int) -> None:
    """Stop a process where it is, though not inside a transaction of SQLite: all would wait."""
    url = site.env["DATABASE_URL"]
    while True:
        os.kill(pid, signal.SIGSTOP)
        if not url.startswith("sqlite"):
            return
        path = url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=0.1, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
                return
            except sqlite3.OperationalError:
                os.kill(pid, signal.SIGCONT)
                time.sleep(0.003)


# ---- 25: pause


def paused_and_resumed(site: Site, count: int, times: int) -> None:
    """After a pause is committed at most the window goes out, within a second; then nothing."""
    with stage(site, count, delay=0.01) as (relay, nursery):
        pid = nursery.birth("--window", "32")
        for _ in range(times):
            before = len(relay.accepted)
            lab.until(lambda before=before: len(relay.accepted) > before, 30, 0.002)
            with sqlite_or_postgres(site) as execute:
                execute("UPDATE newsletter_issue SET state = 'paused'")
            at_pause = len(relay.accepted)
            lab.until(lambda: in_flight(site) == 0, 5, 0.01)
            quiet = len(relay.accepted)
            assert quiet - at_pause <= 32 + 2 * CONNECTIONS
            time.sleep(0.15)
            assert len(relay.accepted) == quiet
            with sqlite_or_postgres(site) as execute:
                execute("UPDATE newsletter_issue SET state = 'sending'")
        lab.until(finished(site), 120)
        nursery.end(pid)
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["in_doubt"]) == (count, 0)


def in_flight(site: Site) -> int:
    window = ask(site, "SELECT \"window\" FROM newsletter_chunk WHERE state = 'leased'")
    return sum(len(json.loads(w) if isinstance(w, str) else w) for (w,) in window)


@contextmanager
def sqlite_or_postgres(site: Site) -> Iterator[Callable[[str], Any]]:
    """What `sending.pause` does to the database, without starting Django for it."""
    url = site.env["DATABASE_URL"]
    if url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection.execute
            connection.execute("COMMIT")
        return
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute(
            "SELECT pg_advisory_xact_lock(%s, id) FROM newsletter_issue", [0x73756469]
        )
        yield connection.execute


def test_25_paused_and_resumed(site: Site) -> None:
    paused_and_resumed(site, 1200, 8)


@pytest.mark.long
def test_25_long_paused_100_times(site: Site) -> None:
    paused_and_resumed(site, 15000, 100)


def test_25_cancelled_nothing_more_begins(site: Site) -> None:
    with stage(site, 900, delay=0.02) as (relay, nursery):
        pid = nursery.birth("--window", "32")
        lab.until(lambda: len(relay.accepted) > 50, 30, 0.005)
        nursery.run("act", "cancel")
        lab.until(lambda: in_flight(site) == 0, 10)
        quiet = len(relay.accepted)
        time.sleep(1)
        assert len(relay.accepted) == quiet
        nursery.end(pid)
    ledger = truth(site)["ledger"]
    assert ledger["sent"] == quiet and ledger["cancelled"] == 900 - quiet


# ---- 26 to 30: people


def pressed(site: Site, rounds: int) -> None:
    site.env["SMTP_URL"] = "smtp://127.0.0.1:1"
    nursery = nursery_of(site)
    for number in range(rounds):
        date = str(dt.date(2026, 4, 1) + dt.timedelta(days=number))
        nursery.run("populate", "20", "--draft", "--date", date)
        done = json.loads(nursery.run("press", "4", "--date", date))
        assert done == {"released": 1, "refused": 3}
    assert ask(site, "SELECT count(*) FROM newsletter_delivery") == [(20 * rounds,)]


def test_26_pressed_from_four_sides_at_once(site: Site) -> None:
    pressed(site, 2)


@pytest.mark.long
def test_26_long_50_rounds(site: Site) -> None:
    pressed(site, 50)


def test_27_who_leaves_during_a_send_gets_nothing_a_second_later(site: Site) -> None:
    left = [f"r{n}@d{n % 10}.example.org" for n in range(600, 900, 3)]
    listed = ", ".join(f"'{address}'" for address in left)
    with stage(site, 900, delay=0.02) as (relay, nursery):
        pid = nursery.birth("--window", "32")
        lab.until(lambda: len(relay.accepted) > 50, 30, 0.005)
        with sqlite_or_postgres(site) as execute:
            execute(
                "UPDATE subscribers_subscription SET state = 'unsubscribed' WHERE subscriber_id IN"
                f" (SELECT id FROM subscribers_subscriber WHERE address IN ({listed}))"
            )
        time.sleep(1)
        got = set(relay.recipients())
        lab.until(finished(site), 60)
        nursery.end(pid)
    found = truth(site)
    late = set(log(site)) & set(left) - got
    assert not late
    assert {found["readers"][address] for address in set(left) - got} == {"skipped"}
    assert found["ledger"]["skipped"] == len(set(left) - got)


def test_27_edited_erased_bounced_and_left_during_a_send(site: Site) -> None:
    """The frozen version for everybody, and nothing for who is gone, a second later."""
    gone = {
        what: [f"r{n}@d{n % 10}.example.org" for n in range(500 + place, 900, 4)]
        for place, what in enumerate(("erase", "bounce", "unsubscribe"))
    }
    everybody = {address for listed in gone.values() for address in listed}
    (site.folder / "gone.json").write_text(json.dumps(gone))
    with stage(site, 900, delay=0.05, keep=True) as (relay, nursery):
        pid = nursery.birth("--window", "32")
        lab.until(lambda: len(relay.accepted) > 50, 30, 0.005)
        nursery.run("happen", str(site.folder / "gone.json"))
        time.sleep(1)
        got = set(relay.recipients())
        assert len(got) < 850, "the send was over before anything happened"
        lab.until(finished(site), 120)
        nursery.end(pid)
        mails = [(one.recipient, message(one.content)) for one in relay.accepted]
    found = truth(site, gone["erase"])
    served = set(log(site))
    assert not (served & everybody) - got
    ledger = found["ledger"]
    unserved = 900 - len(served)
    assert (ledger["sent"], ledger["skipped"] + ledger["suppressed"]) == (len(served), unserved)
    assert served >= set(found["readers"]) - everybody - {
        address for address in found["readers"] if address.startswith("erased ")
    }
    assert ledger["suppressed"] >= len(set(gone["bounce"]) - got) > 0
    for address, mail in mails:
        html = mail.get_body(("html",)).get_content()
        assert mail["Subject"] in ("Corn is up", "A ship came in, and 1 more"), address
        assert "Corn is up" in html and "Changed" not in html, address


def message(content: bytes | None) -> Any:
    assert content is not None
    return email.message_from_bytes(content, policy=email.policy.default)


def test_28_a_restored_copy_asks_a_person(site: Site) -> None:
    """A machine that remembers more than the database knows pauses what was sending."""
    with stage(site, 300, delay=0.05, connections=1) as (relay, nursery):
        pid = nursery.birth()
        lab.until(lambda: len(relay.accepted) > 5, 30)
        nursery.end(pid)
        with sqlite_or_postgres(site) as execute:
            execute("UPDATE newsletter_machine SET beats = 0")
        before = len(relay.accepted)
        pid = nursery.birth()
        lab.until(lambda: ask(site, "SELECT state FROM newsletter_issue") == [("paused",)], 30)
        time.sleep(0.5)
        nursery.end(pid)
        assert len(relay.accepted) == before
    assert truth(site)["reason"].startswith("The database is a copy")
    assert ask(site, "SELECT state, why FROM newsletter_machine") == [("asking", "older")]


def test_29_released_and_then_the_process_died(site: Site) -> None:
    """No job was ever made for it: the sweeper of any worker finds it."""
    with stage(site, 30, "--draft") as (_, nursery):
        with sqlite_or_postgres(site) as execute:
            execute("UPDATE newsletter_issue SET state = 'scheduled', send_at = CURRENT_TIMESTAMP")
        finish(site, nursery)
    assert truth(site)["ledger"]["sent"] == 30


def test_30_an_overdue_issue_asks(site: Site) -> None:
    with stage(site, 30, "--draft") as (relay, nursery):
        with sqlite_or_postgres(site) as execute:
            execute(
                "UPDATE newsletter_issue SET state = 'scheduled',"
                " send_at = '2026-01-01 00:00:00+00:00'"
            )
        pid = nursery.birth()
        lab.until(lambda: ask(site, "SELECT state FROM newsletter_issue") == [("paused",)], 30)
        assert not relay.accepted
        nursery.run("act", "resume")
        lab.until(finished(site), 30)
        nursery.end(pid)
    assert truth(site)["ledger"]["sent"] == 30
