"""What is to become of the rows of a file: decided batch by batch, only reading.

`importing` says the rule. Everything a batch needs is looked up in three queries.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from subscribers.addresses import canonical, newest_version
from subscribers.choice import Choice
from subscribers.models import Category, Publication, Subscription

from .. import conf
from .cells import without_address
from .lookups import states_of, subscriber_ids, suppressed_keys
from .rows import Entry, RowProblem
from .standing import RANK, Standing

State = Subscription.State
_Asked = tuple[tuple[str, ...] | None, bool | None, bool | None]


class FileRefused(Exception):
    """The file cannot be imported as it is; the message says why."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the person said.

    `columns`: column (header, or number from 1) -> a `Meaning`. `values`: (column, value,
    standing), where the column "*" is every row and the value "*" every other one. `categories`:
    for rows that name none. `ask`: mail a confirmation to those the file calls readers, where
    there is no proof.
    """

    consent: str = ""
    ask: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    values: tuple[tuple[str, str, str], ...] = ()
    categories: tuple[str, ...] = ()
    create_categories: bool = False
    encoding: str = ""
    separator: str = ""

    def to_json(self) -> dict[str, Any]:
        """What the job keeps; a job goes on only with the same options."""
        return {
            "consent": self.consent,
            "ask": self.ask,
            "columns": dict(self.columns),
            "values": [list(value) for value in self.values],
            "categories": list(self.categories),
            "create_categories": self.create_categories,
            "encoding": self.encoding,
            "separator": self.separator,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Options:
        """`to_json` back, also of a job that an earlier version entered."""
        columns = dict(said.get("columns", {}))
        # Version 0.1.0 kept them the other way round.
        columns.update({column: meaning for meaning, column in said.get("mapping", {}).items()})
        return cls(
            consent=said.get("consent", ""),
            ask=bool(said.get("ask")),
            columns=columns,
            values=tuple((str(c), str(v), str(s)) for c, v, s in said.get("values", ())),
            categories=tuple(said.get("categories", ())),
            create_categories=bool(said.get("create_categories")),
            encoding=said.get("encoding", ""),
            separator=said.get("separator", ""),
        )


@dataclass(slots=True)
class Done:
    """What became, or would become, of a row.

    `action` is active, pending, unsubscribed, suppressed (stored as such), known (there already,
    untouched), stays_suppressed, or error.
    """

    line: int
    action: str
    address: str
    problems: tuple[RowProblem, ...]

    def to_json(self) -> dict[str, Any]:
        """The object a dry run prints."""
        return {
            "line": self.line,
            "action": self.action,
            "address": self.address,
            "problems": [
                {"column": p.column, "level": p.level, "code": p.code, "message": p.message}
                for p in self.problems
            ],
        }


@dataclass(slots=True)
class Fresh:
    """A row that will be stored. `key` is the newest key, in hexadecimal."""

    place: int
    entry: Entry
    key: str
    state: str
    choice: int
    held: bool  # Waits and is mailed nothing, not even a confirmation.


@dataclass(slots=True)
class Plan:
    """A batch, decided: `done` in the order of the rows."""

    done: list[Done]
    fresh: list[Fresh] = field(default_factory=list)
    suppress: list[tuple[str, Entry]] = field(default_factory=list)
    leave: list[tuple[int, Entry]] = field(default_factory=list)
    wake: list[tuple[int, str]] = field(default_factory=list)
    subscribers: dict[str, int] = field(default_factory=dict)


class Decider:
    """What one import of one publication needs to know, fetched once."""

    def __init__(self, publication: Publication, options: Options) -> None:
        self._publication = publication
        self._options = options
        self._live = list(publication.categories.filter(bit__isnull=False))
        self._names = category_names(self._live)
        self._default = self._choice_of_names(list(options.categories))
        newest = newest_version()
        # The newest first; the others are only looked up.
        versions = [newest, *(v for v in conf.link_keys() if v != newest)]
        self._keys = [_Keys(conf.link_keys()[version]) for version in versions]
        self._outcomes = _outcomes(options)
        self._choices: dict[_Asked, tuple[int | None, tuple[RowProblem, ...]]] = {}

    # -- deciding

    def plan(self, batch: list[Entry]) -> Plan:
        """Decide every row of a batch. Only reads."""
        plan = Plan([])
        done, fresh = plan.done, plan.fresh
        key_of = self._keys[0].of
        keys = [key_of(e.address) if e.address else "" for e in batch]
        older = self._older_keys(batch)
        probes = [key for key in keys if key] + [key for names in older.values() for key in names]
        suppressed = suppressed_keys(probes, self._publication.pk)
        ids = subscriber_ids(probes)
        states = states_of(self._publication.pk, list(ids.values()))
        worst = _worst_of_repeated(batch, keys)
        active, outcomes = Standing.ACTIVE, self._outcomes
        reader = outcomes[active]
        seen: set[str] = set()
        for place, (entry, key) in enumerate(zip(batch, keys, strict=True)):
            if not key:
                done.append(Done(entry.line, "error", "", entry.problems))
                continue
            if key in seen:
                done.append(known(entry))
                continue
            seen.add(key)
            said = worst.get(key, entry) if worst else entry
            if (
                not older
                and key not in ids
                and key not in suppressed
                and said.standing is not Standing.SUPPRESSED
                and said.categories is None
                and said.new is None
                and said.tail is None
            ):
                # Nearly all rows are of somebody nobody here knows: no more is to be asked.
                # Looking a member of an enumeration up costs more than asking which one it is.
                state, held = reader if said.standing is active else outcomes[said.standing]
                fresh.append(Fresh(place, said, key, state, self._default, held))
                done.append(Done(entry.line, state, entry.address, entry.problems))
                continue
            names = [key, *older.get(place, ())]
            done.append(self._decide(plan, place, said, entry, names, suppressed, ids, states))
        return plan

    def _decide(
        self,
        plan: Plan,
        place: int,
        entry: Entry,
        row: Entry,
        names: list[str],
        suppressed: set[str],
        ids: dict[str, int],
        states: dict[int, tuple[int, str, bool]],
    ) -> Done:
        known = next((ids[name] for name in names if name in ids), None)
        stands = any(name in suppressed for name in names)
        tie = states.get(known) if known is not None else None
        if entry.standing is Standing.SUPPRESSED:
            if not stands:
                plan.suppress.append((names[0], entry))
            if tie is not None:
                plan.leave.append((tie[0], entry))
            return Done(
                row.line, "stays_suppressed" if stands else "suppressed", row.address, row.problems
            )
        if stands:
            problem = RowProblem(
                "", "note", "suppressed", _("The address is suppressed and stays so.")
            )
            return Done(row.line, "stays_suppressed", row.address, (*row.problems, problem))
        if tie is not None:
            return self._decide_known(plan, entry, row, tie)
        choice, problems = self._choice(entry)
        if choice is None and entry.standing is Standing.UNSUBSCRIBED:
            # That they left is worth more than what they had chosen.
            choice = self._default
        if choice is None:
            return Done(row.line, "error", row.address, (*row.problems, *problems))
        state, held = self._outcomes[entry.standing]
        if known is not None:
            plan.subscribers[names[0]] = known
        plan.fresh.append(Fresh(place, entry, names[0], state, choice, held))
        return Done(row.line, state, row.address, (*row.problems, *problems))

    def _decide_known(
        self, plan: Plan, entry: Entry, row: Entry, tie: tuple[int, str, bool]
    ) -> Done:
        pk, state, held = tie
        wanted, waits = self._outcomes[entry.standing]
        if entry.standing is Standing.UNSUBSCRIBED:
            plan.leave.append((pk, entry))
        elif held and not waits:
            # Imported before without proof; now there is one, or they shall be asked.
            plan.wake.append((pk, wanted))
            return Done(row.line, wanted, row.address, row.problems)
        note = RowProblem(
            "", "note", "known", _("Is here already (%s); nothing was changed.") % state
        )
        return Done(row.line, "known", row.address, (*row.problems, note))

    def _older_keys(self, batch: list[Entry]) -> dict[int, list[str]]:
        """Place -> the keys under the older versions of LINK_KEYS; empty where there is one."""
        if len(self._keys) == 1:
            return {}
        return {
            place: [older.of(entry.address) for older in self._keys[1:]]
            for place, entry in enumerate(batch)
            if entry.address
        }

    def _choice(self, entry: Entry) -> tuple[int | None, tuple[RowProblem, ...]]:
        if entry.categories is None and entry.new is None and entry.tail is None:
            return self._default, ()
        named = entry.categories
        asked = (tuple(named) if named is not None else None, entry.new, entry.tail)
        found = self._choices.get(asked)
        if found is None:
            found = self._work_out(*asked)
            if len(self._choices) < 5000:
                self._choices[asked] = found
        return found

    def _work_out(
        self, named: tuple[str, ...] | None, new: bool | None, tail: bool | None
    ) -> tuple[int | None, tuple[RowProblem, ...]]:
        if not named and new is None:
            bits = self._default
            if tail is False:
                bits &= ~Choice.of([], live=[], tail=True).bits
            return bits, ()
        chosen: list[Category] = []
        unknown: list[str] = []
        for name in named or ():
            category = self._names.get(name.casefold())
            if category is None:
                unknown.append(name)
            else:
                chosen.append(category)
        makes = self._options.create_categories
        problems = tuple(
            RowProblem(
                "categories",
                "note" if makes else "warning" if chosen or new else "error",
                "category",
                _("There is no category “%s”.") % without_address(name)[:60],
            )
            for name in unknown
        )
        if unknown and not chosen and not new and not makes:
            return None, problems
        # `new` said but no category: our own export of somebody who chose none.
        value = Choice.of(chosen, live=self._live, new=bool(new), tail=tail is not False)
        return value.bits, problems

    def _choice_of_names(self, names: list[str]) -> int:
        if not names:
            return Choice.all().bits
        unknown = [name for name in names if name.casefold() not in self._names]
        if unknown:
            raise FileRefused(_("There is no category “%s”.") % unknown[0])
        return Choice.of([self._names[n.casefold()] for n in names], live=self._live).bits


def _outcomes(options: Options) -> dict[Standing, tuple[str, bool]]:
    """Standing -> (the state it is stored in, whether nothing at all is mailed).

    A confirmation is mailed to somebody who waits only if a person chose their group: `ask` is for
    those the file calls readers, not for whom it calls unconfirmed.
    """
    reader = (State.ACTIVE, False) if options.consent else (State.PENDING, not options.ask)
    return {
        Standing.ACTIVE: (str(reader[0]), reader[1]),
        Standing.ASK: (str(State.PENDING), False),
        Standing.PENDING: (str(State.PENDING), True),
        Standing.UNSUBSCRIBED: (str(State.UNSUBSCRIBED), True),
    }


def _worst_of_repeated(batch: list[Entry], keys: list[str]) -> dict[str, Entry]:
    """Of addresses that stand in a batch more than once, the least alive row: it speaks for all."""
    if len(set(keys)) == len(keys):
        return {}
    repeated = {key for key, count in Counter(keys).items() if count > 1 and key}
    worst: dict[str, Entry] = {}
    for entry, key in zip(batch, keys, strict=True):
        if key in repeated and (
            key not in worst or RANK[entry.standing] > RANK[worst[key].standing]
        ):
            worst[key] = entry
    return worst


class _Keys:
    """`addresses.key_of` under one secret, as hexadecimal, which is what a row holds.

    HMAC (RFC 2104) with what the secret alone decides done once: a third of the time.
    """

    def __init__(self, secret: bytes) -> None:
        block = (hashlib.sha256(secret).digest() if len(secret) > 64 else secret).ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(octet ^ 0x36 for octet in block) + b"address\0")
        self._outer = hashlib.sha256(bytes(octet ^ 0x5C for octet in block))

    def of(self, address: str) -> str:
        """`address` is normalised."""
        # In ASCII the canonical form is the lower case; the domain is that already.
        mailbox = address.lower() if address.isascii() else canonical(address)
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(mailbox.encode())
        outer.update(inner.digest())
        return outer.hexdigest()[:32]


def known(entry: Entry) -> Done:
    note = RowProblem(
        "", "note", "duplicate", _("The address was there already, in an earlier row.")
    )
    return Done(entry.line, "known", entry.address, (*entry.problems, note))


def category_names(live: Iterable[Category]) -> dict[str, Category]:
    """Every name a category is known by, without case."""
    found: dict[str, Category] = {}
    for category in live:
        for name in (*category.aliases, category.name, category.slug):
            found[str(name).casefold()] = category
    return found
