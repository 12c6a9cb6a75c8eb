"""A copy of the database: nothing goes out unasked, and every issue on its way is paused."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from newsletter.models import Chunk, Issue, Machine, Worker
from newsletter.sending import guard
from newsletter.sending import running as sending_by_itself
from newsletter.sending.engine.journal import Answer, Journal
from newsletter.sending.guard import beat, decision, place
from subscribers.models import AuditEntry
from tests.sending.chunks import NOW, leased, outcome, sending
from tests.site_settings import override

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def machine(tmp_path: Path) -> Iterator[Path]:
    """A machine that nobody knows."""
    with override(DATA_DIR=tmp_path):
        yield tmp_path
        beat.forget()


def restarted() -> bool:
    """Whether a process that starts now may act."""
    beat.forget()
    return guard.may_act()


def state_of(issue: Issue) -> tuple[str, str]:
    issue.refresh_from_db()
    return issue.state, issue.state_reason[:22]


SENDING = ("sending", "")
PAUSED = ("paused", "The database is a copy")


def enrolled(**changed: Any) -> Issue:
    """An issue on its way, on a database that knows this machine."""
    issue = sending(**changed)
    assert restarted()
    return issue


def test_restarts_do_not_ask(machine: Path) -> None:
    issue = enrolled()
    assert [restarted() for _ in range(20)] == [True] * 20
    assert state_of(issue) == SENDING
    # A container that is made anew has another host name and the same volume.
    assert Machine.objects.get().beats == place.remembered(place.nonce())


def test_a_site_that_was_off_for_days_does_not_ask() -> None:
    issue = enrolled()
    Machine.objects.update(seen=NOW - dt.timedelta(days=30))
    Worker.objects.create(name="w-long-ago", machine="here", seen=NOW - dt.timedelta(days=30))
    assert restarted()
    assert state_of(issue) == SENDING


def test_s9_an_older_copy_of_the_database_pauses_what_was_sending() -> None:
    issue = enrolled()
    Machine.objects.update(beats=0)
    assert not restarted()
    assert state_of(issue) == PAUSED
    assert (Machine.objects.get().state, Machine.objects.get().why) == ("asking", "older")
    assert AuditEntry.objects.get(target=f"issue:{issue.pk}").action == "pause"
    assert not restarted()


def test_s9_a_copy_from_before_the_machine_was_enrolled_does() -> None:
    issue = enrolled()
    Machine.objects.all().delete()
    assert not restarted()
    assert state_of(issue) == PAUSED


@pytest.mark.parametrize("whole", [False, True], ids=["database alone", "with DATA_DIR"])
def test_a9_a_copy_started_elsewhere_sends_nothing(
    machine: Path, tmp_path: Path, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = enrolled()
    elsewhere = tmp_path / "elsewhere"
    if whole:
        shutil.copytree(machine / "machine", elsewhere / "machine")
    with override(DATA_DIR=elsewhere):
        assert not restarted()
        assert state_of(issue) == SENDING  # It looks for a sign of life first.
        monkeypatch.setattr(decision, "WATCH", 0.0)
        assert not restarted()
        assert state_of(issue) == PAUSED
        assert guard.asks()


def test_the_same_files_on_a_clone_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "machine_id", lambda: "a")
    enrolled()
    first = place.nonce()
    assert place.nonce() == first
    monkeypatch.setattr(place, "machine_id", lambda: "b")
    assert place.nonce() != first


def test_a_folder_restored_in_place_is_another_machine(machine: Path) -> None:
    """The file may get its old inode number again; its generation is another."""
    first = place.nonce()
    for _ in range(20):
        text = (machine / "machine" / "identity").read_text()
        shutil.rmtree(machine / "machine")
        (machine / "machine").mkdir()
        (machine / "machine" / "identity").write_text(text)
        assert place.nonce() != first


def test_an_added_machine_enters_itself_when_it_sees_another_live(tmp_path: Path) -> None:
    issue = enrolled()
    known = Machine.objects.get()
    with override(DATA_DIR=tmp_path / "second"):
        assert not restarted()
        beat.look_again()
        assert not guard.may_act()
        Machine.objects.filter(pk=known.pk).update(beats=known.beats + 1)
        beat.look_again()
        assert guard.may_act()
    assert state_of(issue) == SENDING
    assert [row.state for row in Machine.objects.order_by("pk")] == ["enrolled", "enrolled"]


def test_one_that_paused_too_soon_takes_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine is added while all others are being restarted for a while."""
    issue = enrolled()
    known = Machine.objects.get()
    monkeypatch.setattr(decision, "WATCH", 0.0)
    with override(DATA_DIR=tmp_path / "second"):
        assert not restarted()
        assert state_of(issue) == PAUSED
        Machine.objects.filter(pk=known.pk).update(beats=known.beats + 1)
        beat.look_again()
        assert guard.may_act()
    assert state_of(issue) == SENDING


def test_s9_a_journal_of_a_lease_that_the_database_has_not_heard_of(machine: Path) -> None:
    issue = enrolled()
    lease = leased(issue)
    Chunk.objects.filter(pk=lease.id).update(window=[1])
    journal = Journal("w-lost", 4)
    journal.begin(lease.id, lease.epoch, lease.base + 1)
    journal.close(remove=False)
    assert restarted()
    journal = Journal("w-later", 4)
    journal.begin(lease.id, lease.epoch + 1, lease.base + 1)
    journal.close(remove=False)
    assert not restarted()
    assert state_of(issue) == PAUSED
    # They say nothing of another state of the database: "not begun" would be wrong.
    assert sorted(path.name for path in (machine / "journal" / "set-aside").iterdir()) == [
        "w-later", "w-lost",
    ]  # fmt: skip


def test_s9_a_journal_of_a_chunk_that_the_database_has_not_heard_of() -> None:
    issue = enrolled()
    journal = Journal("w-lost", 4)
    journal.begin(Chunk.objects.get().pk + 1, 1, 1)
    journal.close(remove=False)
    assert not restarted()
    assert state_of(issue) == PAUSED


@pytest.mark.parametrize("known", ["window", "outcome", "nothing"])
@pytest.mark.parametrize("answered", [True, False])
def test_a_mail_within_the_lease_that_the_database_has_not_heard_of(
    known: str, answered: bool
) -> None:
    """A copy made a few seconds, or a single turn, before the worker was killed."""
    issue = enrolled()
    lease = leased(issue)
    if known == "window":
        Chunk.objects.filter(pk=lease.id).update(window=[1])
    elif known == "outcome":
        outcome(issue, 1, "sent")
    journal = Journal("w-lost", 4)
    slot = journal.begin(lease.id, lease.epoch, lease.base + 1)
    if answered:
        journal.answer(slot, *Answer("sent", 250, "2.0.0"))
    journal.close(remove=False)
    assert restarted() is (known != "nothing")


def test_a_worker_that_ends_leaves_no_copy_that_passes_for_the_whole_truth(
    transactional_db: None,
) -> None:
    """Made since its last sign of life, and it has no journal any more."""
    with sending_by_itself():
        restarted()
        copied = Machine.objects.get().beats
    Machine.objects.update(beats=copied)
    assert not restarted()


def test_a_living_worker_notices_that_the_database_was_taken_back() -> None:
    issue = enrolled()
    Machine.objects.update(beats=0)
    beat.look_again()
    assert not guard.may_act()
    assert state_of(issue) == PAUSED


def test_one_that_a_correction_had_paused_does_not_go_on_by_itself() -> None:
    issue = sending()
    text = issue.revisions.create(number=2, kind="correction", note="It was wrong.")
    Issue.objects.filter(pk=issue.pk).update(state="paused", mending=text, resumes_when_mended=True)
    assert restarted()
    Machine.objects.update(beats=0)
    assert not restarted()
    assert state_of(issue) == PAUSED
    assert not issue.resumes_when_mended


# ---- a person


def test_a_person_agrees_and_the_issue_stays_paused(capsys: pytest.CaptureFixture[str]) -> None:
    issue = enrolled()
    Machine.objects.update(beats=0)
    assert not restarted()
    call_command("machines")
    said = capsys.readouterr().out
    assert "remembers more than this database knows" in said
    assert "Harbour Daily, 2026-03-02: 4 mails. It is paused until you resume it." in said
    assert not restarted()
    call_command("machines", "--agree", "--json")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[1]["would_go_out"] == "issue" and lines[1]["count"] == 4
    assert restarted() and restarted()
    assert state_of(issue) == PAUSED
    assert AuditEntry.objects.get(action="let_machine_act").detail["why"] == "older"


def test_after_a_restore_the_other_machines_are_strangers_until_they_see_it_live(
    tmp_path: Path,
) -> None:
    enrolled()
    mine = Machine.objects.get()
    other = Machine.objects.create(nonce="0" * 32, name="other", beats=3)
    Machine.objects.filter(pk=mine.pk).update(beats=0)
    assert not restarted()
    guard.agree(by="alice")
    assert list(Machine.objects.values_list("pk", "by")) == [(mine.pk, "alice")]
    assert not Machine.objects.filter(pk=other.pk).exists()


def test_the_page_is_the_sites_and_says_what_would_go_out(client: Client) -> None:
    issue = enrolled()
    Machine.objects.update(beats=0)
    assert not restarted()
    address = reverse("admin:newsletter_machine_changelist")
    client.force_login(User.objects.create_user("erin", is_staff=True))
    assert client.get(address).status_code == 403
    assert client.post(reverse("admin:newsletter_machine_let")).status_code == 403
    client.force_login(User.objects.create_superuser("alice"))
    page = client.get(address).content.decode()
    assert "4 mails. It is paused until you resume it." in page
    assert not restarted()
    client.post(reverse("admin:newsletter_machine_let"))
    assert restarted()
    assert AuditEntry.objects.get(action="let_machine_act").actor == "alice"
    assert state_of(issue) == PAUSED
    assert "machine waits for you" not in client.get(address).content.decode()


def test_processes_that_enter_the_machine_at_once_never_count_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A count that went back would pass for an older copy at the next start."""
    issue = sending()
    other = beat._Standing(("another process",))
    real = beat._Standing._enrol

    def slowly(self: Any, nonce: str, known: Any) -> None:
        if self is not other:
            monkeypatch.undo()
            other.look()
            other.look()
        real(self, nonce, known)

    monkeypatch.setattr(beat._Standing, "_enrol", slowly)
    assert restarted()
    assert Machine.objects.get().beats >= place.remembered(place.nonce()) >= 3
    assert restarted()
    assert state_of(issue) == SENDING
