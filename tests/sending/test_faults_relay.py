"""The relay misbehaves: 9 to 21 of the fault table. The same oracle as in test_faults.py."""

from __future__ import annotations

import base64
import socket
import ssl
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import Site
from tests.sending import lab
from tests.sending.test_faults import (
    ask,
    finish,
    finished,
    laboratory,  # noqa: F401
    log,
    nursery_of,
    point_at,
    report,
    stage,
    truth,
)
from tests.smtpd import Authority, Fault, Smtpd

# ---- 9 to 12: a relay that is away, closes, or wants us later


def test_9_a_relay_that_is_down_is_asked_gently_and_loses_nobody(site: Site) -> None:
    with stage(site, 100, faults=["banner:421 4.3.2 down"], connections=10) as (relay, nursery):
        port = relay.port
        pid = nursery.birth()
        lab.until(lambda: relay.connections >= 2, 30)
        started, before = time.monotonic(), relay.connections
        time.sleep(4)
        assert relay.connections - before <= time.monotonic() - started + 1
        relay.faults = []
        assert relay.port == port
        lab.until(finished(site), 60)
        nursery.end(pid)
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["in_doubt"], ledger["failed"]) == (100, 0, 0)


@pytest.mark.long
def test_9_long_nobody_listens_for_10_minutes(site: Site) -> None:
    port = free_port()
    point_at(site, port, 10)
    nursery = nursery_of(site)
    nursery.run("populate", "100")
    pid = nursery.birth()
    time.sleep(600)
    tries = nursery.messages.count("next try in")
    assert 3 <= tries <= 30, "asked for ten minutes, further and further apart"
    with Smtpd(log=site.folder / "accepted", port=port):
        lab.until(finished(site), 400)  # The longest wait between two tries is five minutes.
        assert nursery.alive(pid)
        nursery.end(pid)
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["in_doubt"], ledger["failed"]) == (100, 0, 0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_10_connections_that_carry_50_messages(site: Site) -> None:
    with stage(site, 700, per_connection=50) as (relay, nursery):
        finish(site, nursery)
        assert relay.connections >= 700 // 50
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["deferred"], ledger["in_doubt"]) == (700, 0, 0)
    assert ask(site, "SELECT per_connection FROM newsletter_relay")[0][0] in range(50, 60)


def test_11_greylisting_is_waited_out(site: Site) -> None:
    with stage(site, 60, faults=["rcpt:450 4.2.0 greylisted"]) as (relay, nursery):
        pid = nursery.birth("--retry", "2")
        lab.until(lambda: ask(site, "SELECT sum(deferred) FROM newsletter_chunk") == [(60,)], 30)
        relay.faults = []
        assert not log(site)
        lab.until(finished(site), 60)
        nursery.end(pid)
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["failed"]) == (60, 0)
    assert ask(site, "SELECT DISTINCT round FROM newsletter_outcome ORDER BY 1") == [(1,), (2,)]


def test_12_deferred_for_ever_is_failed_as_expired(site: Site) -> None:
    with stage(site, 40, faults=["data:451 4.3.0 later"]) as (_, nursery):
        finish(site, nursery, "--retry", "0.2")
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["failed"], ledger["deferred"]) == (0, 40, 0)
    assert ask(site, "SELECT max(round) FROM newsletter_outcome") == [(6,)]
    assert ask(site, "SELECT DISTINCT status FROM newsletter_outcome WHERE state = 'failed'") == [
        ("4.4.7",)
    ]


# ---- 13, 14: refusals


def test_13_unknown_users_are_failed_and_suppressed_and_nobody_else(site: Site) -> None:
    """Eight of 200, below the share from which on a person is asked."""
    hard = "SELECT count(*) FROM subscribers_suppression WHERE reason = 'hard'"
    faults = ["rcpt:550 5.1.1 no such user:100:@d3"]
    with stage(site, 200, "--domains", "25", faults=faults) as (_, nursery):
        pid = nursery.birth()
        lab.until(finished(site), 60)
        lab.until(lambda: ask(site, hard) == [(8,)], 60)
        nursery.end(pid)
    found = truth(site)
    failed = {a for a, state in found["readers"].items() if state == "failed"}
    assert failed == {a for a in found["readers"] if a.endswith("@d3.example.org")}
    assert found["ledger"]["sent"] == 192
    assert ask(site, "SELECT count(*) FROM newsletter_bounce WHERE kind = 'hard'") == [(8,)]


def test_14_other_refusals_suppress_nobody(site: Site) -> None:
    faults = [
        "rcpt:550 Mail content denied. Ip frequency limited:100:@d1",
        "rcpt:552 5.2.2 mailbox full:100:@d2",
        "dot:554 5.7.1 rejected by policy:100:@d3",
    ]
    with stage(site, 100, faults=faults) as (_, nursery):
        pid = nursery.birth()
        lab.until(
            lambda: (
                ask(site, "SELECT sum(sent + failed + deferred) FROM newsletter_chunk") == [(100,)]
            ),
            60,
        )
        nursery.end(pid)
    states = report(site)["readers"]
    by_domain = {a.split("@")[1].split(".")[0]: state for a, state in states.items()}
    assert (by_domain["d1"], by_domain["d2"], by_domain["d3"]) == ("deferred", "deferred", "failed")
    assert Counter(states.values()) == {"sent": 70, "deferred": 20, "failed": 10}
    assert ask(site, "SELECT count(*) FROM subscribers_suppression") == [(0,)]


# ---- 15, 16, 17, 18, 21: a relay that misbehaves at the end of the content


@pytest.mark.parametrize("what", ["drop", "reset", "garbage", "half-drop", "354 go on"])
def test_15_no_valid_answer_after_the_content_is_doubt(site: Site, what: str) -> None:
    with stage(site, 100, faults=[f"dot:{what}:100:@d4"], seed=5) as (_, nursery):
        finish(site, nursery)
    found = truth(site)
    doubt = {a for a, state in found["readers"].items() if state == "in_doubt"}
    assert doubt == {a for a in found["readers"] if a.endswith("@d4.example.org")}
    assert found["ledger"]["sent"] == 90


AFTER_THE_DOT = ("drop", "reset", "silence", "garbage", "half", "354 go on")


@pytest.mark.parametrize("count", [100, pytest.param(2000, marks=pytest.mark.long)])
def test_15_all_of_them_on_5_percent_each(site: Site, count: int) -> None:
    """Exactly those whose answer was no answer are in doubt; nobody is tried again."""
    faults = [f"dot:{what}:100:@d{number}\\." for number, what in enumerate(AFTER_THE_DOT)]
    with stage(site, count, "--domains", "20", faults=faults) as (_, nursery):
        finish(site, nursery, "--timeouts", "0.005", seconds=60 + count / 2)
    found = truth(site)
    bad = tuple(f"@d{number}.example.org" for number in range(len(AFTER_THE_DOT)))
    doubt = {a for a, state in found["readers"].items() if state == "in_doubt"}
    assert doubt == {a for a in found["readers"] if a.endswith(bad)}
    assert len(doubt) == count * 30 // 100
    assert found["ledger"]["sent"] == count - len(doubt)
    assert ask(site, "SELECT max(round) FROM newsletter_outcome") == [(1,)]


def test_15_and_18_silence_after_the_content_ends_with_the_timeout(site: Site) -> None:
    with stage(site, 40, faults=["dot:silence:100:r3@"]) as (_, nursery):
        finish(site, nursery, "--timeouts", "0.005")
    found = truth(site)
    assert found["readers"]["r3@d3.example.org"] == "in_doubt"
    assert found["ledger"]["sent"] == 39


def test_18_silence_before_the_content_is_no_doubt(site: Site) -> None:
    with stage(site, 40, faults=["rcpt:silence:20"], seed=3) as (_, nursery):
        finish(site, nursery, "--timeouts", "0.002")
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["in_doubt"]) == (40, 0)


def test_16_an_answer_that_takes_its_time_is_an_answer(site: Site) -> None:
    with stage(site, 20, faults=["dot:slow 3:100:r5@"]) as (_, nursery):
        finish(site, nursery)
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["in_doubt"]) == (20, 0)


@pytest.mark.long
def test_16_long_an_answer_after_90_and_after_590_seconds(site: Site) -> None:
    """Just within the ten minutes of RFC 5321, with the product's own timeouts."""
    faults = ["dot:slow 90:100:r5@", "dot:slow 590:100:r6@"]
    with stage(site, 40, faults=faults) as (relay, nursery):
        pid = nursery.birth()
        # Who was offered behind each of the two on its connection waits for it.
        lab.until(lambda: len(relay.accepted) >= 38, 30)
        lab.until(finished(site), 640)
        nursery.end(pid)
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["in_doubt"]) == (40, 0)


def test_17_a_tarpit_holds_up_its_own_connection_only(site: Site) -> None:
    with stage(site, 300, faults=["rcpt:tarpit:100:r7@"], tick=0.5) as (relay, nursery):
        pid = nursery.birth()
        lab.until(lambda: len(relay.accepted) >= 290, 30)
        assert "r7@d7.example.org" not in relay.recipients()
        lab.until(finished(site), 90)
        nursery.end(pid)
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["in_doubt"]) == (300, 0)


@pytest.mark.long
def test_17_long_the_other_connections_keep_their_rate(site: Site) -> None:
    """One of four connections is in a tarpit: the others do nine tenths of their work and more."""
    with stage(site, 6000, delay=0.02, tick=2) as (relay, nursery):

        def stuck() -> int:
            return sum(not one.transport.is_reading() for one in list(relay.open))

        pid = nursery.birth()
        lab.until(lambda: len(relay.accepted) > 200, 30, 0.005)
        before = rate(relay)
        relay.faults = [Fault("rcpt", "tarpit", 2)]
        lab.until(stuck, 20, 0.0005)
        relay.faults = []
        assert stuck() == 1
        meanwhile = rate(relay)
        assert stuck() == 1, "the tarpit ended too early to be measured"
        nursery.end(pid)
        finish(site, nursery)
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["in_doubt"]) == (6000, 0)
    kept = meanwhile / (before * 3 / 4)
    print(f"\ntarpit: the other three kept {kept:.0%} of their rate")
    assert kept >= 0.9


def rate(relay: Smtpd, seconds: float = 8) -> float:
    """Acceptances a second, counted for so long."""
    before, started = len(relay.accepted), time.monotonic()
    time.sleep(seconds)
    return (len(relay.accepted) - before) / (time.monotonic() - started)


# ---- 19: a relay that cannot be trusted


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("no STARTTLS", "the relay offers no STARTTLS and nothing is sent to it unencrypted"),
        ("expired", "certificate refused: certificate has expired"),
        ("another name", "certificate refused: Hostname mismatch"),
        ("cut in the handshake", "tls: "),
    ],
)
def test_19_nothing_is_said_to_a_relay_that_cannot_be_trusted(
    site: Site, tmp_path: Path, what: str, words: str
) -> None:
    """No letter of the mail and no password leaves; who waits is served once it is mended."""
    authority = Authority.make(tmp_path)
    good = authority.server("localhost")
    bad: dict[str, ssl.SSLContext | None] = {
        "no STARTTLS": None,
        "expired": authority.server("localhost", expired=True),
        "another name": authority.server("mail.example.org"),
        "cut in the handshake": good,
    }
    site.env["SSL_CERT_FILE"] = str(authority.file)
    faults = ["tls:drop"] if what == "cut in the handshake" else []
    users = {"news": "geheim-123"}
    with stage(site, 40, keep=True, tls=bad[what], users=users, faults=faults) as (relay, nursery):
        site.env["SMTP_URL"] = (
            f"smtp://news:geheim-123@localhost:{relay.port}?name=relay&starttls=required"
        )
        pid = nursery.birth()
        said = "SELECT last_error FROM newsletter_relay WHERE failures > 0"
        lab.until(lambda: ask(site, said), 30)
        assert words in ask(site, said)[0][0]
        time.sleep(1)
        assert not log(site)
        ledger = report(site)["ledger"]
        assert ledger["waiting"] + ledger["in_flight"] == 40
        relay.tls, relay.faults = good, []
        lab.until(finished(site), 60)
        nursery.end(pid)
        clear = bytes(relay.clear).upper()
    assert clear.replace(b"\r\nSTARTTLS", b"").startswith(b"EHLO")
    for word in (b"AUTH", b"MAIL", b"RCPT", b"DATA", b"GEHEIM", base64.b64encode(b"geheim-123")):
        assert word.upper() not in clear
    ledger = truth(site)["ledger"]
    assert (ledger["sent"], ledger["failed"], ledger["in_doubt"]) == (40, 0, 0)


def test_21_a_surplus_reply_moves_no_verdict_to_another_reader(site: Site) -> None:
    # Refused for what is in it: so many dead addresses would pause the issue.
    faults = ["dot:twice:20", "rcpt:554 5.6.0 content refused:100:@d2"]
    with stage(site, 200, faults=faults, seed=2) as (_, nursery):
        finish(site, nursery, seconds=90)
    found = truth(site)
    for address, state in found["readers"].items():
        if address.endswith("@d2.example.org"):
            assert state == "failed"
        else:
            assert state in ("sent", "in_doubt")
    assert found["ledger"]["sent"] >= 170


# ---- 20: our login


def test_20_a_refused_login_pauses_and_fails_nobody(site: Site) -> None:
    with stage(site, 50, users={"someone": "else"}) as (relay, nursery):
        site.env["SMTP_URL"] = site.env["SMTP_URL"].replace("//127", "//sudi:wrong@127")
        pid = nursery.birth()
        lab.until(lambda: ask(site, "SELECT state FROM newsletter_issue") == [("paused",)], 60)
        tries = relay.connections
        time.sleep(1)
        nursery.end(pid)
        assert tries <= 4 and relay.connections == tries
    found = truth(site)
    assert found["ledger"]["waiting"] == 50
    assert "does not accept our login" in found["reason"]
