"""A watched folder and a git work tree: each version once, half-written files wait."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from newsletter.intake.folder import Folder, WorkTree
from newsletter.models import Issue, Item, Revision
from subscribers.models import AuditEntry, Publication
from tests import builders
from tests.conftest import Site
from tests.intake.live import set_up
from tests.intake.programs import DIGEST, NO_DATE
from tests.pictures.drawn import photograph

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def daily(settings: Any, tmp_path: Path) -> Publication:
    settings.SUDI = {**settings.SUDI, "DATA_DIR": tmp_path / "data"}
    (tmp_path / "data").mkdir()
    return builders.publication()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def watch(folder: Path, *more: str) -> int:
    """`watch --once`; its exit code."""
    try:
        call_command(
            "watch", str(folder), "--publication", "daily", "--create-categories", "--once",
            "--every", "0.1", *more,
        )  # fmt: skip
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_each_version_is_handed_in_once(daily: Publication, folder: Path, capsys: Any) -> None:
    (folder / "2026-03").mkdir()
    document = folder / "2026-03" / "02.md"
    document.write_text(DIGEST)
    assert watch(folder) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2026-03/02.md: made 2026-03-02"
    assert watch(folder) == 0
    assert capsys.readouterr().out == ""  # Nothing is repeated after a restart.
    document.write_text(DIGEST.replace("faster", "slower"))
    assert watch(folder, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["outcome"], said["file"], said["issue"]) == (
        "updated", "2026-03/02.md", "2026-03-02",
    )  # fmt: skip
    assert Issue.objects.count() == 1
    audits = AuditEntry.objects.filter(action="digest imported")
    assert [(one.actor, one.detail["way"]) for one in audits] == [("folder", "folder")] * 2


def test_problems_stand_beside_the_file_until_they_are_solved(
    daily: Publication, folder: Path, capsys: Any
) -> None:
    document, beside = folder / "news.md", folder / "news.md.problems.txt"
    document.write_text(NO_DATE)
    assert watch(folder) == 1
    first = beside.read_text().splitlines()[0]
    assert first.startswith("news.md:1:1: error: No date was found")
    assert first.endswith("[date-missing]")
    assert first in capsys.readouterr().out
    assert watch(folder) == 0 and not Issue.objects.exists()
    document.write_text(DIGEST)
    assert watch(folder) == 0
    assert not beside.exists()
    assert Issue.objects.count() == 1


def test_the_problems_of_a_document_that_is_gone_go_too(
    daily: Publication, folder: Path, capsys: Any
) -> None:
    document, beside = folder / "news.md", folder / "news.md.problems.txt"
    foreign = folder / "notes.md.problems.txt"
    foreign.write_text("of somebody else")
    document.write_text(NO_DATE)
    assert watch(folder) == 1 and beside.exists()
    document.unlink()
    (folder / "news-2026-03-02.md").write_text(DIGEST)  # Mended under another name.
    assert watch(folder) == 0
    assert not beside.exists() and foreign.read_text() == "of somebody else"


def test_a_picture_that_changed_is_handed_in_with_its_document(
    daily: Publication, folder: Path, capsys: Any
) -> None:
    (folder / "news.md").write_text(DIGEST + "\n![A ferry](ferry.jpg)\n")
    picture, beside = folder / "ferry.jpg", folder / "news.md.problems.txt"
    picture.write_bytes(b"half of it")
    assert watch(folder) == 1
    assert "[picture-refused]" in beside.read_text()
    picture.write_bytes(photograph())
    assert watch(folder) == 0
    assert Item.objects.exclude(picture="").count() == 1 and not beside.exists()
    first = Item.objects.exclude(picture="").get().picture
    capsys.readouterr()
    assert watch(folder) == 0
    assert capsys.readouterr().out == ""  # Nothing is repeated.
    picture.write_bytes(photograph(500, 400, "#808000"))
    assert watch(folder) == 0
    assert Item.objects.exclude(picture="").get().picture != first


def test_what_is_half_written_or_no_document_waits(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text(DIGEST)
    (folder / ".hidden").mkdir()
    for name in (".draft.md", "~lock.md", "picture.png", ".hidden/a.md", "a.md.problems.txt"):
        (folder / name).write_text(DIGEST)
    (folder / "link.md").symlink_to(tmp_path / "outside.md")
    source, growing = Folder(folder), folder / "growing.md"
    growing.write_text(DIGEST[:100])
    assert list(source.look()) == []  # Seen for the first time.
    growing.write_text(DIGEST[:200])
    assert list(source.look()) == []
    (found,) = source.look()
    assert found.name == "growing.md"
    growing.write_text(DIGEST)  # Between the look and the reading.
    assert source.read(found) is None
    growing.unlink()
    assert source.read(found) is None


def test_only_new_leaves_the_past_alone(daily: Publication, folder: Path) -> None:
    (folder / "old.md").write_text(DIGEST)
    assert watch(folder, "--only-new") == 0
    assert not Issue.objects.exists()
    (folder / "new.md").write_text(DIGEST.replace("2026-03-02", "2026-03-03"))
    assert watch(folder, "--only-new") == 0
    assert [one.slug for one in Issue.objects.all()] == ["2026-03-03"]


@pytest.mark.parametrize(("where", "publication"), [("nowhere", "daily"), (".", "weekly")])
def test_usage(daily: Publication, folder: Path, where: str, publication: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("watch", str(folder / where), "--publication", publication, "--once")
    assert refused.value.returncode == 2


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example.org",
         *arguments], check=True, capture_output=True,
    )  # fmt: skip


def test_a_work_tree_counts_as_it_is_committed(daily: Publication, folder: Path) -> None:
    git(folder, "init", "-q")
    posts = folder / "content" / "posts"
    posts.mkdir(parents=True)
    (folder / "README.md").write_text("# Not a digest\n")
    assert WorkTree.at(posts, "*") is not None
    with pytest.raises(CommandError, match="nothing is committed"):
        watch(posts)
    document = posts / "三月二日.md"
    document.write_text(DIGEST)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    document.write_text(DIGEST[:120])  # Somebody is writing on.
    assert watch(posts) == 0
    assert Issue.objects.get().items.count() == 2
    assert Revision.objects.get().source_name == "三月二日.md"
    assert watch(posts) == 0 and Revision.objects.count() == 1
    document.write_text(DIGEST.replace("faster", "slower"))
    git(folder, "commit", "-qam", "two")
    assert watch(posts) == 0
    assert Issue.objects.get().items.get(number=1).insight == "It is slower."
    assert not list(folder.rglob("*.problems.txt"))


def test_it_runs_until_stopped_and_goes_on_where_it_was(site: Site, tmp_path: Path) -> None:
    """Processes as in life: killed, started again, stopped."""
    set_up(site)
    folder = tmp_path / "in"
    folder.mkdir()

    def drafts() -> str:
        code = (
            "from newsletter.models import Issue, Revision;"
            " print(Issue.objects.count(), Revision.objects.count())"
        )
        return site.manage("shell", "-v", "0", "-c", code).stdout.strip()

    command = ("watch", str(folder), "--publication", "daily", "--every", "0.2")
    (folder / "2026-03-02.md").write_text(DIGEST)
    first = site.start(*command)
    assert first.stdout is not None
    assert first.stdout.readline() == b"2026-03-02.md: made 2026-03-02\n"
    time.sleep(0.3)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate(timeout=20)
    second = site.start(*command)
    other = DIGEST.replace("2026-03-02", "2026-03-03").replace("example.org/", "example.org/3/")
    other = other.replace("A new ferry", "The pier opens").replace("A bridge is", "Two roads are")
    (folder / "2026-03-03.md").write_text(other)
    assert second.stdout is not None
    assert second.stdout.readline() == b"2026-03-03.md: made 2026-03-03\n"
    second.terminate()
    rest, _errors = second.communicate(timeout=20)
    assert (second.returncode, rest) == (0, b"")
    assert drafts() == "2 2"


@pytest.fixture
def shut(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names that the system does not let us open, as it would not for another user."""
    names: set[str] = set()
    opened = Path.open

    def open_(path: Path, *args: Any, **more: Any) -> Any:
        if path.name in names:
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **more)

    monkeypatch.setattr(Path, "open", open_)
    return names


def test_what_cannot_be_read_is_said_and_holds_up_no_other(
    daily: Publication, folder: Path, shut: set[str], capsys: Any
) -> None:
    (folder / "locked.md").write_text(DIGEST)
    shut.add("locked.md")
    (folder / "open.md").write_text(DIGEST)
    assert watch(folder) == 1
    said = capsys.readouterr()
    assert "open.md: made 2026-03-02" in said.out
    assert said.err == "locked.md: cannot be read: Permission denied\n"
    shut.clear()
    assert watch(folder) == 0
    assert capsys.readouterr().out == "locked.md: same 2026-03-02\n"


def test_a_name_in_no_encoding_is_a_name(daily: Publication, folder: Path, capsys: Any) -> None:
    (folder / os.fsdecode("日报.md".encode("gbk"))).write_text(DIGEST)
    assert watch(folder, "--json") == 0
    assert json.loads(capsys.readouterr().out)["file"] == "\ufffdձ\ufffd.md"
    assert Revision.objects.get().source_name == "\ufffdձ\ufffd.md"
    assert watch(folder) == 0 and capsys.readouterr().out == ""


def test_two_versions_that_nobody_chose_from_are_refused_at_their_line(
    daily: Publication, folder: Path, capsys: Any
) -> None:
    text = DIGEST.replace(
        "It is faster.", "\n<<<<<<< HEAD\nIt is faster.\n=======\nIt is slower.\n>>>>>>> theirs"
    )
    (folder / "news.md").write_text(text)
    assert watch(folder) == 1
    assert "news.md:9:1: error: Two versions stand here, down to line 13" in capsys.readouterr().out
    assert not Issue.objects.exists()


def test_a_hook_of_git_hands_in_the_tree_that_was_named(
    daily: Publication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(folder, "init", "-q")
    posts = folder / "posts"
    posts.mkdir()
    (posts / "a.md").write_text(DIGEST)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    (posts / "b.md").write_text(NO_DATE)  # Not committed: nobody's business yet.
    monkeypatch.setenv("GIT_DIR", ".git")
    assert watch(posts) == 0
    assert Issue.objects.count() == 1


def test_a_work_tree_of_somebody_else_is_no_mere_folder(
    daily: Publication, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(folder, "init", "-q")
    (folder / "half.md").write_text(DIGEST[:120])
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(CommandError, match="dubious ownership"):
        watch(folder)
    assert not Issue.objects.exists()
