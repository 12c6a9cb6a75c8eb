"""What a monitor sees: probes by any host, metrics behind a door, logs that name nobody."""

from __future__ import annotations

import json
import logging
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from newsletter.config import forwarded, health, logs, metrics, running_version
from newsletter.models import Bounce, ForwardedPeer, Relay, Worker
from newsletter.sending.engine.sender import version
from tests import builders
from tests.conftest import Site
from tests.site_settings import override

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    forwarded._tally.forget()
    monkeypatch.setattr(health, "_migrated", [])


# ---- probes


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3:8000", "anything.example"])
def test_e10_alive_by_any_name_also_by_address(client: Client, host: str) -> None:
    answer = client.get("/healthz", headers={"host": host})
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert answer.headers["Cache-Control"] == "no-store"
    # Other pages still ask which host was meant.
    assert client.get("/", headers={"host": "anything.example"}).status_code == 400


def test_ready_only_with_a_worker_and_a_relay(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"worker: none was heard of lately\n")
    Worker.objects.create(name="w", machine="m", seen=timezone.now())
    assert client.get("/readyz").content == b"ready\n"
    later = timezone.now() + timezone.timedelta(minutes=5)
    Relay.objects.create(name="main", failures=3, closed_until=later)
    # One that was taken out of SMTP_URL is nobody's way out.
    Relay.objects.create(name="gone")
    main, second = "smtp://127.0.0.1:1?name=main", "smtp://127.0.0.1:2?name=second"
    with override(SMTP_URLS=[main]):
        assert client.get("/readyz").content == b"relay: none can be reached\n"
    Relay.objects.create(name="second")
    with override(SMTP_URLS=[main, second]):
        assert client.get("/readyz").status_code == 200
    with override(SMTP_URLS=["smtp://127.0.0.1:port"]):
        assert client.get("/readyz").content == b"relay: SMTP_URL cannot be understood\n"
        assert "sudi_workers" in metrics.text()


_DOCTOR = (
    "from newsletter.config import doctor;"
    "r, = doctor.examine(doctor.Surroundings(), lambda check: check.name == 'database');"
    "print(r.ok, r.remedy)"
)


@pytest.mark.needs("sqlite")
def test_e10_not_ready_on_a_database_that_takes_no_writes(site: Site) -> None:
    code = (
        "from django.test import Client;"
        "from django.db import connection as c;"
        "c.close();"
        "c.settings_dict['NAME'] = 'file:%s?mode=ro' % c.settings_dict['NAME'];"
        "print(Client().get('/readyz', headers={'host': '127.0.0.1'}).content.decode());"
    )
    said = site.manage("shell", "-v", "0", "-c", code + _DOCTOR).stdout
    assert said.startswith("database: read only\n"), said
    assert said.endswith("False Give this user write access.\n"), said


def test_e10_not_ready_before_its_tables(site: Site) -> None:
    """Asked as a process of its own: a database without this version's tables."""
    code = (
        "from django.test import Client;"
        "from django.db import connection as c;"
        "c.cursor().execute('DELETE FROM django_migrations WHERE app = %s AND name ='"
        " '(SELECT max(name) FROM django_migrations WHERE app = %s)', ['newsletter'] * 2);"
        "r = Client().get('/readyz', headers={'host': '127.0.0.1'});"
        "print(r.status_code, r.content.decode())"
    )
    assert site.manage("shell", "-v", "0", "-c", code).stdout.startswith(
        "503 migrations: not applied"
    )


# ---- metrics


def test_e10_metrics_open_to_the_token_the_networks_or_this_machine_alone(client: Client) -> None:
    assert client.get("/metrics").status_code == 404
    with override(METRICS=True):
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
        # A web server on this machine that nobody named speaks for the whole world.
        headers = {"x-forwarded-for": "203.0.113.9"}
        assert client.get("/metrics", headers=headers).status_code == 403
    with override(METRICS_TOKEN="a-long-token"):
        assert client.get("/metrics").status_code == 403
        right = {"authorization": "Bearer a-long-token"}
        away = {"REMOTE_ADDR": "203.0.113.9"}
        assert client.get("/metrics", headers=right, **away).status_code == 200
        wrong = {"authorization": "Bearer another"}
        assert client.get("/metrics", headers=wrong).status_code == 403


def test_metrics_parse_and_keep_their_names(client: Client) -> None:
    Relay.objects.create(name="127.0.0.1", latency_ms=250)
    client.get("/healthz")
    with override(METRICS=True):
        text = client.get("/metrics").content.decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert {
        "sudi_issues", "sudi_deliveries_finished", "sudi_deliveries", "sudi_chunks",
        "sudi_workers", "sudi_one_click_refused", "sudi_relay_failures", "sudi_relay_open",
        "sudi_bounces", "sudi_queue_age_seconds", "sudi_lease_age_seconds", "sudi_in_doubt",
        "sudi_relay_latency_seconds", "sudi_web_seconds", "sudi_jobs_waiting", "sudi_check",
        "sudi_task_failures",
    } <= set(families)  # fmt: skip
    assert "sudi_one_click_refused_total 0.0" in text
    assert families["sudi_relay_latency_seconds"].samples[0].value == 0.25


def test_a_bounce_is_counted_once(django_assert_num_queries: Any) -> None:
    from newsletter.bounces import effects

    reader = builders.subscriber("alice@example.net")
    for _again in (1, 2):
        effects.store(reader, None, None, "arf", "abuse", "the same", timezone.now())
    assert Bounce.objects.count() == 1
    from newsletter.config import metrics

    assert 'sudi_bounces_total{kind="complaint"} 1.0' in metrics.text()


# ---- forwarded headers


def test_e14_a_forwarded_header_of_an_untrusted_peer_is_not_believed_and_counted(
    client: Client,
) -> None:
    forged = {"x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https"}
    for _number in range(5):
        answer = client.get("/healthz", headers=forged, REMOTE_ADDR="10.0.0.7")
        assert answer.headers[forwarded.HEADER] == forwarded.IGNORED
        forwarded._tally._written = 0.0
    row = ForwardedPeer.objects.get()
    assert (row.peer, row.requests, row.forwarded) == ("10.0.0.7", 5, 5)
    assert [one.peer for one in forwarded.suspects()] == ["10.0.0.7"]


def test_of_a_public_peer_no_more_than_its_network_is_kept(client: Client) -> None:
    headers = {"forwarded": "for=198.51.100.7"}
    client.get("/healthz", headers=headers, REMOTE_ADDR="8.8.4.99")
    assert ForwardedPeer.objects.get().peer == "8.8.4.0/24"


def test_who_has_many_addresses_does_not_fill_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forwarded, "_MOST_A_DAY", 2)
    for peer in ("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.2"):
        forwarded._write({peer: (1, 1)})
    counted = dict(ForwardedPeer.objects.order_by("peer").values_list("peer", "requests"))
    assert counted == {"10.0.0.1": 1, "10.0.0.2": 2}


def test_a_few_forged_headers_among_many_requests_are_no_proxy(client: Client) -> None:
    for number in range(20):
        headers = {"x-forwarded-for": "198.51.100.7"} if number in (3, 9, 15, 19) else {}
        client.get("/healthz", headers=headers, REMOTE_ADDR="10.0.0.8")
        forwarded._tally._written = 0.0
    assert forwarded.suspects() == []


def test_a_trusted_proxy_is_believed(client: Client, settings: Any) -> None:
    import ipaddress

    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    headers = {"x-forwarded-for": "198.51.100.7", "x-forwarded-proto": "https"}
    with override(TRUSTED_PROXIES=[ipaddress.ip_network("10.0.0.0/8")]):
        answer = client.get("/healthz", headers=headers, REMOTE_ADDR="10.0.0.7")
        assert answer.headers[forwarded.HEADER] == forwarded.BELIEVED_HTTPS
        # From outside the proxy's network the same header makes nothing secure.
        answer = client.get("/healthz", headers=headers, REMOTE_ADDR="203.0.113.9")
        assert answer.headers[forwarded.HEADER] == forwarded.IGNORED
    assert ForwardedPeer.objects.filter(peer="10.0.0.7").count() == 0


# ---- logs

TOKEN = "AQID" * 10
SAYS = [
    ("550 5.1.1 <alice@example.net>: no such user", "550 5.1.1 <a…@example.net>: no such user"),
    ("für ünal@münchen.example, bitte", "für ü…@münchen.example, bitte"),
    (f"GET /s/u/{TOKEN}/ 400", "GET /s/u/…/ 400"),
    (f"to b-{'0f' * 20}@news.example.org", "to b-…@news.example.org"),
    ("smtp://sudi:s3cret@mail.example.org:587 refused", "smtp://…@mail.example.org:587 refused"),
    ("张三@例子.公司 被拒绝", "张…@例子.公司 被拒绝"),
    ("nothing to hide at 12:00", "nothing to hide at 12:00"),
    ('to "john smith"@example.com', "to j…@example.com"),
    ("GET /subscribe/?email=alice.b%40example.org", "GET /subscribe/?email=a…%40example.org"),
    ("postgres://sudi:s@cr@t@db.example/sudi", "postgres://…@db.example/sudi"),
    ("550 <alice@[192.0.2.1]>: no; alice@localhost", "550 <a…@[192.0.2.1]>: no; a…@localhost"),
    ("from bounce+alice=example.com@lists.example", "from b…=e…@lists.example"),
    ("Authorization: Bearer sudi_0123abcd", "Authorization: Bearer …"),
    ("AUTH PLAIN AGFsaWNlAHB3cGFzcw==", "AUTH PLAIN …"),
    ("host=db password=hunter2 user=sudi", "host=db password=… user=sudi"),
    ("https://news.example.org:8443/a@b", "https://news.example.org:8443/a…@b"),
]


@pytest.mark.parametrize(("text", "shown"), SAYS)
def test_e14_a_line_names_nobody(text: str, shown: str) -> None:
    assert logs.scrubbed(text) == shown
    record = logging.LogRecord("newsletter.x", logging.INFO, "x", 1, "%s", (text,), None)
    logs.Context().filter(record)
    assert logs.Line().format(record) == shown
    assert json.loads(logs.Json().format(record))["message"] == shown


def test_a_traceback_is_scrubbed_and_a_line_says_request_and_issue(client: Client) -> None:
    seen: list[logging.LogRecord] = []

    def respond(request: Any) -> Any:
        try:
            raise ValueError("of alice@example.net")
        except ValueError:
            record = logging.LogRecord(
                "newsletter.x", logging.ERROR, "x", 1, "failed", (), sys.exc_info()
            )
        logs.Context().filter(record)
        seen.append(record)
        from django.http import HttpResponse

        return HttpResponse()

    from django.test import RequestFactory

    answer = logs.middleware(respond)(RequestFactory().get("/admin/newsletter/issue/12/items/"))
    line = json.loads(logs.Json().format(seen[0]))
    assert line["request"] == answer.headers["X-Request-ID"] and line["issue"] == 12
    assert "a…@example.net" in line["error"] and "alice" not in line["error"]


def test_errors_are_kept_for_the_page_and_bounded(tmp_path: Path, client: Client) -> None:
    handler = logs.Errors(str(tmp_path))
    for number in range(8000):
        words = f"error {number} of alice@example.net " + "x" * 100
        handler.handle(logging.LogRecord("newsletter.x", logging.ERROR, "x", 1, words, (), None))
    kept = list(tmp_path.iterdir())
    assert sum(path.stat().st_size for path in kept) < 2_200_000
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    assert logs.last_errors(tmp_path, 2)[0]["message"].startswith("error 7999 of a…@")
    users = get_user_model().objects
    with override(DATA_DIR=tmp_path):
        client.force_login(users.create_user("alice", is_staff=True))
        assert client.get("/admin/operation/errors/").status_code in (403, 404)
        client.force_login(users.create_superuser("root", password="x"))
        page = client.get("/admin/operation/errors/").content.decode()
    assert "error 7999 of a…@example.net" in page and "alice@" not in page


@pytest.mark.parametrize("name", ["", "tasks/", "limits/", "errors/"])
def test_each_page_of_operation_opens(client: Client, name: str) -> None:
    now = timezone.now()
    builders.issue(builders.publication(), state="sent", frozen_at=now, finished_at=now)
    client.force_login(get_user_model().objects.create_superuser("root", password="x"))
    assert client.get(f"/admin/operation/{name}").status_code == 200


def test_the_doctor_can_be_asked_again_from_its_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from newsletter.config import doctor
    from newsletter.config.doctor.findings import bad, summed

    found = [summed("worker", [bad("No worker runs.", "Start it: sudi worker")])]
    monkeypatch.setattr(doctor, "examine", lambda site: found)
    client.force_login(get_user_model().objects.create_superuser("root", password="x"))
    assert client.post("/admin/operation/").status_code == 302
    page = client.get("/admin/operation/").content.decode()
    assert "No worker runs." in page and "Start it: sudi worker" in page


def test_a_web_process_says_which_version_it_began_with_to_the_doctor_alone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = client.get("/healthz").headers[running_version.HEADER]
    assert said == running_version.mark(version())
    assert version() not in said
    # The packages of a newer version lie on the disk, and nobody restarted this process.
    monkeypatch.setattr(running_version, "STARTED_WITH", "0.0.9")
    assert client.get("/healthz").headers[running_version.HEADER] == running_version.mark("0.0.9")
