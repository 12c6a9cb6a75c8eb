"""The journal clears what a crash would leave in doubt, and never claims more than it knows."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pytest

from newsletter.sending.engine import journal
from newsletter.sending.engine.journal import Answer, Journal
from tests.site_settings import override


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with override(DATA_DIR=tmp_path):
        yield tmp_path / "journal"


def dead(name: str) -> Journal:
    """A journal whose writer is gone: begun 1, 2 and 3; 1 answered, 2 refused hard."""
    made = Journal(name, 8)
    first, second = made.begin(7, 3, 1), made.begin(7, 3, 2)
    made.begin(7, 3, 3)
    made.answer(first, *Answer("sent", 250, "2.0.0"))
    made.answer(second, *Answer("failed", 550, "5.1.1", "reader", True))
    return made


def test_what_was_written_is_read() -> None:
    dead("w-1").close(remove=False)
    found = journal.read("w-1")
    assert found.complete
    assert found.begun == {(7, 3, 1), (7, 3, 2), (7, 3, 3)}
    assert found.answers == {
        (7, 3, 1): Answer("sent", 250, "2.0.0"),
        (7, 3, 2): Answer("failed", 550, "5.1.1", "reader", True),
    }


def test_a_living_writer_is_never_complete() -> None:
    made = dead("w-1")
    assert journal.is_dead("w-1") is False
    found = journal.read("w-1")
    assert not found.complete and len(found.answers) == 2
    made.close(remove=True)
    assert journal.is_dead("w-1") is None and journal.names() == []


def test_after_a_reboot_only_answers_count(monkeypatch: pytest.MonkeyPatch) -> None:
    dead("w-1").close(remove=False)
    monkeypatch.setattr(journal, "boot_id", lambda: b"another")
    found = journal.read("w-1")
    assert not found.complete and len(found.answers) == 2


def test_a_torn_answer_is_no_answer_and_a_torn_begin_was_not_begun(folder: Path) -> None:
    dead("w-1").close(remove=False)
    path = folder / "w-1"
    data = bytearray(path.read_bytes())
    for place in range(512, len(data)):
        torn = bytearray(data)
        torn[place] ^= 0xFF
        path.write_bytes(torn)
        found = journal.read("w-1")
        assert found.begun <= {(7, 3, 1), (7, 3, 2), (7, 3, 3)}
        for key, answer in found.answers.items():
            assert (
                answer
                == {
                    (7, 3, 1): Answer("sent", 250, "2.0.0"),
                    (7, 3, 2): Answer("failed", 550, "5.1.1", "reader", True),
                }[key]
            )


def test_a_slot_is_used_again_only_when_freed() -> None:
    made = Journal("w-1", 2)
    slot = made.begin(1, 1, 10)
    made.begin(1, 1, 11)
    with pytest.raises(OSError, match="no free slot"):
        made.begin(1, 1, 12)
    made.free(slot)
    assert made.begin(1, 1, 12) == slot
    made.close(remove=False)
    assert {delivery for _, _, delivery in journal.read("w-1").begun} == {11, 12}


def test_the_lock_is_that_of_the_process(tmp_path: Path) -> None:
    """Killed with -9 the lock is free at once; a copy of its descriptor in a child keeps it."""
    script = (
        "import os, sys, time, django\n"
        "django.setup()\n"
        "from newsletter.sending.engine.journal import Journal\n"
        "journal = Journal('w-other', 4)\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    env = {
        **os.environ,
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "newsletter.config.settings",
    }
    with subprocess.Popen(
        [sys.executable, "-c", script], env=env, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        assert journal.is_dead("w-other") is False
        process.kill()
        process.wait()
    assert journal.is_dead("w-other") is True


def test_a_full_disk_is_noticed_before_the_first_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space"):
        Journal("w-1", 8)
    assert journal.names() == []


def test_blame_and_permanence_are_written_and_read() -> None:
    made = Journal("w-2", 8)
    answers = [
        Answer("failed", 550, "5.1.8", "sender", True),
        Answer("failed", 550, "", "unclear", True),
        Answer("deferred", 452, "4.2.2", "reader", False),
        Answer("failed", 554, "5.6.0", "content", True),
        Answer("deferred", 421, "4.7.0", "pace", False),
        Answer("failed", 550, "5.7.1", "relay", True),
        Answer("sent", 250, "2.0.0"),
    ]
    for delivery, answer in enumerate(answers, 1):
        made.answer(made.begin(7, 3, delivery), *answer)
    made.close(remove=False)
    assert list(journal.read("w-2").answers.values())[::-1] == answers


def test_a_journal_of_version_0_1_0_is_read(folder: Path) -> None:
    """Octet by octet as 0.1.0 wrote it: begun 1 and 2 of chunk 7 at epoch 3, 1 refused hard."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
    header = (b"sudi-journal-1\n\0" + boot).ljust(512, b"\0")
    one = bytes.fromhex("03000000 0700000000000000 0100000000000000")
    two = bytes.fromhex("03000000 0700000000000000 0200000000000000")
    # State 3 (failed), hard 1, code 550, "5.1.1"; state 1 (sent), hard 0, code 250, "2.0.0".
    hard = one + bytes.fromhex("03 01 2602 352e312e31000000000000")
    sent = two + bytes.fromhex("01 00 fa00 322e302e30000000000000")

    def checked(record: bytes) -> bytes:
        return record + crc32(record).to_bytes(4, "little")

    slots = b"".join(
        checked(begun).ljust(32, b"\0") + checked(answer).ljust(48, b"\0")
        for begun, answer in ((one, hard), (two, sent))
    )
    folder.mkdir()
    (folder / "w-old").write_bytes(header + slots)
    found = journal.read("w-old")
    assert found.complete
    assert found.begun == {(7, 3, 1), (7, 3, 2)}
    assert found.answers == {
        (7, 3, 1): Answer("failed", 550, "5.1.1", "reader", True),
        (7, 3, 2): Answer("sent", 250, "2.0.0", "", False),
    }


def test_a_slot_used_again_says_which_turn_stored_what_was_in_it(folder: Path) -> None:
    made = Journal("w-1", 1)
    made.free(made.begin(7, 3, 1), turn=5)
    made.free(made.begin(8, 2, 2))  # Not sent: no turn stored it, and what is known stays.
    made.begin(7, 3, 3)
    made.close(remove=False)
    found = journal.read("w-1")
    assert found.begun == {(7, 3, 3)}
    assert found.stored == {(7, 3, 1): 5}


def test_only_journals_are_named_in_their_order(folder: Path) -> None:
    assert journal.names() == []
    for name in ("w-2", "w-1"):
        Journal(name, 1).close(remove=False)
    (folder / ".w-3").touch()
    (folder / "memory").touch()
    assert journal.names() == ["w-1", "w-2"]


def test_a_blame_of_a_later_version_is_none_that_is_acted_upon(folder: Path) -> None:
    made = Journal("w-1", 1)
    made.answer(made.begin(7, 3, 1), *Answer("failed", 550, "5.1.1", "reader", True))
    made.close(remove=False)
    path = folder / "w-1"
    data = bytearray(path.read_bytes())
    place = 512 + 56  # Header, and a slot's place for what was answered.
    data[place + 21] = 0x80 | 99
    record = bytes(data[place : place + 35])
    data[place + 35 : place + 39] = crc32(record).to_bytes(4, "little")
    path.write_bytes(data)
    assert journal.read("w-1").answers == {(7, 3, 1): Answer("failed", 550, "5.1.1", "", True)}
