"""The sign-up form against programs: limits in the database, proof of work, attack mode."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import threading
from typing import Any

import altcha
import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.core import mail
from django.db import connection
from django.test import Client

from subscribers import guard, housekeeping, limits, network
from subscribers.guard import GuardVerdict
from subscribers.limits import Rate
from subscribers.models import Limit, Subscriber, Subscription
from tests import builders
from tests.site_settings import configure

pytestmark = pytest.mark.django_db(transaction=True)

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
NET = "192.0.2.0/24"


@pytest.fixture(autouse=True)
def _jobs_run_at_once(settings: Any) -> None:
    settings.TASKS = {
        "default": {
            "BACKEND": "django_tasks.backends.immediate.ImmediateBackend",
            "QUEUES": ["default", "sending", "mail"],
        }
    }


@pytest.fixture
def harbour() -> Any:
    publication = builders.publication()
    builders.category(publication, "Tides")
    return publication


def solved(challenge: dict[str, Any]) -> str:
    """What a browser brings back."""
    parsed = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(parsed)
    assert solution is not None
    return altcha.Payload(parsed, solution).to_base64()


def attack(publication: Any) -> None:
    for number in range(guard.ATTACK_PENDING):
        builders.subscription(
            publication, f"victim{number}@example.net", state="pending", confirmed_at=None
        )


def test_slots_in_time() -> None:
    rate = Rate(interval=60, burst=3)
    with time_machine.travel(START, tick=False) as clock:
        assert [limits.take("relay:test", rate) for _ in range(4)] == [True, True, True, False]
        clock.shift(59)
        assert not limits.is_free("relay:test", rate)
        assert not limits.take("relay:test", rate)
        clock.shift(1)
        assert limits.is_free("relay:test", rate)
        assert [limits.take("relay:test", rate) for _ in range(2)] == [True, False]
        clock.shift(10_000)
        assert [limits.take("relay:test", rate) for _ in range(4)] == [True, True, True, False]


def test_one_slot_for_many_at_once() -> None:
    """Twelve threads, each with its own connection, one slot."""
    taken: list[bool] = []
    barrier = threading.Barrier(12)

    def grab() -> None:
        barrier.wait()
        try:
            taken.append(limits.take("confirm:one", Rate(interval=3600)))
        finally:
            connection.close()

    threads = [threading.Thread(target=grab) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 11 + [True]


def test_old_rows_go_and_rates_of_relays_stay() -> None:
    with time_machine.travel(START, tick=False) as clock:
        limits.take(limits.key_for("network", "a"), Rate(interval=60))
        limits.take(limits.key_for("confirm", "a"), Rate(interval=86_400))
        limits.take("relay:main", Rate(interval=1))
        clock.shift(3600)
        assert limits.sweep() == 1
        kinds = sorted(key.partition(":")[0] for key in Limit.objects.values_list("key", flat=True))
        assert kinds == ["confirm", "relay"]


def test_no_address_and_no_network_in_clear(client: Client, harbour: Any) -> None:
    client.post("/daily/subscribe/", {"address": "alice@example.org"})
    assert Limit.objects.count() >= 4
    for row in Limit.objects.all():
        assert re.fullmatch(r"[a-z0-9]+:[0-9a-f]{32}", row.key), row.key


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "found"),
    [
        ("198.51.100.7", "", [], "198.51.100.0/24"),
        ("198.51.100.7", "203.0.113.9", [], "198.51.100.0/24"),
        ("127.0.0.1", "203.0.113.9", ["127.0.0.0/8"], "203.0.113.0/24"),
        ("127.0.0.1", "192.0.2.1, 203.0.113.9, 127.0.0.2", ["127.0.0.0/8"], "203.0.113.0/24"),
        ("127.0.0.1", "nonsense", ["127.0.0.0/8"], "127.0.0.0/24"),
        ("", "203.0.113.9", ["127.0.0.0/8"], "203.0.113.0/24"),
        ("2001:db8:1:2::3", "", [], "2001:db8:1::/48"),
        ("::ffff:198.51.100.7", "", [], "198.51.100.0/24"),
        ("", "", [], ""),
    ],
)
def test_the_network_of_a_visitor(
    rf: Any, settings: Any, remote: str, forwarded: str, proxies: list[str], found: str
) -> None:
    import ipaddress

    configure(settings, TRUSTED_PROXIES=[ipaddress.ip_network(proxy) for proxy in proxies])
    request = rf.get("/", REMOTE_ADDR=remote, headers={"x-forwarded-for": forwarded})
    assert network.network(request) == found


def test_a_flood_from_one_network_leaves_the_form_to_others(client: Client, harbour: Any) -> None:
    def post(number: int, source: str) -> int:
        return client.post(
            "/daily/subscribe/",
            {"address": f"a{number}@example.org"},
            REMOTE_ADDR=source,
        ).status_code

    # The whole /24 shares a limit.
    codes = [post(number, f"192.0.2.{number}") for number in range(40)]
    assert codes == [303] * 15 + [429] * 25
    assert Subscriber.objects.count() == 15
    assert post(99, "198.51.100.1") == 303


def test_a_proof_is_good_once_and_widens_the_limit(client: Client, harbour: Any) -> None:
    for _ in range(15):
        assert guard.judge(harbour, NET) is GuardVerdict.PASS
    assert guard.judge(harbour, NET) is GuardVerdict.BUSY
    page = client.get("/daily/subscribe/").content.decode()
    found = re.search(r'data-challenge="([^"]+)"', page)
    assert found is not None
    proof = solved(json.loads(html.unescape(found.group(1))))
    assert guard.judge(harbour, NET, proof=proof) is GuardVerdict.PASS
    assert guard.judge(harbour, NET, proof=proof) is GuardVerdict.BUSY  # Used: counts as none.


def test_forged_foreign_and_late_proofs_count_as_none(harbour: Any) -> None:
    other = builders.publication("weekly")
    with time_machine.travel(START, tick=False) as clock:
        good = solved(guard.challenge(harbour))
        foreign = solved(guard.challenge(other))
        forged = solved(
            dict(altcha.create_challenge("SHA-256", 1, counter=9, hmac_secret="guess").to_dict())
        )
        for proof in (foreign, forged, good[:-8], "", "e30=", "\x00", "A" * 5000, "W10="):
            assert not guard.proof_is_good(proof, harbour), proof
        clock.shift(2 * 3600 + 1)
        assert not guard.proof_is_good(good, harbour)


def test_attack_mode_asks_for_a_proof_or_patience(client: Client, harbour: Any) -> None:
    with time_machine.travel(START, tick=False) as clock:
        Subscription.objects.all().delete()
        attack(harbour)
        Subscription.objects.update(since=START)
        assert guard.under_attack(harbour)
        assert not guard.under_attack(builders.publication("weekly"))
        fields = {"address": "alice@example.org"}
        answer = client.post("/daily/subscribe/", fields)
        assert answer.status_code == 200
        page = answer.content.decode()
        assert "Wait half a minute, then press the button once more." in page
        assert 'value="alice@example.org"' in page
        found = re.search(r'name="ticket" value="([^"]+)"', page)
        assert found is not None
        fields["ticket"] = html.unescape(found.group(1))
        clock.shift(20)
        assert client.post("/daily/subscribe/", fields).status_code == 200
        clock.shift(11)
        elsewhere = client.post("/daily/subscribe/", fields, REMOTE_ADDR="198.51.100.1")
        assert elsewhere.status_code == 200  # Another network's ticket.
        assert mail.outbox == []
        assert client.post("/daily/subscribe/", fields).status_code == 303
        assert client.post("/daily/subscribe/", fields).status_code == 200  # Good once.
        assert [message.to for message in mail.outbox] == [["alice@example.org"]]

        # JSON cannot wait and press: it must bring the proof.
        path = "/api/publications/daily/subscribe/"
        body = {"address": "bob@example.org"}
        refused = client.post(path, body, "application/json")
        assert (refused.status_code, refused.json()["problems"][0]["code"]) == (429, "needed")
        body["proof"] = solved(client.get("/api/publications/daily/challenge/").json())
        assert client.post(path, body, "application/json").status_code == 202
        clock.shift(3600)
        assert not guard.under_attack(harbour)


def sign_ups_of_one_address(count: int) -> None:
    """`count` requests for one victim, each from a network of its own, over four days."""
    client = Client()
    with time_machine.travel(START, tick=False) as clock:
        for number in range(count):
            source = f"{10 + number // 65536}.{number // 256 % 256}.{number % 256}.1"
            answer = client.post(
                "/daily/subscribe/", {"address": "victim@example.org"}, REMOTE_ADDR=source
            )
            assert answer.status_code == 303
            if number % (count // 8 or 1) == 0:
                housekeeping.sweep()
        assert len(mail.outbox) == 1
        clock.shift(dt.timedelta(days=1))
        client.post("/daily/subscribe/", {"address": "victim@example.org"})
        assert len(mail.outbox) == 2


def test_many_sign_ups_of_one_address_are_one_mail(harbour: Any) -> None:
    sign_ups_of_one_address(300)


@pytest.mark.long
def test_ten_thousand_sign_ups_of_one_address_are_one_mail(harbour: Any) -> None:
    sign_ups_of_one_address(10_000)


def test_six_kinds_of_addresses_get_one_answer(client: Client, harbour: Any) -> None:
    from tests.benchmarks import same_answer

    answers = same_answer.measure(harbour, each=6)
    assert {name: len(found.seconds) for name, found in answers.items()} == {
        "new": 6, "pending": 6, "active": 6, "unsubscribed": 6, "suppressed": 6, "bounced": 6,
    }  # fmt: skip
    kinds = {frozenset(found.bodies) for found in answers.values()}
    assert len(kinds) == 1
    assert {len(found.bodies) for found in answers.values()} == {1}


def test_login_is_slowed_down(client: Client, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # Only quick.
    get_user_model().objects.create_superuser("alice", "alice@example.org", "a good password")

    def login(password: str, source: str = "192.0.2.1") -> str:
        answer = client.post(
            "/admin/login/", {"username": "alice", "password": password}, REMOTE_ADDR=source
        )
        if answer.status_code == 302:
            client.logout()
            return "in"
        return "slow" if "Too many failed logins" in answer.content.decode() else "wrong"

    with time_machine.travel(START, tick=False) as clock:
        assert [login("wrong") for _ in range(6)] == ["wrong"] * 5 + ["slow"]
        # Now even the right one is not looked at from there; a stranger keeps nobody else out.
        assert login("a good password") == "slow"
        assert login("a good password", source="198.51.100.1") == "in"
        clock.shift(61)
        assert login("a good password") == "in"
        # Success starts the count again.
        assert [login("wrong") for _ in range(6)] == ["wrong"] * 5 + ["slow"]

        # Guesses from many networks: the name is slowed down, but not where Alice is at home.
        clock.shift(3600)
        guesses = [login("wrong", source=f"10.0.{number}.1") for number in range(51)]
        assert guesses == ["wrong"] * 50 + ["slow"]
        assert login("a good password", source="10.1.1.1") == "slow"
        assert login("a good password", source="198.51.100.7") == "in"


def test_a_network_that_guesses_names_is_slowed_down(client: Client, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with time_machine.travel(START, tick=False):
        answers = [
            client.post("/admin/login/", {"username": f"name{number}", "password": "x"})
            for number in range(31)
        ]
    slowed = ["Too many failed logins" in answer.content.decode() for answer in answers]
    assert slowed == [False] * 30 + [True]


def test_the_json_interface(client: Client, harbour: Any) -> None:
    builders.category(harbour, "Board", visibility="private")
    builders.publication("closed", open=False)
    publications = client.get("/api/publications/")
    assert publications.json() == [
        {"slug": "daily", "name": "Harbour Daily", "description": "", "language": "en",
         "open": True, "rhythms": ["every"]}
    ]  # fmt: skip
    categories = client.get("/api/publications/daily/categories/").json()
    assert categories == [{"slug": "tides", "name": "Tides", "description": ""}]
    path = "/api/publications/daily/subscribe/"
    answer = client.post(
        path,
        {"address": "Alice@EXAMPLE.org", "categories": ["tides"], "new": False,
         "tail_links": False, "rhythm": "every", "language": "zh-Hans"},
        "application/json",
    )  # fmt: skip
    assert (answer.status_code, answer.json()) == (202, {"status": "look into the mailbox"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.cookies == {}
    reader = Subscription.objects.get()
    assert (reader.choice, reader.rhythm, reader.language) == (1, "every", "zh-Hans")
    assert mail.outbox[0].to == ["Alice@example.org"]
    assert client.options(path).status_code == 204
    for body, field in (
        ({}, "address"),
        ({"address": "bob@example.org", "categories": ["board"]}, "categories"),
        ({"address": "bob@example.org", "categories": []}, "categories"),
        ({"address": "bob@example.org", "rhythm": "hourly"}, "rhythm"),
        ({"address": ["bob@example.org"]}, "address"),
    ):
        refused = client.post(path, body, "application/json")
        assert refused.status_code == 422, body
        assert refused.json()["problems"][0]["field"] == field
    assert client.post(path, "{", "application/json").status_code == 400
    assert client.post("/api/publications/none/subscribe/", {"address": "bob@example.org"},
                       "application/json").status_code == 404  # fmt: skip
    assert client.post("/api/publications/closed/subscribe/", {"address": "bob@example.org"},
                       "application/json").status_code == 410  # fmt: skip
    assert Subscriber.objects.count() == 1


def test_the_form_in_a_foreign_frame(client: Client, harbour: Any) -> None:
    page = client.get("/daily/subscribe/embed/")
    assert "X-Frame-Options" not in page.headers
    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    answer = client.post("/daily/subscribe/embed/", {"address": "alice@example.org"})
    assert answer.headers["Location"].startswith("/daily/subscribe/embed/sent/?asked=")
    sent = client.get(answer.headers["Location"])
    assert "alice@example.org" in sent.content.decode()
    assert sent.status_code == 200
    assert "X-Frame-Options" not in sent.headers
    page_of_code = client.get("/daily/subscribe/code/").content.decode()
    assert "<iframe" not in page_of_code  # Shown to be copied, not put into the page.
    code = html.unescape(page_of_code)
    assert '<form method="post" action="http://127.0.0.1:8000/daily/subscribe/">' in code
    assert '<iframe src="http://127.0.0.1:8000/daily/subscribe/embed/"' in code
    assert '<script src="http://127.0.0.1:8000/static/subscribers/embed.js" async>' in code
    whole = client.get("/daily/subscribe/")
    assert whole.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in whole.headers["Content-Security-Policy"]
