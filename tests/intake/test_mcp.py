"""The tools for assistants, by the official client over stdio, on a site of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import pytest

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
            "preview_edition", "plan", "propose_release",
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


@pytest.mark.parametrize("token", ["", "sudi_" + "a" * 32])
def test_without_a_token_that_holds_it_does_not_start(site: Site, token: str) -> None:
    site.env["MCP_TOKEN"] = token
    done = site.manage("mcp", check=False)
    assert done.returncode == (1 if token else 2)
    assert done.stdout == ""


@pytest.mark.django_db(transaction=True)
def test_without_the_right_to_send_people_are_asked_once(mailoutbox: list[Any]) -> None:
    from mcp.server.mcpserver.exceptions import ToolError

    from newsletter.intake import tokens
    from newsletter.intake.mcp_server import Tools
    from newsletter.models import Issue
    from subscribers.models import AuditEntry
    from tests import builders
    from tests.intake.programs import Program, member

    daily = builders.publication()
    builders.category(daily, "Ships")
    builders.category(daily, "Roads")
    program = Program(daily)
    member(daily, "sue", "sender"), member(daily, "ed", "editor")
    tools = Tools(program.secret)
    tools.put_draft(DIGEST)
    seen = json.loads(tools.plan("2026-03-02"))["answer"]["seen"]
    first = json.loads(tools.propose_release("2026-03-02", seen))["answer"]
    again = json.loads(tools.propose_release("2026-03-02", seen))["answer"]
    assert (first["released"], first["asked"], again["asked"]) == (False, True, False)
    assert Issue.objects.get().state == "draft"
    assert [one.to for one in mailoutbox] == [["sue@example.org"]]
    assert f"/admin/newsletter/issue/{Issue.objects.get().pk}/send/" in mailoutbox[0].body
    assert AuditEntry.objects.filter(action="release proposed", actor="alice").count() == 1
    tokens.revoke(program.token, "alice")
    with pytest.raises(ToolError, match="no-token"):
        tools.list_categories()
