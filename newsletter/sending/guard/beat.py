"""The sign of life of a machine, and whether it may act: `may_act`.

Each beat is one conditional UPDATE: it counts on in this machine's row, if that is enrolled here
and knows all that the machine remembers. Only then the machine remembers the new count. Whatever
the statement does not find is looked into and decided (`decision`).
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from typing import Any

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Max
from django.utils import timezone

from newsletter import conf
from newsletter.models import Issue, Machine, Worker
from subscribers.models import Subscriber

from .. import incidents
from ..engine import outcomes
from . import database, decision, evidence, keys, place
from .decision import Known, Row, Verdict

log = logging.getLogger(__name__)

# Seconds an answer holds; a machine that is not let in looks again sooner.
EVERY = 5.0
_AGAIN = 1.0

State, Why = Machine.State, Machine.Why

# What the log says of each; other reasons are sentences already.
_LET_IN = "a person looks and lets it in with: sudi machines"
_SAID = {
    "watching": "it watches first whether a machine that the database knows is running",
    Why.UNKNOWN: f"the database does not know it, and no machine it knows is running; {_LET_IN}",
    Why.OLDER: f"it remembers more than the database knows, which is an older copy; {_LET_IN}",
    Why.ELSEWHERE: f"the database is on another server or was read in anew; {_LET_IN}",
}


class _Standing:
    """What this process knows of its machine on one database."""

    def __init__(self, key: tuple[Any, ...]) -> None:
        self.key = key
        self.until = 0.0
        self.acts = False
        self.reason = ""
        # Journals are looked through once a process: later ones are of this database.
        self.journals_seen = False
        self.migration = -1
        self._schema = self.misfit = ""
        self._since = time.monotonic()
        self._others: dict[str, int] | None = None
        self._paused: list[int] = []

    # ---- one look

    def look(self) -> None:
        """Beat, or find out why not. Raises what the database and DATA_DIR raise."""
        self._fits()
        if self.misfit:
            self._answer(False, self.misfit, EVERY)
            return
        nonce = place.nonce()
        # Before the statement: whatever is remembered was committed before.
        remembered = place.remembered(nonce)
        more = not self.journals_seen and evidence.journals_know_more()
        if not more and self._beat(nonce, remembered):
            self.journals_seen = True
            self._answer(True, "", EVERY)
            return
        known = self._known(nonce, remembered, more)
        verdict, why = decision.decide(known)
        if verdict is Verdict.ENROL or verdict is Verdict.ACT:
            self._enrol(nonce, known)
        elif verdict is Verdict.ASK:
            self._ask(nonce, why, known)
            self._answer(False, why, _AGAIN)
        else:
            self._answer(False, "watching", _AGAIN)

    def _answer(self, acts: bool, reason: str, seconds: float) -> None:
        if reason != self.reason and reason:
            log.warning("this machine sends nothing by itself: %s", _SAID.get(reason, reason))
        self.acts, self.reason = acts, reason
        self.until = time.monotonic() + seconds

    def unknown(self, why: str) -> None:
        """The database or DATA_DIR could not be asked; said once."""
        self._answer(False, why, _AGAIN)

    def _fits(self) -> None:
        newest = database.newest_migration()
        if newest != self.migration:
            self._schema = database.misfit()
            self.migration = newest
        self.misfit = self._schema or keys.no_longer_right()

    def _beat(self, nonce: str, remembered: int) -> bool:
        """Count on, if this machine is enrolled here and no machine knows this for a copy."""
        with transaction.atomic():
            outcomes.durable()
            with connection.cursor() as cursor:
                cursor.execute(
                    f"""UPDATE newsletter_machine SET beats = beats + 1, seen = %s
                        WHERE nonce = %s AND state = 'enrolled' AND beats >= %s
                          AND database = {database.where()}
                          AND NOT EXISTS (SELECT 1 FROM newsletter_machine o
                                          WHERE o.state = 'asking' AND o.why <> 'unknown')
                        RETURNING beats""",
                    [outcomes.as_time(timezone.now()), nonce, remembered],
                )
                row = cursor.fetchone()
        if row is None:
            return False
        place.remember(nonce, int(row[0]))
        return True

    # ---- what the statement did not find

    def _known(self, nonce: str, remembered: int, journals_know_more: bool) -> Known:
        here = database.here()
        rows = {row.nonce: row for row in Machine.objects.all()}
        mine = rows.pop(nonce, None)
        others = {
            row.nonce: row.beats for row in rows.values()
            if row.state == State.ENROLLED and row.database == here
        }  # fmt: skip
        before = self._others if self._others is not None else others
        lives = any(beats > before.get(one, beats) for one, beats in others.items())
        self._others = others
        blocked = any(row.state == State.ASKING and row.why != Why.UNKNOWN for row in rows.values())
        return Known(
            row=None
            if mine is None
            else Row(mine.state == State.ASKING, mine.why, mine.beats, mine.database),
            database=here,
            anybody_enrolled=any(row.state == State.ENROLLED for row in rows.values()) or blocked,
            another_lives=lives,
            held=blocked,
            empty=not Subscriber.objects.exists(),
            worker_seen=Worker.objects.aggregate(last=Max("seen"))["last"],
            beats=remembered,
            journals_know_more=journals_know_more,
            seen_of_0_1_0=place.remembered_of_0_1_0(),
            watched=time.monotonic() - self._since,
        )

    def _enrol(self, nonce: str, known: Known) -> None:
        """Enter this machine; what its journals know of another database says nothing here."""
        if known.journals_know_more:
            evidence.set_aside()
        # Several processes of the machine may be doing this: a count never goes back.
        entered = {
            "name": socket.gethostname()[:100], "state": State.ENROLLED, "why": "", "by": "",
            "database": known.database, "since": timezone.now(),
        }  # fmt: skip
        row, created = Machine.objects.get_or_create(
            nonce=nonce, defaults={**entered, "beats": known.beats}
        )
        if not created:
            Machine.objects.filter(pk=row.pk, state=State.ASKING).update(**entered)
        if not self._beat(nonce, place.remembered(nonce)):
            self._answer(False, "", _AGAIN)
            return
        place.forget_0_1_0()
        # It was the database of a site that lives: what we stopped was no copy's.
        incidents.go_on(self._paused)
        self._paused = []
        log.info("this machine is enrolled in the database")
        self.journals_seen = True
        self._answer(True, "", EVERY)

    def _ask(self, nonce: str, why: str, known: Known) -> None:
        """Put it on record, once, and stop what is on its way."""
        row = known.row
        mine = Machine.objects.filter(nonce=nonce)
        if row is not None and row.asking and row.why == why:
            mine.update(seen=timezone.now())
            return
        asks = {
            "name": socket.gethostname()[:100], "state": State.ASKING, "why": why, "by": "",
            "beats": max(known.beats, row.beats if row else 0), "database": known.database,
            "since": timezone.now(), "seen": timezone.now(),
        }  # fmt: skip
        if row is None:
            Machine.objects.get_or_create(nonce=nonce, defaults=asks)
        elif not mine.filter(state=State.ENROLLED, beats=row.beats).update(**asks):
            return  # Another process of the machine, or a person, was first: look again.
        on_their_way = list(
            Issue.objects.filter(state=Issue.State.SENDING).values_list("pk", flat=True)
        )
        incidents.pause_for(None, "restored", "")
        if why == Why.UNKNOWN:
            self._paused = on_their_way
            return
        evidence.set_aside()
        place.forget_0_1_0()


_lock = threading.Lock()
_standing: _Standing | None = None


def _mine() -> _Standing:
    """This process's standing; a fork, and a test with another site, has its own."""
    global _standing
    at = connection.settings_dict
    key = (os.getpid(), str(conf.data_dir()), at["NAME"], at["HOST"], at["PORT"])
    if _standing is None or _standing.key != key:
        _standing = _Standing(key)
    return _standing


def may_act() -> bool:
    """Whether this process may mail, post and delete by itself.

    Remembered for some seconds; else one UPDATE. A database that cannot be reached answers no.
    Raises nothing.
    """
    with _lock:
        mine = _mine()
        if time.monotonic() >= mine.until:
            try:
                mine.look()
            except (DatabaseError, InterfaceError, OSError) as error:
                mine.unknown(str(error).strip()[:200])
                if not connection.in_atomic_block:
                    connection.close()
        return mine.acts


def look_again() -> None:
    """The database may be another one than a moment ago: the next `may_act` asks it."""
    with _lock:
        _mine().until = 0.0


def must_stop() -> str:
    """Why this process must end, as `may_act` last found: its code or keys do not fit; or empty."""
    with _lock:
        return _mine().misfit


def asks() -> bool:
    """Whether this machine waits for a person, as `may_act` last found."""
    with _lock:
        return _mine().reason in Why.values


def forget() -> None:
    """Begin anew, as a new process does. For tests."""
    global _standing
    with _lock:
        _standing = None
