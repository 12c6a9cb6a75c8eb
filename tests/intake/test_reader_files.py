"""Readers handed in as a file by a program: asked, answered, imported; never more than may be."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from subscribers.lists import jobs
from subscribers.models import AuditEntry, ImportJob, ListDecision, Publication, Subscription
from tests import builders
from tests.intake.programs import Answer, Program

pytestmark = pytest.mark.django_db(transaction=True)

FILE = "email,name,kz\nann@example.org,Ann,A\nben@example.org,Ben,U\ncid@example.org,Cid,A\n"
ANSWERS = [("value", "kz:A=active"), ("value", "kz:U=unsubscribed"), ("consent", "sheets of paper")]


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


@pytest.fixture
def program(daily: Publication) -> Program:
    return Program(daily, name="uma", role="reader_care", rights="readers")


def send(program: Program, *options: tuple[str, str], kind: str = "text/csv") -> Answer:
    return program.post(f"/readers/import?{urlencode(options)}", FILE, kind)


def test_what_is_open_is_asked_and_nothing_is_stored(program: Program) -> None:
    answer = send(program, ("consent", "sheets of paper"))
    assert (answer.status, answer.json["type"].partition("#")[2]) == (422, "undecided")
    assert [one["column"] for one in answer.json["undecided"]] == ["kz"]
    assert answer.json["undecided"][0]["values"][0] == {
        "value": "A",
        "count": 2,
        "examples": [
            {"line": 2, "address": "a…@example.org"},
            {"line": 4, "address": "c…@example.org"},
        ],
    }
    assert not ImportJob.objects.exists() and not Subscription.objects.exists()


def test_a_dry_run_counts_and_names_nobody(program: Program) -> None:
    answer = send(program, *ANSWERS, ("dry_run", "true"))
    assert answer.status == 200
    assert (answer.json["counts"], answer.json["rows"]) == ({"active": 2, "unsubscribed": 1}, 3)
    assert (answer.json["states"], answer.json["whole"]) == (["kz"], True)
    assert "@" not in json.dumps(answer.json)
    assert not ImportJob.objects.exists()


def test_the_answers_are_taken_and_on_record(program: Program) -> None:
    answer = send(program, *ANSWERS, ("name", "club.csv"))
    assert (answer.status, answer.json["state"]) == (202, "running")
    jobs.import_readers.func(answer.json["id"])
    ties = Subscription.objects.values_list("subscriber__address", "state")
    assert dict(ties) == {
        "ann@example.org": "active",
        "ben@example.org": "unsubscribed",
        "cid@example.org": "active",
    }
    decision = ListDecision.objects.get()
    assert (decision.actor, decision.file) == ("uma", "club.csv")
    assert decision.values == [["kz", "A", "active"], ["kz", "U", "unsubscribed"]]
    assert AuditEntry.objects.get(action="readers imported").detail["way"] == "api"
    done = program.get(f"/readers/imports/{answer.json['id']}")
    assert (done.status, done.json["state"]) == (200, "done")
    assert done.json["counts"] == {"active": 2, "unsubscribed": 1}
    assert program.get("/readers/imports/999").status == 404


@pytest.mark.parametrize(
    ("options", "kind", "status"),
    [
        ([("column", "kz=nothing")], "text/csv", 422),
        ([("value", "kz:A=alive")], "text/csv", 422),
        ([("consent", "by ann@example.org")], "text/csv", 422),
        ([*ANSWERS, ("categories", "Nowhere")], "text/csv", 422),
        ([("colunm", "kz=status")], "text/csv", 422),
        (ANSWERS, "application/json", 415),
    ],
)
def test_what_is_wrong_is_refused(
    program: Program, options: list[tuple[str, str]], kind: str, status: int
) -> None:
    assert send(program, *options, kind=kind).status == status
    assert not ImportJob.objects.exists()


def test_a_token_for_drafts_imports_nobody(daily: Publication) -> None:
    assert send(Program(daily), *ANSWERS).status == 403
    reader_care = Program(daily, name="uma", role="reader_care", rights="readers")
    assert reader_care.put().status == 403
