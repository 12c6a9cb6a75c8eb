"""A backup is of one moment, holds no keys, and a site restored from it asks before it sends."""

from __future__ import annotations

import json
import os
import signal
import stat
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Site
from tests.sending import lab
from tests.sending.test_faults_copies import Postfix
from tests.smtpd import read_log


@pytest.fixture(scope="module")
def laboratory() -> Iterator[lab.Lab]:
    running = lab.Lab({**os.environ})
    yield running
    running.close()


def ledger_of(nursery: lab.Nursery) -> dict[str, int]:
    found: dict[str, int] = json.loads(nursery.run("report"))["ledger"]
    return found


def test_made_while_it_sends_it_is_restored_and_nothing_goes_out(
    site: Site, laboratory: lab.Lab
) -> None:
    """The restore drill of the handbook, on the database of this run."""
    folder = site.folder
    mail_log = folder / "mail.log"
    with Postfix(mail_log, log=folder / "accepted", delay=0.05) as relay:
        site.env["SMTP_URL"] = (
            f"smtp://127.0.0.1:{relay.port}?name=relay&starttls=never&connections=2"
        )
        with lab.Nursery(laboratory, site.env) as nursery:
            nursery.run("populate", "1200")
            (folder / "templates").mkdir()
            (folder / "templates" / "own.html").write_text("ours")
            pid = nursery.birth()
            lab.until(lambda: len(relay.accepted) > 100, 60)
            (folder / "earlier.keys").write_text(site.env["LINK_KEYS"])
            (folder / "dkim").mkdir()
            (folder / "dkim" / "news.pem").write_text("secret")
            done = site.manage("backup", "site.tar", "--keys", "keys.txt")
            assert "site.tar: the site as it was at" in done.stdout
            after = len(relay.accepted)
            lab.until(lambda: len(relay.accepted) > after + 50, 60)
            nursery.end(pid, signal.SIGKILL)
            sent = len(relay.accepted)

            # What it holds, and what not.
            assert stat.S_IMODE((folder / "site.tar").stat().st_mode) == 0o600
            assert (folder / "keys.txt").read_text().strip() == site.env["LINK_KEYS"]
            with tarfile.open(folder / "site.tar") as archive:
                names = archive.getnames()
            assert names[0] == "manifest.json" and "files/templates/own.html" in names
            # No key, nothing of this machine, and no earlier backup with its keys beside it.
            files = [name for name in names if name.startswith("files/")]
            assert files == ["files/templates/own.html"]
            assert site.env["LINK_KEYS"][2:].encode() not in (folder / "site.tar").read_bytes()

            # Over a site with readers only if told, and never beside a worker that lives.
            refused = site.manage("restore", "site.tar", check=False)
            assert refused.returncode == 1
            assert "Stop it first" in refused.stderr or "has readers" in refused.stderr
            time.sleep(21)
            refused = site.manage("restore", "site.tar", check=False)
            assert refused.returncode == 1 and "has readers" in refused.stderr
            site.manage("restore", "site.tar", "--replace")

            # The guard: of one moment, paused, and no machine sends.
            found = json.loads(nursery.run("report"))
            assert found["state"] == "paused" and found["reason"].startswith("The database is")
            assert found["ledger"] == found["recount"]
            assert 100 <= found["ledger"]["sent"] <= sent
            pid = nursery.birth("--lease", "2")
            lab.until(lambda: '"asking"' in site.manage("machines", "--json").stdout, 60)
            site.manage("machines", "--agree")
            assert '"enrolled"' in site.manage("machines", "--json").stdout
            time.sleep(6)
            assert len(relay.accepted) == sent

            # What went out since is known to the mail server: nobody gets it twice.
            relay.say("postfix/smtpd[1]: connect from unknown[127.0.0.1]")
            settle = ["settle_doubt", "daily", "2026-03-02", "--log", "mail.log", "--json"]
            dry = json.loads(site.manage(*settle, "--dry-run").stdout)
            assert json.loads(site.manage(*settle).stdout) == dry
            assert dry["sent"] + dry["sent_after_copy"] == sent - found["ledger"]["sent"]
            assert dry["sent_after_copy"] > 0 and dry["still_in_doubt"] == 0
            assert json.loads(nursery.run("report"))["ledger"]["sent"] == sent
            relay.delay = 0
            nursery.run("act", "resume")
            lab.until(lambda: ledger_of(nursery)["waiting"] == 0, 120)
            if ledger_of(nursery)["failed"]:
                nursery.run("act", "retry_failed")
            lab.until(lambda: ledger_of(nursery)["sent"] == 1200, 60)
            nursery.end(pid)
    everybody = [line.recipient for line in read_log(folder / "accepted")]
    assert len(everybody) == len(set(everybody)) == 1200
    assert (folder / "templates" / "own.html").read_text() == "ours"


def test_what_is_no_backup_or_of_other_keys_is_refused(site: Site, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_text("no")
    done = site.manage("restore", "x.tar", check=False)
    assert done.returncode == 1 and "is no backup" in done.stderr
    site.manage("backup", "site.tar", "--keys", "keys.txt")
    again = site.manage("backup", "site.tar", check=False)
    assert again.returncode == 1 and "exists already" in again.stderr
    other = Site(tmp_path, {**site.env, "LINK_KEYS": "1:" + "f" * 64})
    done = other.manage("restore", "site.tar", check=False)
    assert done.returncode == 1 and "LINK_KEYS are not the keys" in done.stderr
    site.manage("restore", "site.tar")
    assert "waits for a person" in site.manage("machines").stdout
