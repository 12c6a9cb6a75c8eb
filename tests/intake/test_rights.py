"""Who may do what by each way in: every role and every right of a token, written out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp.server.mcpserver.exceptions import ToolError

from newsletter.intake import tokens
from newsletter.intake.mail import addresses
from newsletter.intake.mcp_server import Tools
from subscribers.models import Publication, Role
from tests import builders
from tests.intake.programs import DIGEST, Program

pytestmark = pytest.mark.django_db(transaction=True)

READ = [
    "GET /issues/", "GET /issues/2026-03-02/", "GET /issues/2026-03-02/plan",
    "GET /issues/2026-03-02/ledger", "GET /categories", "GET /readers",
]  # fmt: skip
WRITE = ["POST /issues/check", "POST /issues/"]
RELEASE = ["POST /issues/2026-03-02/release"]
APPROVE = ["POST /issues/2026-03-02/approve"]
IMPORT = ["POST /readers/import"]
ALL = READ + WRITE + APPROVE + RELEASE + IMPORT
# (role, rights of the token) -> what it may over HTTP. All else is 403; 404 for who sees nothing.
MAY = {
    ("editor", "draft"): READ + WRITE,
    ("editor", "send"): READ + WRITE,
    ("sender", "draft"): READ + WRITE,
    ("sender", "send"): READ + WRITE + RELEASE,
    ("approver", "draft"): READ,
    ("approver", "send"): READ + APPROVE,
    ("reader_care", "draft"): READ,
    ("reader_care", "send"): READ,
    ("owner", "draft"): READ + WRITE,
    ("owner", "send"): READ + WRITE + APPROVE + RELEASE,
    ("editor", "readers"): READ,
    ("reader_care", "readers"): READ + IMPORT,
    ("owner", "readers"): READ + IMPORT,
    ("", "draft"): [],
    ("", "send"): [],
}
# (role, rights) -> the tools an assistant may use, and whether it releases itself.
SEES = ["list_issues", "list_categories", "read_issue", "preview_edition", "plan"]
WRITES = [*SEES, "check", "put_draft", "propose_release"]
TOOLS = {key: WRITES if WRITE[0] in may else SEES if may else [] for key, may in MAY.items()}


@pytest.fixture
def daily() -> Publication:
    made = builders.publication(undo_seconds=180)
    builders.category(made, "Ships"), builders.category(made, "Roads")
    return made


def program(daily: Publication, role: str, rights: str) -> Program:
    """A token made while its user might do everything, and the role they have now."""
    made = Program(daily, name=f"{role or 'nobody'}-{rights}", role="owner", rights=rights)
    assert Program(daily, name="owner", role="owner").post("/issues/", DIGEST).status in (200, 201)
    Role.objects.filter(user=made.user).delete()
    if role:
        Role.objects.create(user=made.user, publication=daily, kind=role)
    return made


@pytest.mark.parametrize(("role", "rights"), list(MAY))
def test_over_http(daily: Publication, role: str, rights: str) -> None:
    here = program(daily, role, rights)
    done = []
    for what in ALL:
        method, _space, path = what.partition(" ")
        body = DIGEST if path.endswith(("/issues/", "check")) else "{}"
        kind = "text/markdown"
        if what in IMPORT:
            body, kind = "email\nann@example.org\n", "text/csv"
        answer = here.get(path) if method == "GET" else here.post(path, body, kind)
        assert answer.status in (200, 201, 202, 403, 404, 409), (what, answer.json)
        if answer.status not in (403, 404):
            done.append(what)
        else:
            assert answer.status == (403 if MAY[role, rights] else 404), what
    assert done == [what for what in ALL if what in MAY[role, rights]]


@pytest.mark.parametrize(("role", "rights"), list(TOOLS))
def test_by_an_assistant(daily: Publication, role: str, rights: str) -> None:
    tools = Tools(program(daily, role, rights).secret)
    calls: dict[str, dict[str, Any]] = {
        "list_issues": {}, "list_categories": {}, "read_issue": {"issue": "2026-03-02"},
        "preview_edition": {"issue": "2026-03-02"}, "plan": {"issue": "2026-03-02"},
        "check": {"document": DIGEST}, "put_draft": {"document": DIGEST},
        "propose_release": {"issue": "2026-03-02", "seen": ""},
    }  # fmt: skip
    done = []
    for name, arguments in calls.items():
        try:
            answer = getattr(tools, name)(**arguments)
        except ToolError as error:
            problem = json.loads(str(error))
            assert problem["status"] in (401, 403), name
            continue
        done.append(name)
        if name == "propose_release":
            released = json.loads(answer)["answer"]["released"]
            assert released == (RELEASE[0] in MAY[role, rights])
    assert done == TOOLS[role, rights]


@pytest.mark.parametrize(("role", "rights"), list(MAY))
def test_by_mail(daily: Publication, role: str, rights: str) -> None:
    secret = program(daily, role, rights).secret
    opens = addresses.find(f"drafts-{secret}@x.example") is not None
    assert opens == (rights == "draft" and WRITE[0] in MAY[role, rights])


def test_a_token_opens_one_publication_whatever_its_user_may(daily: Publication) -> None:
    other = builders.publication("weekly", name="Weekly")
    here = program(daily, "owner", "send")
    Role.objects.create(user=here.user, publication=other, kind="owner")
    here.base = "/api/v1/publications/weekly"
    for what in ALL:
        method, _space, path = what.partition(" ")
        answer = here.get(path) if method == "GET" else here.post(path, DIGEST)
        assert answer.status == 404, what
    bearer = tokens.find(here.secret)
    assert bearer is not None and bearer.slug == "daily"


@pytest.mark.parametrize(
    ("role", "rights", "said"),
    [
        ("owner", "draft", "The token has the rights “draft”; this takes one with “send”."),
        ("owner", "readers", "The token has the rights “readers”; this takes one with “send”."),
        ("editor", "send", "The token acts as editor-send, who may not do this here."),
    ],
)
def test_a_refusal_says_what_would_do(
    daily: Publication, role: str, rights: str, said: str
) -> None:
    answer = program(daily, role, rights).post("/issues/2026-03-02/release", "{}")
    assert (answer.status, answer.json["detail"]) == (403, said)
