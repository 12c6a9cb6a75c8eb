"""A8: with LINK_KEYS that are not the database's nothing is done, and nobody makes up new ones."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.core.management import load_command_class

from newsletter.bounces import effects
from newsletter.config import trial
from newsletter.models import SiteIdentity
from newsletter.sending.guard import keys
from newsletter.sending.guard.keys import WrongKeys, refusal
from subscribers.addresses import key_of
from subscribers.models import AuditEntry
from tests import builders
from tests.conftest import ROOT, Site
from tests.sending import lab
from tests.site_settings import override

ONE, TWO, THREE = b"1" * 32, b"2" * 32, b"3" * 32


# Commands that do without, each saying why where it says so.
LOOKED_AT_BY_THEMSELVES = {"deploy_files", "doctor", "receive_report", "restore", "upgrade"}


def test_every_command_looks_at_the_keys_first() -> None:
    commands = {
        path.stem: load_command_class(app, path.stem)
        for app in ("newsletter", "subscribers")
        for path in (ROOT / app / "management" / "commands").glob("[a-z]*.py")
    }
    assert len(commands) > 25
    without = {name for name, it in commands.items() if "keys" not in it.requires_system_checks}
    assert without == LOOKED_AT_BY_THEMSELVES


def prints(**secrets: bytes) -> dict[str, str]:
    return keys.fingerprints({int(name[1:]): secret for name, secret in secrets.items()})


@pytest.mark.parametrize(
    ("known", "given", "refused"),
    [
        (prints(v1=ONE), prints(v1=ONE), ""),
        (prints(v1=ONE), prints(v1=ONE, v2=TWO), ""),  # Rotation.
        (prints(v1=ONE, v2=TWO), prints(v2=TWO), ""),  # The old one is dropped.
        (prints(v1=ONE), prints(v1=TWO), "version 1"),  # Another site's, or made up anew.
        (prints(v1=ONE), prints(v2=TWO), "version 1"),
        (prints(v1=ONE), prints(v1=TWO, v2=ONE), "version 1"),
        # A machine that was not given the new key would know no reader.
        (prints(v1=ONE, v2=TWO), prints(v1=ONE), "version 2"),
        (prints(v9=ONE, v10=TWO), prints(v9=ONE), "version 10"),
        (prints(v1=ONE, v2=TWO), prints(v1=THREE, v2=TWO), "version 1"),
    ],
)
def test_a_set_is_taken_if_it_holds_the_newest_key_and_no_other_secret(
    known: dict[str, str], given: dict[str, str], refused: str
) -> None:
    said = refusal(known, given, all_rekeyed=True)
    assert bool(said) == bool(refused) and refused in said


def test_a_version_is_not_left_out_while_readers_are_known_by_it() -> None:
    said = refusal(prints(v1=ONE, v2=TWO), prints(v2=TWO), all_rekeyed=False)
    assert "leaves out version 1" in said


def test_fingerprints_tell_nothing_and_differ() -> None:
    assert prints(v1=ONE)["1"] != prints(v1=TWO)["1"]
    assert ONE.hex() not in prints(v1=ONE)["1"] and len(prints(v1=ONE)["1"]) == 32


def settled(**secrets: bytes) -> bool:
    keys.forget()
    with override(LINK_KEYS={int(name[1:]): secret for name, secret in secrets.items()}):
        return keys.settle()


@pytest.mark.django_db
def test_the_fingerprints_follow_a_set_that_is_taken() -> None:
    assert settled(v1=ONE) and settled(v1=TWO)  # Nobody is known by any yet.
    with override(LINK_KEYS={1: TWO}):
        builders.subscriber("alice@example.org")
    assert settled(v1=TWO, v2=THREE)
    assert SiteIdentity.objects.get().keys == prints(v1=TWO, v2=THREE)
    with pytest.raises(WrongKeys):
        settled(v1=TWO)
    with pytest.raises(WrongKeys, match="leaves out version 1"):
        settled(v2=THREE)
    AuditEntry.objects.create(actor="worker", action="re-keyed", target="link-key:2")
    assert settled(v2=THREE)
    with pytest.raises(WrongKeys):
        settled(v1=ONE)


@pytest.mark.django_db
def test_on_a_database_of_0_1_0_the_readers_say_which_keys_are_right() -> None:
    with override(LINK_KEYS={1: ONE}):
        builders.subscriber("alice@example.org")
    with pytest.raises(WrongKeys, match="no reader in it is known"):
        settled(v1=TWO)
    assert not SiteIdentity.objects.filter(keys__has_key="1").exists()
    assert settled(v1=ONE, v2=TWO)
    assert key_of("alice@example.org")


@pytest.mark.django_db
def test_a_data_dir_of_another_site_is_refused(tmp_path: Path) -> None:
    builders.subscriber("alice@example.org")
    with override(DATA_DIR=tmp_path):
        keys.forget()
        assert keys.settle()
        (tmp_path / "machine" / "site").write_text("another")
        keys.forget()
        with pytest.raises(WrongKeys, match="belongs to another site"):
            keys.settle()


@pytest.mark.django_db
def test_a_listener_with_the_old_keys_gives_reports_back() -> None:
    """Signed by the newer key, their return paths would pass for forgeries."""
    builders.subscriber("alice@example.org")
    assert keys.settle()
    report = b"Subject: Undelivered\n\nhello"
    assert effects.receive(report).done == "nothing"
    known = SiteIdentity.objects.get().keys
    SiteIdentity.objects.update(keys={**known, "2": "e" * 32})
    with pytest.raises(WrongKeys, match="version 2"):
        effects.receive(report)


def readers(site: Site) -> None:
    make = "builders.subscription(builders.publication(), 'a@example.org')"
    site.manage("shell", "-c", f"from tests import builders; {make}")


def test_every_process_with_other_keys_refuses_to_start(site: Site) -> None:
    site.env["PYTHONPATH"] = os.getcwd()
    readers(site)
    other = Site(site.folder, {**site.env, "LINK_KEYS": "1:" + "f" * 64})
    csv = site.folder / "readers.csv"
    csv.write_text("email\nb@example.org\n")
    for command in (
        ["worker"],
        ["receive_mail", "--listen", "127.0.0.1:0"],
        ["import_subscribers", str(csv), "--publication", "daily"],
        ["ledger", "daily", "2026-03-02"],
        ["check"],
        ["migrate"],
    ):
        done = other.manage(*command, check=False, timeout=60)
        assert done.returncode == 1, command
        assert "LINK_KEYS are not the keys of this database" in done.stderr, command
    report = other.manage("receive_report", check=False, input=b"Subject: x\n\nx")
    assert report.returncode == 75  # The mail server keeps it.
    web = subprocess.run(
        [sys.executable, "-c", "import newsletter.config.wsgi"],
        env=other.env, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert web.returncode != 0
    assert "LINK_KEYS are not the keys of this database" in web.stderr


def test_missing_keys_are_made_once_and_never_beside_readers(site: Site) -> None:
    site.env["PYTHONPATH"] = os.getcwd()
    without = Site(site.folder, {k: v for k, v in site.env.items() if k != "LINK_KEYS"})
    kept = site.folder / "secrets" / "LINK_KEYS"
    without.manage("migrate")
    made = kept.read_text()
    without.manage("check")
    assert kept.read_text() == made
    # A second machine would make up others, and shut out the first.
    second = Site(site.folder, {**without.env, "DATA_DIR": str(site.folder / "second")})
    done = second.manage("check", check=False)
    assert done.returncode != 0 and "None were made up" in done.stderr
    readers(without)
    kept.unlink()
    done = without.manage("check", check=False)
    assert done.returncode != 0 and "None were made up" in done.stderr
    assert not kept.exists()


# ---- processes that run when the keys change


def start_web(site: Site, port: int, **env: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter.config", "gunicorn", "newsletter.config.wsgi",
         "--threads", "4", "--bind", f"127.0.0.1:{port}", "--no-control-socket"],
        env={**site.env, **env}, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def page(port: int) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/daily/", timeout=10) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


def test_whoever_runs_with_the_old_keys_stops_when_others_are_started_with_newer(
    site: Site,
) -> None:
    """A rolling restart: the first web server and the worker were not given the new key."""
    site.env["PYTHONPATH"] = str(ROOT)
    readers(site)
    newer = site.env["LINK_KEYS"] + ",2:" + "e" * 64
    ports = [trial.free_port(0), trial.free_port(0)]
    running = [start_web(site, ports[0])]
    worker = site.start("worker")
    try:
        lab.until(lambda: page(ports[0])[0] == 200, 60)
        assert worker.stdout is not None
        while b"The worker runs" not in worker.stdout.readline():
            assert worker.poll() is None
        running.append(start_web(site, ports[1], LINK_KEYS=newer))
        lab.until(lambda: page(ports[1])[0] == 200, 60)
        lab.until(lambda: page(ports[0])[0] == 503, 20)
        assert (
            "LINK_KEYS are not the keys of this database: it needs version 2" in page(ports[0])[1]
        )
        assert worker.wait(60) == 1
        assert "LINK_KEYS are not the keys of this database" in worker.stdout.read().decode()
        assert page(ports[1])[0] == 200
    finally:
        for process in [*running, worker]:
            process.terminate()
            process.wait(60)
        if worker.stdout is not None:
            worker.stdout.close()
