"""When a lost worker's journal may say that something was *not* begun: only when it is complete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.sending.engine import journal
from newsletter.sending.engine.journal import Found, Journal
from tests.site_settings import override

BEGUN = frozenset({(7, 3, 1), (7, 3, 2)})
# When each was begun: the clock stands still.
AT = dict.fromkeys(BEGUN, 1772442000.0)


@pytest.fixture(autouse=True)
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The journal of a dead worker that began two deliveries."""
    monkeypatch.setattr(journal, "_now", lambda: 1772442000.0)
    with override(DATA_DIR=tmp_path):
        made = Journal("w-1", 8)
        made.begin(7, 3, 1)
        made.begin(7, 3, 2)
        made.close(remove=False)
        yield tmp_path / "journal" / "w-1"


def test_a_dead_workers_journal_of_this_boot_is_complete() -> None:
    assert journal.read("w-1") == Found(True, BEGUN, begun_at=AT)


@pytest.mark.parametrize("boot", [b"another", b""])
def test_s9_of_another_or_an_unknown_boot_it_is_not(
    monkeypatch: pytest.MonkeyPatch, boot: bytes
) -> None:
    monkeypatch.setattr(journal, "boot_id", lambda: boot)
    assert journal.read("w-1") == Found(False, BEGUN, begun_at=AT)


def test_s9_written_where_the_boot_is_unknown_it_never_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty is not equal to empty: two boots nobody can name may be two."""
    monkeypatch.setattr(journal, "boot_id", lambda: b"")
    Journal("w-2", 8).close(remove=False)
    assert not journal.read("w-2").complete


def test_s9_a_boot_that_the_system_does_not_name_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreadable(_path: Path) -> bytes:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(Path, "read_bytes", unreadable)
    assert journal.boot_id() == b""


@pytest.mark.parametrize("lost", [1, 40, 79])
def test_s9_cut_short_it_is_not(path: Path, lost: int) -> None:
    path.write_bytes(path.read_bytes()[:-lost])
    assert not journal.read("w-1").complete


def test_s9_of_a_living_worker_it_is_not(path: Path) -> None:
    alive = Journal("w-2", 8)
    assert journal.is_dead("w-2") is False
    assert not journal.read("w-2").complete
    alive.close(remove=False)
    assert journal.read("w-2").complete


def test_s9_missing_or_another_file_it_is_not(path: Path) -> None:
    path.write_bytes(b"something else entirely")
    assert journal.read("w-1") == Found(False)
    assert journal.read("w-none") == Found(False)
    assert journal.read("w-none").begun == frozenset()
    assert journal.is_dead("w-none") is None
