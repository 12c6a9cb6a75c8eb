"""`publication SLUG [--set NAME=VALUE]`: the form's names and rules, from a shell."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from newsletter import sending
from subscribers.models import AuditEntry, Publication
from tests import builders

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, Any, str]:
    """(exit code, the JSON printed or None, standard error)"""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("publication", *arguments, "--json", stdout=out, stderr=err)
    except SystemExit as error:
        code = int(error.code or 0)
    return code, json.loads(out.getvalue() or "null"), err.getvalue()


def test_shows_and_changes_by_the_names_of_the_form() -> None:
    builders.publication(name="Harbour Daily")
    code, shown, _ = run("daily")
    assert code == 0
    assert (shown["slug"], shown["name"], shown["undo_seconds"]) == ("daily", "Harbour Daily", 0)
    assert (shown["open"], shown["send_from"]) == (True, None)

    code, shown, _ = run(
        "daily", "--set", "undo_seconds=60", "--set", "open=false", "--set", "send_from=08:00",
        "--set", "send_until=18:30", "--set", "time_zone=Europe/Berlin", "--set", "accent=#24577a",
    )  # fmt: skip
    assert code == 0
    assert shown["accent"] == "#24577a"
    publication = Publication.objects.get()
    assert (publication.undo_seconds, publication.open) == (60, False)
    assert (str(publication.send_from), publication.time_zone) == ("08:00:00", "Europe/Berlin")
    assert publication.theme["accent"] == "#24577a"
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action) == ("publication", "publication changed")
    assert entry.detail == {
        "fields": ["accent", "open", "send_from", "send_until", "time_zone", "undo_seconds"]
    }
    # The same again changes nothing, and an empty value clears.
    run("daily", "--set", "undo_seconds=60")
    assert AuditEntry.objects.count() == 1
    run("daily", "--set", "send_from=", "--set", "send_until=")
    assert Publication.objects.get().send_from is None


def test_a_refused_value_changes_nothing() -> None:
    builders.publication()
    code, answer, _ = run(
        "daily", "--set", "name=Tide Daily", "--set", "undo_seconds=9999",
        "--set", "open=perhaps", "--set", "time_zone=Atlantis/Harbour",
    )  # fmt: skip
    assert code == 1
    assert {problem["field"] for problem in answer["problems"]} == {
        "undo_seconds", "open", "time_zone",
    }  # fmt: skip
    assert Publication.objects.get().name == "Harbour Daily"
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("pair", ["slug=weekly", "colour=red", "name", "=x"])
def test_other_names_are_a_usage_error(pair: str) -> None:
    builders.publication()
    with pytest.raises(CommandError) as caught:
        run("daily", "--set", pair)
    assert caught.value.returncode == 2
    assert "undo_seconds" in str(caught.value)
    with pytest.raises(CommandError) as caught:
        run("weekly")
    assert caught.value.returncode == 2


def test_switching_the_round_up_off_says_how_many_depend_on_it() -> None:
    publication = builders.publication(roundup="weekly")
    builders.subscription(publication, "alice@example.org", rhythm="weekly")
    code, answer, _ = run("daily", "--set", "roundup=off")
    assert code == 1
    assert answer["problems"][0]["field"] == "roundup"
    assert "1 reader gets the round-up" in answer["problems"][0]["message"]
    assert answer["problems"][0]["message"].endswith("(--set roundup_ends=true)")
    assert "roundup_ends" not in run("daily")[1]  # A confirmation is no setting.
    code, shown, _ = run("daily", "--set", "roundup=off", "--set", "roundup_ends=yes")
    assert (code, shown["roundup"]) == (0, "off")


@pytest.mark.parametrize(
    "pair", ["roundup=daily", "roundup_items=201", "roundup_hour=24", "roundup_day=32"]
)
def test_settings_of_the_round_up_outside_their_bounds(pair: str) -> None:
    builders.publication()
    code, answer, _ = run("daily", "--set", pair)
    assert (code, answer["problems"][0]["field"]) == (1, pair.partition("=")[0])


def test_a_rehearsal_address_set_from_a_shell_pauses_what_is_under_way() -> None:
    publication = builders.publication()
    issue = builders.issue(publication, "2026-03-02")
    builders.item(issue, builders.category(publication, "Tides"), "A note")
    builders.subscription(publication, "alice@example.org")
    sending.release(issue, by="alice", now=True)
    sending.freeze(issue.pk)
    code, shown, _ = run("daily", "--set", "rehearsal_address=desk@harbour.example.org")
    assert (code, shown["rehearsal_address"]) == (0, "desk@harbour.example.org")
    issue.refresh_from_db()
    assert issue.state == "paused"
