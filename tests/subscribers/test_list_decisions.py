"""What a person decides of a file: asked once, all at once, on record; nobody comes in before."""

from __future__ import annotations

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse

from subscribers import housekeeping
from subscribers.lists import importing as csv_in
from subscribers.lists import jobs
from subscribers.lists.plan import Options
from subscribers.lists.source import Undecided
from subscribers.lists.source import look as look_at
from subscribers.models import (
    AuditEntry,
    ImportJob,
    ListDecision,
    Publication,
    Subscription,
    Suppression,
)
from tests import builders
from tests.admin.test_pages import client, user

pytestmark = pytest.mark.django_db

# A file with two columns that nobody can know: letters, and a question.
ASKING = """\
email,name,kz,May we write to you?
ann@example.org,Ann,A,Yes
ben@example.org,Ben,U,Yes
cid@example.org,Cid,A,No
dot@example.org,Dot,A,
"""


@pytest.fixture
def daily() -> Publication:
    return builders.publication()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "readers.csv"
    path.write_text(ASKING)
    return path


def command(path: Path, *more: str) -> tuple[int, list[dict[str, Any]]]:
    """(exit code, the objects printed) of `import_subscribers --json`."""
    out = StringIO()
    try:
        call_command(
            "import_subscribers", str(path), "--publication", "daily", "--consent", "paper",
            "--json", *more, stdout=out,
        )  # fmt: skip
    except CommandError as error:
        return error.returncode, [json.loads(line) for line in out.getvalue().splitlines()]
    return 0, [json.loads(line) for line in out.getvalue().splitlines()]


def states() -> dict[str, str]:
    rows = Subscription.objects.values_list("subscriber__address", "state")
    return {address.partition("@")[0]: state for address, state in rows}


def test_the_command_asks_for_everything_at_once(daily: Publication, path: Path) -> None:
    code, (refusal,) = command(path)
    assert code == 1
    assert refusal["undecided"] == [
        {
            "column": "kz",
            "place": 3,
            "about": ["unknown"],
            "values": [
                {
                    "value": "A",
                    "count": 3,
                    "examples": [
                        {"line": 2, "address": "a…@example.org"},
                        {"line": 4, "address": "c…@example.org"},
                        {"line": 5, "address": "d…@example.org"},
                    ],
                },
                {
                    "value": "U",
                    "count": 1,
                    "examples": [{"line": 3, "address": "b…@example.org"}],
                },
            ],
        },
        {
            "column": "May we write to you?",
            "place": 4,
            "about": ["consent"],
            "values": [
                {
                    "value": "Yes",
                    "count": 2,
                    "examples": [
                        {"line": 2, "address": "a…@example.org"},
                        {"line": 3, "address": "b…@example.org"},
                    ],
                },
                {
                    "value": "No",
                    "count": 1,
                    "examples": [{"line": 4, "address": "c…@example.org"}],
                },
                {
                    "value": "",
                    "count": 1,
                    "examples": [{"line": 5, "address": "d…@example.org"}],
                },
            ],
        },
    ]
    assert command(path, "--dry-run")[0] == 1
    assert states() == {} and ImportJob.objects.count() == 0


def test_the_command_takes_the_decisions_and_keeps_them(daily: Publication, path: Path) -> None:
    said = [
        "--value", "kz:A=active", "--value", "kz:U=unsubscribed",
        "--column", "May we write to you?=subscribed",
    ]  # fmt: skip
    code, (refusal,) = command(path, *said)
    assert code == 1, "an empty answer is no yes"
    assert [one["column"] for one in refusal["undecided"]] == ["May we write to you?"]
    code, objects = command(path, *said, "--value", "May we write to you?:=pending")
    assert code == 0
    assert states() == {
        "ann": "active", "ben": "unsubscribed", "cid": "unsubscribed", "dot": "pending",
    }  # fmt: skip
    assert objects[-1]["states"] == ["kz", "May we write to you?"]
    assert (objects[-1]["rows"], objects[-1]["read"], objects[-1]["refused"]) == (4, 4, 0)
    decision = ListDecision.objects.get()
    assert decision.actor == "command" and decision.file == "readers.csv"
    assert decision.digest == ImportJob.objects.get().digest
    assert decision.columns == {"May we write to you?": "subscribed"}
    assert decision.values == [
        ["kz", "A", "active"],
        ["kz", "U", "unsubscribed"],
        ["May we write to you?", "", "pending"],
    ]
    assert AuditEntry.objects.get().action == "list decided"


def test_a_column_that_is_not_there_or_a_state_that_is_none_is_an_error(
    daily: Publication, path: Path
) -> None:
    assert command(path, "--value", "Nowhere:A=active")[0] == 1
    assert command(path, "--value", "kz:A=alive")[0] == 2
    assert command(path, "--column", "kz=nothing")[0] == 2


def test_without_an_answer_the_importer_itself_refuses(daily: Publication, path: Path) -> None:
    source = look_at(path, Options(consent="paper"))
    with pytest.raises(Undecided):
        csv_in.run(source, daily, Options(consent="paper"))
    with pytest.raises(Undecided):
        list(csv_in.check(source, daily, Options(consent="paper")))
    assert states() == {}


def test_who_is_not_known_to_be_willing_is_asked_only_if_their_group_was_chosen(
    daily: Publication, tmp_path: Path, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "readers.csv"
    path.write_text("email,status\nann@example.org,active\nben@example.org,unconfirmed\n")
    monkeypatch.setattr(housekeeping, "PATIENCE", housekeeping.PATIENCE * 0)
    options = Options(ask=True)
    csv_in.run(look_at(path, options), daily, options)
    housekeeping.sweep()
    assert [letter.to for letter in mailoutbox] == [["ann@example.org"]]
    options = Options(ask=True, values=(("status", "unconfirmed", "ask"),))
    csv_in.run(look_at(path, options), daily, options)
    housekeeping.sweep()
    assert [letter.to for letter in mailoutbox[1:]] == [["ben@example.org"]]


def test_every_other_value_is_not_the_empty_one(daily: Publication, tmp_path: Path) -> None:
    path = tmp_path / "readers.csv"
    path.write_text("email,opt_in_date\nann@example.org,2024-01-02\nben@example.org,\n")
    code, (refusal,) = command(path, "--value", "opt_in_date:*=active")
    assert code == 1
    assert [v["value"] for v in refusal["undecided"][0]["values"]] == [""]
    assert (
        command(path, "--value", "opt_in_date:*=active", "--value", "opt_in_date:=pending")[0] == 0
    )
    assert states() == {"ann": "active", "ben": "pending"}


def test_a_list_of_bounces_is_never_readers(daily: Publication, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text('status,reason,email,created\n5.1.1,"550 no",ann@example.org,1672567200\n')
    code, (refusal,) = command(path)
    assert (code, refusal["source"]) == (1, "sendgrid")
    assert [one["column"] for one in refusal["undecided"]] == ["*"]
    assert command(path, "--value", "*:*=active")[0] == 1
    assert command(path, "--value", "*:*=suppressed")[0] == 0
    assert states() == {} and Suppression.objects.count() == 1


def test_a_file_named_for_those_who_left_is_asked(daily: Publication, tmp_path: Path) -> None:
    path = tmp_path / "Abmeldungen 2024.csv"
    path.write_text("email,name\nann@example.org,Ann\n")
    code, (refusal,) = command(path)
    assert code == 1 and refusal["undecided"][0]["about"] == ["file"]
    assert command(path, "--value", "*:*=unsubscribed")[0] == 0
    assert states() == {"ann": "unsubscribed"}


def test_tags_become_categories_when_a_person_says_so(daily: Publication, tmp_path: Path) -> None:
    builders.category(daily, "Markets")
    path = tmp_path / "readers.csv"
    path.write_text('email,tags\nann@example.org,"""Markets"",""Harbour"""\nben@example.org,\n')
    code, objects = command(path, "--dry-run")
    assert code == 0 and objects[-1]["tags"] == ["tags"]
    assert objects[-1]["ignored"] == ["tags"]
    assert command(path, "--column", "tags=categories", "--create-categories")[0] == 0
    assert sorted(daily.categories.values_list("name", flat=True)) == ["Harbour", "Markets"]


# --- the page -----------------------------------------------------------------------------------


def _field(html: str, column: str) -> str:
    """The number under which the page asks for a column."""
    match = re.search(rf'name="q(\d+)" value="{re.escape(column)}"', html)
    assert match is not None, column
    return match[1]


@pytest.mark.django_db(transaction=True)
def test_all_questions_stand_on_one_page_and_are_answered_together(daily: Publication) -> None:
    who = client(user("uma", daily, "reader_care"))
    where = who.post(
        reverse("admin:subscribers_importjob_upload"),
        {"publication": daily.pk, "file": SimpleUploadedFile("club.csv", ASKING.encode())},
    )["Location"]
    html = who.get(where).content.decode()
    kz, may = _field(html, "kz"), _field(html, "May we write to you?")
    assert 'value="import"' not in html
    press = {"do": "import", "how": "proof", "consent": "sheets"}
    asked = who.post(where, press)
    assert asked.status_code == 200  # A question is no failure, and no line in the console.
    assert "Answer what is open below first." in asked.content.decode()
    assert ImportJob.objects.count() == 0
    answers = {
        "question": [kz, may],
        f"q{kz}": "kz",
        f"q{kz}-value": ["A", "U"],
        f"q{kz}-state0": "active",
        f"q{kz}-state1": "unsubscribed",
        f"q{may}": "May we write to you?",
        f"q{may}-value": ["Yes", "No", ""],
        f"q{may}-state0": "active",
        f"q{may}-state1": "unsubscribed",
        f"q{may}-state2": "pending",
    }
    page = who.post(where, {**answers, **press, "do": "look"}).content.decode()
    assert 'value="import"' in page and "become active" in page
    decided = re.search(r'name="decided" value="([^"]*)"', page)
    assert decided is not None
    keep = re.findall(r'name="keep" value="([^"]*)"', page)
    assert len(keep) == 5
    carried = {"decided": decided[1].replace("&quot;", '"'), "keep": keep}
    done = who.post(where, {**press, **carried})
    job = ImportJob.objects.get()
    jobs.import_readers.func(job.pk)
    assert states() == {
        "ann": "active", "ben": "unsubscribed", "cid": "unsubscribed", "dot": "pending",
    }  # fmt: skip
    decision = ListDecision.objects.get()
    assert (decision.actor, decision.file) == ("uma", "club.csv")
    page = who.get(done["Location"]).content.decode()
    assert "What was decided of this file" in page and "kz: U → unsubscribed" in page


def test_a_decision_can_be_taken_back_on_the_page(daily: Publication) -> None:
    who = client(user("uma", daily, "reader_care"))
    where = who.post(
        reverse("admin:subscribers_importjob_upload"),
        {"publication": daily.pk, "file": SimpleUploadedFile("club.csv", ASKING.encode())},
    )["Location"]
    said = {"columns": {"kz": "ignore", "May we write to you?": "ignore"}, "values": []}
    both = ["column kz", "column May we write to you?"]
    html = who.post(where, {"decided": json.dumps(said), "keep": both}).content.decode()
    assert 'value="import"' in html
    html = who.post(where, {"decided": json.dumps(said), "keep": both[:1]}).content.decode()
    assert 'value="import"' not in html and "May we write to you?" in html
