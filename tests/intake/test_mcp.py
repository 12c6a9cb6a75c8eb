"""The tools for assistants, by the official client over stdio, on a site of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import sys
from typing import Any

import pytest
from django.db import OperationalError

from tests.conftest import ROOT, Site
from tests.intake.live import set_up
from tests.intake.programs import DIGEST, NO_DATE


def session(site: Site, token: str, steps: Any) -> Any:
    """Run `steps(call)` in one session; `call` gives (refused, answer)."""
    from mcp import Client, StdioServerParameters

    server = StdioServerParameters(
        command=sys.executable,
        args=[str(ROOT / "manage.py"), "mcp"],
        env={**site.env, "MCP_TOKEN": token},
        cwd=str(site.folder),
    )

    async def run() -> Any:
        async with Client(server, read_timeout_seconds=60) as client:

            async def call(tool: str, **arguments: Any) -> tuple[bool, Any]:
                result = await client.call_tool(tool, arguments)
                text = result.content[0].text
                if result.is_error:
                    return True, json.loads(text[text.index("{") :])
                return False, json.loads(text)["answer"] if text[:1] == "{" else text

            return await steps(client, call)

    return asyncio.run(asyncio.wait_for(run(), 180))


def test_an_assistant_makes_a_draft_and_proposes_it(site: Site) -> None:
    token = set_up(site)

    async def steps(client: Any, call: Any) -> None:
        tools = {one.name for one in (await client.list_tools()).tools}
        assert tools == {
            "list_issues", "list_categories", "read_issue", "check", "put_draft",
            "preview_edition", "plan", "story_memory", "propose_release",
        }  # fmt: skip
        _no, categories = await call("list_categories")
        assert [one["slug"] for one in categories] == ["ships", "roads"]
        refused, problem = await call("check", document=NO_DATE)
        assert refused and problem["problems"][0]["code"] == "date-missing"
        refused, checked = await call("check", document=DIGEST)
        assert not refused and checked["items"] == 2
        assert (await call("list_issues"))[1] == {"issues": [], "next": ""}
        refused, made = await call("put_draft", document=DIGEST)
        assert not refused and made["issue"] == "2026-03-02" and made["created"]
        assert (await call("put_draft", document=DIGEST))[1]["created"] is False
        _no, issue = await call("read_issue", issue="2026-03-02")
        assert [one["title"] for one in issue["items"]] == ["A new ferry", "A bridge is closed"]
        _no, text = await call("preview_edition", issue="2026-03-02", categories=["ships"])
        assert "A new ferry" in text and "bridge" not in text
        assert "/READER/" in text and "SUDI--" not in text
        refused, problem = await call("preview_edition", issue="2026-03-02", categories=["air"])
        assert refused and problem["detail"] == "No item is in air. There are: roads, ships."
        refused, problem = await call("read_issue", issue="2026-03-03")
        assert refused and problem["status"] == 404
        refused, problem = await call("check", document=DIGEST, date="soon")
        assert refused and problem["detail"] == "Write the date like 2025-10-10."
        _no, plan = await call("plan", issue="2026-03-02")
        refused, problem = await call("propose_release", issue="2026-03-02", seen="x" * 32)
        assert refused and problem["type"].endswith("#changed")
        refused, proposed = await call("propose_release", issue="2026-03-02", seen=plan["seen"])
        # The token may send; nobody reads it yet, which is no reason against a release.
        assert not refused and proposed["released"] and proposed["state"] == "scheduled"

    session(site, token, steps)


def test_wrong_arguments_are_told_by_name_and_never_left_unread(site: Site) -> None:
    token = set_up(site)

    async def steps(client: Any, _call: Any) -> None:
        async def refused(tool: str, **arguments: Any) -> str:
            result = await client.call_tool(tool, arguments)
            assert result.is_error
            return str(result.content[0].text)

        for tool in (await client.list_tools()).tools:
            assert tool.input_schema["additionalProperties"] is False
            assert "  " not in tool.description
        said = await refused("put_draft", document=DIGEST, edition_name="evening")
        assert "edition_name" in said and "not permitted" in said
        assert "document" in await refused("check", document=123)
        assert "'draft', 'scheduled'" in await refused("list_issues", state="drafts")
        assert "limit" in await refused("list_issues", limit="ten")
        strange = DIGEST.replace("Ships", "Boats")
        problem = json.loads((await refused("check", document=strange)).partition(": ")[2])
        question = problem["questions"][0]
        # As the parameter's description says it.
        answer = f"{question['key']}={question['choices'][0]}"
        result = await client.call_tool("check", {"document": strange, "map": [answer]})
        assert answer == "category:Boats=ships" and not result.is_error
        issues = json.loads((await client.call_tool("list_issues", {})).content[0].text)
        assert issues["answer"]["issues"] == []

    session(site, token, steps)


@pytest.mark.parametrize("token", ["", "sudi_" + "a" * 32])
def test_without_a_token_that_holds_it_does_not_start(site: Site, token: str) -> None:
    site.env["MCP_TOKEN"] = token
    done = site.manage("mcp", check=False)
    assert done.returncode == (1 if token else 2)
    assert done.stdout == ""


def test_with_the_right_to_draft_it_remembers_and_proposes(site: Site) -> None:
    set_up(site)
    made = site.manage("make_token", "alice", "--publication", "daily", "--rights", "draft")
    old = "# Harbour Daily - 2026-03-01\n\n" + DIGEST.split("\n\n", 1)[1].split("## A bridge")[0]

    async def steps(client: Any, call: Any) -> None:
        tool = {one.name: one for one in (await client.list_tools()).tools}["story_memory"]
        assert "follow-up" in tool.description
        assert set(tool.input_schema["properties"]) == {"stories", "issue", "date"}
        ferry = {"title": "The ferry is here", "urls": ["https://www.example.org/ferry?utm_id=1"]}
        asked = [ferry, {"title": "A bridge is closed"}]
        assert not (await call("put_draft", document=old))[0]
        _no, found = await call("story_memory", stories=asked, date="2026-03-02")
        assert [(one["issue"], one["title"], one["sure"]) for one in found[0]["told"]] == [
            ("2026-03-01", "A new ferry", True)
        ]
        assert found[1] == {"title": "A bridge is closed", "urls": [], "told": []}
        refused, problem = await call("story_memory", stories=[{"link": "x"}])
        assert refused and problem["fields"][0]["field"] == "stories.0"
        assert not (await call("put_draft", document=DIGEST))[0]
        _no, plan = await call("plan", issue="2026-03-02")
        refused, proposed = await call("propose_release", issue="2026-03-02", seen=plan["seen"])
        assert not refused and proposed["state"] == "draft"
        assert (proposed["released"], proposed["new"], proposed["told"]) == (False, True, 1)

    session(site, made.stdout.split()[-1], steps)
    said = "from newsletter import notices; notices.sweep(); from newsletter.models import Notice"
    said += "; print(Notice.objects.values_list('event__type', 'user__username'))"
    assert "('issue.release_proposed', 'alice')" in site.manage("shell", "-c", said).stdout


@pytest.mark.django_db(transaction=True)
def test_revoking_the_token_ends_a_running_session() -> None:
    from mcp.server.mcpserver.exceptions import ToolError

    from newsletter.intake import tokens
    from newsletter.intake.mcp_server import Tools
    from tests import builders
    from tests.intake.programs import Program

    program = Program(builders.publication())
    tools = Tools(program.secret)
    assert json.loads(tools.list_categories())["answer"] == []
    tokens.revoke(program.token, "alice")
    with pytest.raises(ToolError, match="no-token"):
        tools.list_categories()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (OperationalError("database is locked"), "busy", "Try again in a moment."),
        (RuntimeError("secret"), "failed", "It is in the log of the site. Nothing was kept."),
    ],
)
def test_what_goes_wrong_with_us_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: str, said: str
) -> None:
    from mcp.server.mcpserver.exceptions import ToolError

    from newsletter.intake import reading
    from newsletter.intake.mcp_server import Tools
    from tests import builders
    from tests.intake.programs import Program

    def fails(*_args: Any) -> None:
        raise error

    monkeypatch.setattr(reading, "categories", fails)
    with pytest.raises(ToolError) as refused:
        Tools(Program(builders.publication()).secret).list_categories()
    problem = json.loads(str(refused.value))
    assert (problem["type"].rpartition("#")[2], problem["detail"]) == (code, said)


@pytest.mark.needs("sqlite")
def test_a_database_that_is_held_is_said_at_once(site: Site) -> None:
    token = set_up(site)
    other = sqlite3.connect(site.folder / "sudi.sqlite3", isolation_level=None)

    async def steps(_client: Any, call: Any) -> None:
        other.execute("BEGIN IMMEDIATE")
        assert (await call("list_categories"))[0] is False
        refused, problem = await call("put_draft", document=DIGEST)
        assert refused and (problem["status"], problem["detail"]) == (503, "Try again in a moment.")
        other.execute("ROLLBACK")
        assert (await call("put_draft", document=DIGEST))[1]["created"] is True

    with contextlib.closing(other):
        session(site, token, steps)
