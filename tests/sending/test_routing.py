"""Several relays, and some publications that go by one of them alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from newsletter import sending
from newsletter.sending import ending, limits
from newsletter.sending.ending import Work
from newsletter.sending.engine import relays, routing
from newsletter.smtp import BadServer
from subscribers.models import AuditEntry
from tests import builders
from tests.conftest import Site
from tests.sending import stage
from tests.site_settings import override
from tests.smtpd import Smtpd


@pytest.mark.parametrize(
    ("named", "wanted"),
    [
        ({"a": {1}, "b": set()}, {"a"}),
        ({"a": {1}, "b": {1, 2}, "c": set()}, {"a", "b"}),
        ({"a": {2}, "b": set(), "c": set()}, {"b", "c"}),
        # Every relay is another publication's: the mail goes all the same.
        ({"a": {2}, "b": {3}}, {"a", "b"}),
        ({"a": set()}, {"a"}),
    ],
)
def test_the_ways_of_a_publication(named: dict[str, set[int]], wanted: set[str]) -> None:
    assert routing.ways(1, named) == wanted


@pytest.mark.django_db(transaction=True)
def test_a_publications_issue_goes_by_its_relay_alone(tmp_path: Path) -> None:
    with Smtpd(log=tmp_path / "own") as own, Smtpd(log=tmp_path / "rest") as rest:
        urls = [
            f"smtp://127.0.0.1:{server.port}?starttls=never&name={name}"
            for server, name in ((own, "own"), (rest, "rest"))
        ]
        with override(DATA_DIR=tmp_path, SMTP_URLS=urls):
            routed = stage.issue_for(30)
            other = builders.publication(slug="other")
            ships = builders.category(other, "Ships")
            free = builders.issue(other)
            builders.item(free, ships, "A ship came in")
            for number in range(30):
                builders.subscription(other, f"other{number:03}@example.org", [ships])
            limits.set_publications("own", [routed.publication], "alice")
            for issue in (routed, free):
                sending.release(issue, by="alice", now=True)
            sending.sweep()
            sending.drain(30)
    assert sending.ledger(routed)["sent"] == sending.ledger(free)["sent"] == 30
    assert {one[:5] for one in own.recipients()} == {"reade"}
    assert {one[:5] for one in rest.recipients()} == {"other"}
    said = AuditEntry.objects.get(action="changed limits")
    assert (said.actor, said.detail) == ("alice", {"publications": [routed.publication.slug]})


@pytest.mark.django_db
def test_a_forecast_counts_the_relays_of_its_publication(client: Client) -> None:
    urls = ["smtp://127.0.0.1:25?name=own", "smtp://127.0.0.1:26?name=rest"]
    publication, other = builders.publication(), builders.publication(slug="other")
    with override(SMTP_URLS=urls):
        limits.set_rate("own", 600, "a")
        client.force_login(get_user_model().objects.create_superuser("root", password="x"))
        form = {"relay": "own", "what": "publications", "publications": [publication.pk]}
        assert client.post("/admin/operation/limits/", form).status_code == 302
        page = client.get("/admin/operation/limits/").content.decode()
        boxes = re.findall(r'name="publications" value="(\d+)"[^>]* checked', page)
        assert "Only these publications" in page and boxes == [str(publication.pk)]
        relays = limits.of_relays()
        now = builders.NOW
        assert ending.forecast(Work(600), relays, publication, now).ends_at is not None
        assert ending.forecast(Work(600), relays, other, now).ends_at is None


def test_two_relays_of_one_name_are_refused_by_it() -> None:
    """Two accounts at one provider shared a row: one's limits, hours and failures were both's."""
    urls = [f"smtps://{user}:x@smtp.example.org" for user in "ab"]
    with override(SMTP_URLS=urls), pytest.raises(BadServer, match=r"smtp.example.org.*\?name="):
        relays.servers()
    urls[1] += "?name=second"
    with override(SMTP_URLS=urls):
        assert [one.name for one in relays.servers()] == ["smtp.example.org", "second"]


def test_the_command_names_them(site: Site) -> None:
    site.env["SMTP_URL"] = "smtp://127.0.0.1:25?name=a smtp://127.0.0.1:26?name=b"
    done = site.manage("limits", "--relay", "a", "--publications", "nowhere", check=False)
    assert done.returncode == 1 and "there is no nowhere" in done.stderr
    lines = site.manage("limits", "--relay", "a", "--publications", "", "--json").stdout
    assert [json.loads(line)["publications"] for line in lines.splitlines()] == [[], []]
