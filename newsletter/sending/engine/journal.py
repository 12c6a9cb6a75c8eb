"""What this worker began and what was answered, on its own disk: clears doubt after a crash.

One file per worker life, in DATA_DIR/journal, of constant size: a slot for each delivery that may
be on the wire, with a place for "begun" and one for "answered". A slot is used again only after
its delivery's outcome is committed. Each place is one write of a checksummed record, so a torn
one is like none: torn "begun" means that no content was written, torn "answered" that the answer
is unknown. The blocks are reserved at the start: a full disk is noticed before the first mail.
(A mapped file would save a microsecond a mail, but a disk that takes nothing more would kill the
process or go unnoticed, where a write says so.)

The file is created under a temporary name, locked, and renamed, in the process that owns the
sockets: a free lock proves that process dead. The header holds the machine's boot id: after a
reboot records may be missing although messages went out, so the file then counts only for the
answers it holds.
"""

from __future__ import annotations

import fcntl
import functools
import os
import struct
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from newsletter import conf
from newsletter.refusals import Blame

_MAGIC = b"sudi-journal-3\n\0"
# Written by 0.1.0: of a refusal it says only whether the address is gone for good.
_MAGIC_1 = b"sudi-journal-1\n\0"
_HEADER = 512
# Epoch, chunk, delivery; and behind them, of an answer, its state, refusal, code and status.
_BEGUN = struct.Struct("<IQQ")
# Behind "begun": whose outcome the slot was free for, and the chunk's turn that stored it.
_FREED = struct.Struct("<IQQI")
_NEVER_FREED = bytes(_FREED.size)
_TAIL = struct.Struct("<BBH11s")
_ANSWERED = struct.Struct("<IQQBBH11s")
_SUM = struct.Struct("<I")
_pack_head, _pack_sum, _pwrite = _BEGUN.pack, _SUM.pack, os.pwrite
# Behind "begun" and its checksum, when: seconds since the epoch. Torn, it is that of an earlier use
# of the slot or nothing, so never later than the truth.
_WHEN = struct.Struct("<d")
_pack_when, _now = _WHEN.pack, time.time
_ANSWER_AT = 56
_SLOT = 96


class _Layout(NamedTuple):
    """Where the parts of a slot are, in octets."""

    begun: int  # What the first checksum is of.
    answer_at: int
    slot: int


_LAYOUT = _Layout(_BEGUN.size + _FREED.size, _ANSWER_AT, _SLOT)
_LAYOUT_1 = _Layout(_BEGUN.size, 32, 80)
_STATES = ("", "sent", "deferred", "failed", "in_doubt")
_NUMBERS = {state: number for number, state in enumerate(_STATES)}
# A refusal is one octet: the number of its blame, and a bit for "permanent".
_BLAMES = ("", *Blame)
_BLAME_NUMBERS = {str(blame): number for number, blame in enumerate(_BLAMES)}
_PERMANENT = 0x80


class Answer(NamedTuple):
    """A journaled answer: an Outcome.State value, code (0: none), RFC 3463 status, the refusal.

    `blame` is a `refusals.Blame`, "" where nothing was refused.
    """

    state: str
    code: int
    status: str
    blame: str = ""
    permanent: bool = False


@functools.lru_cache(maxsize=256)
def _tail(state: str, code: int, status: str, blame: str, permanent: bool) -> bytes:
    refusal = _BLAME_NUMBERS[blame] | (_PERMANENT if permanent else 0)
    return _TAIL.pack(_NUMBERS[state], refusal, code, status.encode("ascii", "replace"))


def _refusal_of(octet: int, version_1: bool) -> tuple[str, bool]:
    """(blame, permanent) of a record."""
    if version_1:
        return (str(Blame.READER), True) if octet else ("", False)
    number = octet & ~_PERMANENT
    # A blame of a later version is none we could act upon.
    blame = _BLAMES[number] if number < len(_BLAMES) else ""
    return str(blame), bool(octet & _PERMANENT)


def folder() -> Path:
    """Where the journals of this machine's workers are."""
    return conf.data_dir() / "journal"


def boot_id() -> bytes:
    """Changes with every boot of this machine; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
    except OSError:
        return b""


class Journal:
    """The journal of this process. `slots` deliveries may be open at once."""

    def __init__(self, name: str, slots: int) -> None:
        directory = folder()
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / name
        temporary = directory / f".{name}"
        self._fd = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(self._fd, 0, _HEADER + slots * _SLOT)
            header = _MAGIC + boot_id()
            os.pwrite(self._fd, header, 0)
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.rename(temporary, self.path)
        except BaseException:
            os.close(self._fd)
            temporary.unlink(missing_ok=True)
            raise
        self._free = list(range(slots))
        self._heads = [b""] * slots
        self._freed = [_NEVER_FREED] * slots

    def begin(self, chunk: int, epoch: int, delivery: int) -> int:
        """Write "begun" and return its slot. Raises OSError; then nothing may be sent."""
        if not self._free:
            raise OSError("the journal has no free slot")
        slot = self._free.pop()
        head = self._heads[slot] = _pack_head(epoch, chunk, delivery)
        try:
            record = head + self._freed[slot]
            record += _pack_sum(crc32(record)) + _pack_when(_now())
            _pwrite(self._fd, record, _HEADER + slot * _SLOT)
        except BaseException:
            self._free.append(slot)
            raise
        return slot

    def answer(
        self,
        slot: int,
        state: str,
        code: int,
        status: str,
        blame: str = "",
        permanent: bool = False,
    ) -> None:
        """Write what was answered to the delivery begun in `slot`: the parts of an `Answer`."""
        record = self._heads[slot] + _tail(state, code, status, blame, permanent)
        at = _HEADER + slot * _SLOT + _ANSWER_AT
        _pwrite(self._fd, record + _pack_sum(crc32(record)), at)

    def free(self, slot: int, turn: int | None = None) -> None:
        """Give a slot back: its delivery was not sent, or its outcome is committed.

        `turn` is the chunk's after that commit. The next record in this slot tells it: a database
        that does not know the turn is a copy from before it, to which the slot's delivery would
        look as if it had never begun.
        """
        if turn is not None:
            self._freed[slot] = self._heads[slot] + turn.to_bytes(4, "little")
        self._free.append(slot)

    def close(self, *, remove: bool) -> None:
        """Let go of the lock; `remove` when the database knows everything in it."""
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self._fd)


@dataclass(frozen=True, slots=True)
class Found:
    """What a lost worker's journal says. `complete`: what it does not show begun was not begun."""

    complete: bool
    begun: frozenset[tuple[int, int, int]] = frozenset()
    answers: dict[tuple[int, int, int], Answer] = field(default_factory=dict)
    # When each was begun, in seconds since the epoch, where it is known.
    begun_at: dict[tuple[int, int, int], float] = field(default_factory=dict)
    # Of deliveries whose slots were used again: the turn of the chunk that stored the outcome.
    stored: dict[tuple[int, int, int], int] = field(default_factory=dict)


def is_dead(name: str) -> bool | None:
    """Whether the process that wrote this journal is gone; None: there is no such journal here."""
    try:
        fd = os.open(folder() / name, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(fd)


def read(name: str) -> Found:
    """A journal's records. Of a process that lives or of another boot it is never complete.

    A living (frozen) writer may add a record right after we looked.
    """
    dead = is_dead(name)
    try:
        data = (folder() / name).read_bytes()
    except OSError:
        return Found(False)
    version_1 = data.startswith(_MAGIC_1)
    if not version_1 and not data.startswith(_MAGIC):
        return Found(False)
    boot = data[len(_MAGIC) : _HEADER].rstrip(b"\0")
    begun, answers, begun_at, stored = set(), {}, {}, {}
    layout = _LAYOUT_1 if version_1 else _LAYOUT
    whole = (len(data) - _HEADER) % layout.slot == 0
    for start in range(_HEADER, len(data) - layout.slot + 1, layout.slot):
        record = data[start : start + layout.begun]
        if _checked(data, start, record):
            epoch, chunk, delivery = _BEGUN.unpack_from(record)
            begun.add((chunk, epoch, delivery))
            when = _WHEN.unpack_from(data, start + layout.begun + _SUM.size)[0]
            if 0.0 < when < 1e11:
                begun_at[chunk, epoch, delivery] = when
            if record[_BEGUN.size :] not in (b"", _NEVER_FREED):
                epoch, chunk, delivery, turn = _FREED.unpack_from(record, _BEGUN.size)
                stored[chunk, epoch, delivery] = turn
        start += layout.answer_at
        record = data[start : start + _ANSWERED.size]
        if _checked(data, start, record):
            epoch, chunk, delivery, state, refusal, code, status = _ANSWERED.unpack(record)
            answers[chunk, epoch, delivery] = Answer(
                _STATES[state],
                code,
                status.rstrip(b"\0").decode("ascii", "replace"),
                *_refusal_of(refusal, version_1),
            )
    complete = dead is True and whole and boot != b"" and boot == boot_id()
    return Found(complete, frozenset(begun), answers, begun_at, stored)


def _checked(data: bytes, start: int, record: bytes) -> bool:
    end = start + len(record)
    return any(record) and data[end : end + _SUM.size] == _SUM.pack(crc32(record))


def names() -> list[str]:
    """The journals on this machine, of living and lost workers."""
    try:
        return sorted(path.name for path in folder().iterdir() if path.name.startswith("w-"))
    except OSError:
        return []


def remove(name: str) -> None:
    """Forget a lost worker's journal: everything in it is committed."""
    (folder() / name).unlink(missing_ok=True)
