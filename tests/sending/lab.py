"""Processes for the fault tests: a site full of readers, and workers that can be killed.

    python -m tests.sending.lab populate 20000 --domains 10
    python -m tests.sending.lab sender --lease 2 --group 32
    python -m tests.sending.lab report

Run with a site's environment. `sender` is the worker's sending half with scaled times; `nursery`
forks senders from a process that has everything imported, since a storm of 200 lives would
otherwise spend its time starting Python.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
POINTS = (
    "lease", "turn", "turn-commit", "offered", "begin", "begun", "mid-body", "after-dot",
    "answered", "settled", "record", "greet",
)  # fmt: skip
# Of a correction: within the first transaction, after it, before anything is rendered, within the
# second one with everything rendered, at its very end, and after it.
MENDING = ("storing", "stored", "rendering", "rendered", "swapping", "mended")


# ---- inside a process of its own


def populate(options: argparse.Namespace) -> None:
    """A publication with two categories, one issue, and so many readers spread over domains."""
    from newsletter import sending
    from subscribers.addresses import domain_number, key_of
    from subscribers.choice import Choice
    from subscribers.models import Publication, Subscriber, Subscription
    from tests import builders

    publication = Publication.objects.filter(slug="daily").first()
    if publication is None:
        publication = builders.publication(
            canary_size=options.canary, welcome_latest_issue=options.welcome
        )
        builders.category(publication, "Ships")
        builders.category(publication, "Trade")
    ships, trade = publication.categories.all()
    issue = builders.issue(publication, options.date)
    builders.item(issue, ships, "A ship came in")
    builders.item(issue, trade, "Corn is up")
    live = [ships, trade]
    choices = [Choice.of([trade], live=live).bits, Choice.all().bits]
    have = Subscriber.objects.count()
    for start in range(have, options.count, 2000):
        numbers = range(start, min(start + 2000, options.count))
        addresses = [f"r{n}@d{n % options.domains}.example.org" for n in numbers]
        people = Subscriber.objects.bulk_create(
            [Subscriber(address=address, key=key_of(address)) for address in addresses]
        )
        Subscription.objects.bulk_create(
            [
                Subscription(
                    subscriber=person,
                    publication=publication,
                    choice=choices[n % 2],
                    state="active",
                    confirmed_at=builders.NOW,
                    domain=domain_number(address),
                )
                for n, person, address in zip(numbers, people, addresses, strict=True)
            ]
        )
    if not options.draft:
        sending.release(issue, by="lab", now=True)
        sending.sweep()


def join(options: argparse.Namespace) -> None:
    """So many new readers confirm, one after another; those of `--from` on."""
    from subscribers import subscriptions
    from subscribers.models import Publication
    from tests import builders

    publication = Publication.objects.get(slug="daily")
    ships, trade = publication.categories.all()
    choices = ([ships], [trade], [ships, trade])
    for number in range(options.first, options.first + options.count):
        tie = builders.subscription(
            publication,
            f"j{number}@d{number % options.domains}.example.org",
            list(choices[number % 3]),
            state="pending",
            confirmed_at=None,
        )
        assert subscriptions.confirm(tie, network="", language="en")


def report(options: argparse.Namespace) -> None:
    """The issue's state, ledger, recount, and each reader's state, as one line of JSON."""
    from newsletter import sending
    from newsletter.models import Delivery, Issue, Outcome
    from subscribers.models import Subscription

    issue = Issue.objects.get(slug=options.date)
    addresses = {
        pk: address or f"erased {pk}"
        for pk, address in Subscription.objects.values_list("pk", "subscriber__address")
    }
    latest: dict[int, str] = {}
    for delivery, state, resolved in Outcome.objects.order_by("delivery", "round").values_list(
        "delivery", "state", "resolved_at"
    ):
        latest[delivery] = "resolved" if resolved else state
    whose = dict(Delivery.objects.filter(issue_id=issue.pk).values_list("pk", "subscription_id"))
    readers = {addresses[tie]: latest.get(delivery, "waiting") for delivery, tie in whose.items()}
    numbers = dict(issue.revisions.values_list("pk", "number"))
    revisions = {
        addresses[whose[delivery]]: numbers.get(revision, 0)
        for delivery, revision in Outcome.objects.order_by("round").values_list(
            "delivery_id", "revision_id"
        )
        if delivery in whose
    }
    found = {
        "state": issue.state,
        "reason": issue.state_reason,
        "ledger": sending.ledger(issue),
        "recount": sending.recount(issue),
        "readers": readers,
        "revisions": revisions,
    }
    sys.stdout.write(json.dumps(found))


def act(options: argparse.Namespace) -> None:
    """Pause, resume, … as a person would; prints what was refused."""
    from newsletter import sending
    from newsletter.models import Issue

    issue = Issue.objects.get(slug=options.date)
    try:
        getattr(sending, options.what)(issue, by="alice")
    except sending.ActRefused as refused:
        sys.stdout.write(str(refused))


def correct(options: argparse.Namespace) -> None:
    """The first item's title becomes `what`; the process may die on the way."""
    from newsletter.issues import corrections
    from newsletter.issues.revisions import digest_of
    from newsletter.models import Issue
    from newsletter.sending import mending

    if options.die:
        die_mending(options.die)
    issue = Issue.objects.select_related("publication").get(slug=options.date)
    item = issue.items.get(number=1)
    now = digest_of(issue)
    text = dataclasses.replace(corrections.item_of(issue, now, item), title=options.what)
    mending.correct(
        issue,
        item,
        corrections.with_item(issue, now, item, text),
        author=None,
        by="alice",
        note="It was another one.",
        seen=corrections.mark(issue, now, item),
    )
    if options.seconds:
        mending.wait(issue, options.seconds)


def happen(options: argparse.Namespace) -> None:
    """Edit the issue; erase, bounce, unsubscribe who the file lists under these words."""
    from newsletter.models import Issue, Item
    from subscribers import erasure, subscriptions, suppression
    from subscribers.models import Subscriber, Subscription

    issue = Issue.objects.get(slug=options.date)
    Item.objects.filter(issue=issue).update(title="Changed afterwards")
    Issue.objects.filter(pk=issue.pk).update(title="Changed afterwards")
    listed = json.loads(Path(options.what).read_text())
    for person in Subscriber.objects.filter(address__in=listed["erase"]):
        erasure.erase(person, by="reader")
    for person in Subscriber.objects.filter(address__in=listed["bounce"]):
        assert person.key is not None
        suppression.suppress(person.key, "hard")
    ties = Subscription.objects.filter(subscriber__address__in=listed["unsubscribe"])
    subscriptions.leave(list(ties), form="mail")


def rehearse(options: argparse.Namespace) -> None:
    """Set a rehearsal address and rehearse the draft with so many readers."""
    from newsletter import sending
    from newsletter.models import Issue
    from newsletter.sending import rehearsals
    from subscribers.models import Publication

    rehearsals.MOST = options.count
    Publication.objects.update(rehearsal_address=options.to)
    issue = Issue.objects.select_related("publication").get(slug=options.date)
    sys.stdout.write(sending.rehearse(issue, by="lab").slug)


def weekly(options: argparse.Namespace) -> None:
    """The issue is out, everybody wants the round-up, and it goes by itself: its period is over."""
    import datetime as dt

    from django.utils import timezone

    from newsletter.models import Issue, Item
    from subscribers.models import Publication, Subscription

    now = timezone.now()
    out = now.replace(minute=0, second=0, microsecond=0) - dt.timedelta(hours=5)
    Issue.objects.update(published_at=out, state="archived")
    Item.objects.update(published_at=out)
    Subscription.objects.update(rhythm="weekly")
    Publication.objects.update(
        roundup="weekly",
        roundup_by_itself=True,
        roundup_weekday=now.weekday(),
        roundup_hour=now.hour,
    )


def pair(options: argparse.Namespace) -> None:
    """The draft gets a translation in a sister publication, which two of three readers have too;
    of those who have it alone there are half as many more. Both are released, not frozen."""
    from newsletter import sending
    from newsletter.editions import pairing
    from newsletter.models import Issue
    from subscribers.addresses import domain_number, key_of
    from subscribers.choice import Choice
    from subscribers.models import Publication, Subscriber, Subscription
    from tests import builders

    daily = Publication.objects.get(slug="daily")
    gang = builders.publication("gang", name="港口日报", language="zh-Hans", sister_of=daily)
    ships = builders.category(gang, "船舶", slug="chuanbo")
    chinese = builders.issue(gang, options.date, slug=f"{options.date}-zh")
    builders.item(chinese, ships, "一艘船进港")
    english = Issue.objects.get(slug=options.date)
    pairing.pair(chinese, english, by="lab")
    people = list(Subscriber.objects.order_by("pk"))
    both = [one for n, one in enumerate(people) if n % 3]
    alone = Subscriber.objects.bulk_create(
        [Subscriber(address=a, key=key_of(a)) for n in range(len(people) // 2)
         for a in [f"z{n}@d{n % 10}.example.org"]]
    )  # fmt: skip
    Subscription.objects.bulk_create(
        [
            Subscription(
                subscriber=one,
                publication=gang,
                choice=Choice.all().bits,
                state="active",
                confirmed_at=builders.NOW,
                language="zh-Hans" if n % 2 else "",
                domain=domain_number(one.address),
            )
            for n, one in enumerate([*both, *alone])
        ]
    )
    english.refresh_from_db()
    sending.release(english, by="lab", now=True)


def chore(options: argparse.Namespace) -> None:
    """What housekeeping does for round-ups, and the freeze."""
    from newsletter import sending
    from newsletter.sending import roundups

    roundups.sweep()
    sending.sweep()


def press(options: argparse.Namespace) -> None:
    """Release the draft from several threads at once; prints how many were let."""
    from django.db import connection

    from newsletter import sending
    from newsletter.models import Issue

    barrier = threading.Barrier(options.count)
    done: list[str] = []

    def once() -> None:
        issue = Issue.objects.select_related("publication").get(slug=options.date)
        barrier.wait()
        try:
            sending.release(issue, by="alice", now=True)
            done.append("released")
        except sending.ActRefused:
            done.append("refused")
        sending.sweep()
        connection.close()

    threads = [threading.Thread(target=once) for _ in range(options.count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.stdout.write(json.dumps(Counter(done)))


class Death:
    """Kills this process at the `after`-th passing."""

    def __init__(self, after: int) -> None:
        self._left = after

    def passing(self) -> None:
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(60)

    def around(self, owner: Any, name: str, before: bool) -> None:
        """Each call passes: before it, or after it if it gives anything."""
        real: Callable[..., Any] = getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if before:
                self.passing()
            result = real(*args, **kwargs)
            if not before and result is not None:
                self.passing()
            return result

        setattr(owner, name, wrapped)


def die_mending(point: str) -> None:
    """Kill this process at a step of MENDING."""
    from newsletter.sending import control, mending

    # `audit` ends both transactions, and `_missing` is asked before and after the rendering.
    after = 2 if point in ("rendered", "swapping") else 1
    owner, name, before = {
        "storing": (control, "audit", True),
        "stored": (mending, "wait", True),
        "rendering": (mending, "_render", True),
        "rendered": (mending, "_missing", True),
        "swapping": (control, "audit", True),
        "mended": (mending, "carry_on", False),
    }[point]
    Death(after).around(owner, name, before)


def die_at(point: str, after: int) -> None:
    """Kill this process at the `after`-th passing of a labelled point."""
    from newsletter.sending.engine import in_flight, journal, leasing, outcomes, relays, turning
    from newsletter.smtp import conversation

    death = Death(after)
    passing, around = death.passing, death.around
    match point:
        case "lease":
            around(leasing, "lease", before=False)
        case "turn":
            around(turning, "turn_once", before=True)
        case "turn-commit":
            around(turning, "turn_once", before=False)
        case "offered":
            around(relays.Pool, "next", before=False)
        case "begin":
            around(journal.Journal, "begin", before=True)
        case "begun":
            around(journal.Journal, "begin", before=False)
        case "mid-body" | "after-dot":
            real_write = conversation.Conversation._write

            def write(self: Any, *pieces: bytes, size: int = 0) -> None:
                if len(pieces) == 1:  # A command: only content comes in several.
                    real_write(self, *pieces)
                    return
                if point == "after-dot":
                    real_write(self, *pieces)
                    passing()
                    return
                whole = b"".join(pieces)
                real_write(self, whole[: len(whole) // 2])
                passing()
                real_write(self, whole[len(whole) // 2 :])

            conversation.Conversation._write = write  # type: ignore[method-assign]
        case "answered":
            around(in_flight.InFlight, "settle", before=True)
        case "settled":
            real_answer = journal.Journal.answer

            def answer(*args: Any) -> None:
                real_answer(*args)
                passing()

            journal.Journal.answer = answer  # type: ignore[method-assign]
        case "greet":
            from newsletter.sending import welcome

            real_place = welcome._place

            def place(*args: Any) -> None:
                real_place(*args)
                passing()  # In the transaction, with all of it written.

            welcome._place = place
        case "record":
            around(outcomes, "insert", before=True)


def serve(options: argparse.Namespace) -> None:
    """The worker's sending half, its times scaled down, until SIGTERM."""
    from newsletter.sending.engine import policy, service, timing
    from newsletter.sending.guard import decision
    from newsletter.smtp import Timeouts

    timing.LEASE = options.lease
    timing.LEASE_LOOK = options.lease * 0.7
    timing.HEARTBEAT = min(timing.HEARTBEAT, options.lease / 5)
    timing.SWEEP = min(timing.SWEEP, options.lease / 3)
    timing.GROUP = options.group
    timing.WINDOW = options.window
    if options.watch is not None:
        decision.WATCH = options.watch
    if options.retry is not None:
        policy.RETRY_MINUTES = tuple(options.retry / 60 for _ in policy.RETRY_MINUTES)
    if options.die:
        die_at(options.die, options.after)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    usual = dataclasses.asdict(Timeouts())
    parent = os.getppid()

    def stop_with_parent() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        stop.set()

    threading.Thread(target=stop_with_parent, daemon=True).start()
    service.serve(stop, Timeouts(**{name: s * options.timeouts for name, s in usual.items()}))


def nursery() -> None:
    """Fork a process for each request on standard input; print its pid.

    A request is a line of JSON: the site's environment, a lab command, and the file its output
    goes to. Settings are read at import, so the child puts the site's own in their place, before
    it has opened any connection.
    """
    import tests.builders  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # Nobody waits for them: no zombies.
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            status = 1
            try:
                _be(request)
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _be(request: dict[str, Any]) -> None:
    """In the child: become a process of that site."""
    from django.conf import settings
    from django.db import connections

    from tests.site_settings import configure

    env = request["env"]
    log = os.open(Path(env["DATA_DIR"]) / "lab.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    os.dup2(os.open(request["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
    os.environ.update(env)
    configure(settings, DATA_DIR=Path(env["DATA_DIR"]), SMTP_URLS=env.get("SMTP_URL", "").split())
    url = env["DATABASE_URL"]
    name = url.removeprefix("sqlite:///") if url.startswith("sqlite") else url.rpartition("/")[2]
    connections.databases["default"]["NAME"] = name
    if not url.startswith("sqlite"):
        connections.databases["default"]["PORT"] = str(urlsplit(url).port or "")
    options = parser().parse_args(request["args"])
    COMMANDS[options.command](options)
    connections.close_all()
    sys.stdout.write("\ndone\n")


# ---- for the tests


def run(env: dict[str, str], *args: str, timeout: float = 600) -> str:
    """Run a lab command to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.sending.lab", *args],
        env=env, cwd=ROOT, capture_output=True, timeout=timeout, text=True,
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"{args}: {done.stdout}\n{done.stderr}")
    return done.stdout


class Lab:
    """The process that has everything imported; one for a whole run of the tests."""

    def __init__(self, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.sending.lab", "nursery"],
            env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.number = 0

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def fork(self, request: dict[str, Any]) -> int:
        """Start a process; its pid."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


class Nursery:
    """The lab at one site: commands, and senders that start at once."""

    def __init__(self, lab: Lab, env: dict[str, str]) -> None:
        self._lab, self._env = lab, env
        self._folder = Path(env["DATA_DIR"])
        self._pids: set[int] = set()
        self._outputs = 0

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        for pid in list(self._pids):
            self.end(pid, signal.SIGKILL)

    def _fork(self, args: tuple[str, ...]) -> tuple[int, Path]:
        self._outputs += 1
        out = self._folder / f"lab-{self._outputs}.out"
        names = ("DATABASE_URL", "DATA_DIR", "SMTP_URL", "SSL_CERT_FILE")
        env = {name: self._env[name] for name in names if name in self._env}
        return self._lab.fork({"env": env, "args": args, "out": str(out)}), out

    def run(self, *args: str, seconds: float = 300) -> str:
        """A command to its end; its output."""
        pid, out = self._fork(args)
        until(lambda: not self.alive(pid), seconds, 0.01)
        text = out.read_text()
        if not text.endswith("\ndone\n"):
            raise AssertionError(f"{args}: {text}\n{self.messages}")
        return text.removesuffix("\ndone\n")

    def birth(self, *args: str, command: str = "sender") -> int:
        """Start a sender, or another command; its pid."""
        pid, _ = self._fork((command, *args))
        self._pids.add(pid)
        return pid

    def alive(self, pid: int) -> bool:
        """Whether it still runs."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        return True

    def end(self, pid: int, number: int = signal.SIGTERM, wait: float = 40) -> float:
        """Send a signal, wait for the end; seconds it took."""
        started = time.monotonic()
        if self.alive(pid):
            os.kill(pid, number)
        until(lambda: not self.alive(pid), wait, 0.005)
        self._pids.discard(pid)
        return time.monotonic() - started

    @property
    def messages(self) -> str:
        """What its processes logged."""
        path = self._folder / "lab.log"
        return path.read_text() if path.exists() else ""


def until(condition: Callable[[], Any], seconds: float, every: float = 0.05) -> None:
    """Wait for something that happens in another process."""
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            raise AssertionError(f"did not happen within {seconds} s")
        time.sleep(every)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser()
    commands = made.add_subparsers(dest="command", required=True)
    one = commands.add_parser("populate")
    one.add_argument("count", type=int)
    one.add_argument("--domains", type=int, default=10)
    one.add_argument("--canary", type=int, default=0)
    one.add_argument("--draft", action="store_true")
    one.add_argument("--welcome", action="store_true", help="new readers get the newest issue")
    joining = commands.add_parser("join")
    joining.add_argument("count", type=int)
    joining.add_argument("--first", type=int, default=0)
    joining.add_argument("--domains", type=int, default=10)
    two = commands.add_parser("sender")
    two.add_argument("--lease", type=float, default=60)
    two.add_argument("--group", type=int, default=64)
    two.add_argument("--window", type=int, default=128)
    two.add_argument("--watch", type=float, help="seconds a strange machine looks for others")
    two.add_argument("--retry", type=float, help="seconds between tries")
    two.add_argument("--timeouts", type=float, default=1, help="RFC 5321's, times this")
    two.add_argument("--die", choices=POINTS)
    two.add_argument("--after", type=int, default=1)
    for name in ("act", "happen"):
        commands.add_parser(name).add_argument("what")
    six = commands.add_parser("correct")
    six.add_argument("what")
    six.add_argument("--die", choices=MENDING)
    six.add_argument("--seconds", type=float, default=20)
    four = commands.add_parser("press")
    four.add_argument("count", type=int)
    five = commands.add_parser("rehearse")
    five.add_argument("count", type=int)
    five.add_argument("to")
    commands.add_parser("weekly")
    commands.add_parser("pair")
    commands.add_parser("chore")
    commands.add_parser("report")
    commands.add_parser("nursery")
    for command in commands.choices.values():
        command.add_argument("--date", default="2026-03-02")
    return made


COMMANDS: dict[str, Callable[[argparse.Namespace], None]] = {
    "populate": populate, "sender": serve, "act": act, "happen": happen, "press": press,
    "join": join, "rehearse": rehearse, "report": report, "correct": correct, "weekly": weekly,
    "chore": chore, "pair": pair,
}  # fmt: skip


def main() -> None:
    options = parser().parse_args()
    import django

    django.setup()
    if options.command == "nursery":
        nursery()
        return
    COMMANDS[options.command](options)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
    main()
