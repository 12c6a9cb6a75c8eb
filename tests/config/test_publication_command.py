"""`publication`: settings by the names and rules of the form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from subscribers.models import AuditEntry, Publication
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def daily() -> Publication:
    return builders.publication(
        theme={"accent": "#24577a"}, labels={"category": ["Desk"]}, canary_size=5
    )


def test_it_shows_every_setting_and_changes_those_named(daily: Publication, capsys: Any) -> None:
    before = {
        field.name: getattr(daily, field.name)
        for field in Publication._meta.concrete_fields
        if field.name not in ("changed_at", "roundup_changed_at")
    }
    call_command("publication", "daily", "--json")
    shown = json.loads(capsys.readouterr().out)
    assert (shown["publication"], shown["roundup"], shown["time_zone"]) == ("daily", "off", "UTC")
    call_command(
        "publication", "daily", "--set", "roundup=weekly", "--set", "roundup_hour=7",
        "--set", "roundup_by_itself=yes", "--set", "time_zone=Asia/Shanghai", "--json",
    )  # fmt: skip
    shown = json.loads(capsys.readouterr().out)
    assert (shown["roundup"], shown["roundup_hour"], shown["roundup_by_itself"]) == (
        "weekly", 7, True,
    )  # fmt: skip
    daily.refresh_from_db()
    changed = {"roundup": "weekly", "roundup_hour": 7, "roundup_by_itself": True,
               "time_zone": "Asia/Shanghai"}  # fmt: skip
    assert {name: getattr(daily, name) for name in before} == {**before, **changed}
    assert daily.roundup_changed_at is not None
    entry = AuditEntry.objects.get(action="publication changed")
    assert entry.detail == {"fields": sorted(changed)}
    call_command("publication", "daily", "--set", "roundup_by_itself=no")
    daily.refresh_from_db()
    assert daily.roundup_by_itself is False
    assert "roundup_hour=7" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("roundup=daily", "roundup: "),
        ("roundup_items=201", "roundup_items: Choose a number from 1 to 200."),
        ("roundup_items=0", "roundup_items: Choose a number from 1 to 200."),
        ("roundup_hour=24", "roundup_hour: Choose a number from 0 to 23."),
        ("roundup_day=32", "roundup_day: Choose a number from 1 to 31."),
        ("roundup_by_itself=perhaps", "roundup_by_itself: say yes or no."),
        ("time_zone=Mars/Olympus", "time_zone: "),
        ("undo_seconds=1801", "undo_seconds: At most 1,800 seconds"),
    ],
)
def test_a_value_is_refused_at_its_name_and_nothing_is_stored(
    daily: Publication, change: str, words: str
) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("publication", "daily", "--set", "name=Other", "--set", change)
    assert str(refused.value).startswith(words) and refused.value.returncode == 1
    daily.refresh_from_db()
    assert daily.name == "Harbour Daily" and not AuditEntry.objects.exists()


def test_nothing_goes_by_itself_where_a_second_person_must_approve(daily: Publication) -> None:
    with pytest.raises(CommandError, match="roundup_by_itself: Where a second person"):
        call_command(
            "publication", "daily", "--set", "needs_approval=yes", "--set", "roundup_by_itself=yes"
        )


def test_switching_it_off_says_how_many_depend_on_it(daily: Publication) -> None:
    Publication.objects.update(roundup="weekly")
    builders.subscription(daily, "alice@example.org", rhythm="weekly")
    with pytest.raises(CommandError, match="roundup: 1 reader gets the round-up"):
        call_command("publication", "daily", "--set", "roundup=off")
    call_command("publication", "daily", "--set", "roundup=off", "--set", "roundup_ends=yes")
    daily.refresh_from_db()
    assert daily.roundup == "off"


def test_wrong_usage(daily: Publication) -> None:
    for args in (("other",), ("daily", "--set", "colour=red"), ("daily", "--set", "slug=x")):
        with pytest.raises(CommandError) as refused:
            call_command("publication", *args)
        assert refused.value.returncode == 2
