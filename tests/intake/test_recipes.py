"""The recipes of the handbook, as they stand there: each from an empty site to a draft.

The blocks are taken out of the chapter and run against a site of its own. The nodes of n8n and Dify
are read as those programs read them and sent as they would send them.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from newsletter import handbook
from tests.conftest import ROOT, Site
from tests.intake.live import Live, serving
from tests.intake.programs import DIGEST, NO_DATE

HORIZON = """# Horizon Daily - 2026-03-02

> From 42 items, 2 important content pieces were selected

---

1. [A new ferry opens the northern route](#item-1) ⭐️ 9.0/10
2. [The bridge by the mill is closed](#item-2) ⭐️ 7.0/10

---

<a id="item-1"></a>
## [A new ferry opens the northern route](https://example.org/ferry) ⭐️ 9.0/10

The ferry halves the time to the islands, from May.

hackernews · alice · Mar 2, 08:00

**Tags**: `#ships`

---

<a id="item-2"></a>
## [The bridge by the mill is closed](https://example.org/bridge) ⭐️ 7.0/10

For a week, while its bearings are changed.

rss · The Paper · Mar 2, 07:00

**Tags**: `#roads`

---
"""
TREND = """# 热点新闻分析 2026-03-02

## 科技

1. [新渡轮开通北线](https://example.org/ferry) 微博 第 3 名
2. [磨坊旁的桥关闭一周](https://example.org/bridge) 知乎 第 9 名

## 交通

1. [港口夜班车恢复](https://example.org/bus) 百度热搜 第 1 名
"""
HUGO = """---
title: "Harbour Daily"
date: 2026-03-02T08:00:00+01:00
tags: ["harbour"]
---

## Ships

### [A new ferry](https://example.org/ferry)

It halves the time to the islands.

## Roads

### [A bridge is closed](https://example.org/bridge)

For a week.
"""


def section(title: str, language: str = "en") -> str:
    """The text below one heading of the chapter."""
    chapter = next(one for one in handbook.chapters(language) if one.name == "programs")
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", chapter.text, re.M | re.S)
    assert found is not None, title
    return found[1]


def blocks(title: str) -> list[str]:
    """The code blocks below one heading."""
    return re.findall(r"^```\w+\n(.*?)^```$", section(title), re.M | re.S)


def watch_commands() -> list[list[str]]:
    """The commands of the table of folders, as words."""
    import shlex

    text = section("A folder, and a git work tree")
    return [shlex.split(line) for line in re.findall(r"^\| .*\| `(sudi watch .*)` \|$", text, re.M)]


@pytest.fixture
def live(site: Site) -> Any:
    with serving(site) as running:
        yield running


@pytest.fixture
def desk(live: Live, tmp_path: Path) -> Path:
    """A folder with a digest in it, where a program works."""
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "digest.md").write_text(DIGEST)
    return folder


def run(
    live: Live, folder: Path, command: list[str], **more: str
) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "SUDI": f"{live.base}/api/v1/publications/daily",
        "SUDI_TOKEN": live.token,
        **more,
    }
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120)


def draft(live: Live) -> dict[str, Any]:
    """The one issue there is."""
    assert live.issues() == ["2026-03-02"]
    issue = live.ask("GET", "/api/v1/publications/daily/issues/2026-03-02/")[2]
    assert issue["state"] == "draft"
    return dict(issue)


def test_curl(live: Live, desk: Path) -> None:
    (line,) = blocks("curl")
    done = run(live, desk, ["sh", "-c", line])
    assert json.loads(done.stdout)["created"] is True
    assert len(draft(live)["items"]) == 2
    again = run(live, desk, ["sh", "-c", line])
    # By its key it is the first answer; without, it is "the same".
    assert again.stdout == done.stdout
    (desk / "digest.md").write_text(NO_DATE)
    refused = run(live, desk, ["sh", "-c", line])
    assert refused.returncode != 0
    assert json.loads(refused.stdout)["problems"][0]["line"] == 1


def test_three_commands(live: Live, desk: Path) -> None:
    (lines,) = blocks("Three commands")
    for theirs, here in (("admin", "alice"), ("sample-zh", "daily"), (":8000", f":{live.port}")):
        assert theirs in lines
        lines = lines.replace(theirs, here)
    program = desk / "bin" / "sudi"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT / "manage.py"} "$@"\n')
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    done = run(live, desk, ["sh", "-ec", lines], **{**live.site.env, "PATH": path})
    assert done.returncode == 0, done.stderr
    assert len(draft(live)["items"]) == 2
    assert "readers get everything" in done.stdout[done.stdout.rindex("}") :]  # The plan.


def test_a_script_that_cron_starts(live: Live, desk: Path) -> None:
    (text,) = blocks("A script that cron starts")
    (desk / "hand-in").write_text(text)
    done = run(live, desk, ["sh", "hand-in", "digest.md"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(draft(live)["items"]) == 2
    (desk / "digest.md").write_text(NO_DATE)
    refused = run(live, desk, ["sh", "hand-in", "digest.md"])
    assert refused.returncode == 1
    assert json.loads(refused.stderr)["problems"][0]["code"] == "date-missing"


def test_python(live: Live, desk: Path) -> None:
    (text,) = blocks("Python")
    (desk / "hand_in.py").write_text(text)
    command = [sys.executable, "hand_in.py"]
    assert run(live, desk, command).stdout == "2026-03-02 is new\n"
    assert len(draft(live)["items"]) == 2
    (desk / "digest.md").write_text(NO_DATE)
    refused = run(live, desk, command)
    assert (refused.returncode, refused.stderr.splitlines()[0][:14]) == (1, "digest.md:1:1:")


def checkout(desk: Path) -> None:
    """A repository with one commit before the push and one digest in it."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    digests = desk / "digests"
    digests.mkdir()
    for name, text in (("readme.txt", "x"), ("digests/2026-03-02.md", DIGEST)):
        if name.endswith(".txt"):
            subprocess.run(["git", "init", "-q"], cwd=desk, check=True)
        (desk / name).write_text(text)
        subprocess.run([*git, "add", name], cwd=desk, check=True)
        subprocess.run([*git, "commit", "-qm", name], cwd=desk, check=True)


def test_a_workflow_of_a_forge(live: Live, desk: Path) -> None:
    github, _gitlab = blocks("A forge's workflow")
    checkout(desk)
    step = yaml.safe_load(github)["jobs"]["draft"]["steps"][1]
    assert step["env"]["SUDI_TOKEN"] == "${{ secrets.SUDI_TOKEN }}"
    # As a runner of GitHub starts a step.
    done = run(live, desk, ["bash", "-e", "-c", step["run"]])
    assert done.returncode == 0, done.stderr
    assert len(draft(live)["items"]) == 2


def test_a_workflow_of_gitlab(live: Live, desk: Path) -> None:
    _github, gitlab = blocks("A forge's workflow")
    checkout(desk)
    for part in yaml.safe_load(gitlab)["draft"]["script"]:
        done = run(live, desk, ["sh", "-e", "-c", part])
        assert done.returncode == 0, done.stderr
    assert len(draft(live)["items"]) == 2


def send(live: Live, method: str, url: str, query: dict[str, str], headers: dict[str, str],
         body: str) -> int:  # fmt: skip
    here = url.replace("https://news.example.org", live.base)
    request = urllib.request.Request(
        f"{here}?{urlencode(query)}", body.encode(), headers, method=method.upper()
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return int(answer.status)


def test_a_node_of_n8n(live: Live) -> None:
    (text,) = blocks("n8n")
    (node,) = json.loads(text)["nodes"]
    asked = node["parameters"]
    assert (node["type"], asked["contentType"]) == ("n8n-nodes-base.httpRequest", "raw")
    query = {one["name"]: one["value"] for one in asked["queryParameters"]["parameters"]}
    headers = {
        "Authorization": f"Bearer {live.token}",
        "Content-Type": asked["rawContentType"],
    }
    assert asked["body"] == "={{ $json.markdown }}"
    assert send(live, asked["method"], asked["url"], query, headers, DIGEST) == 201
    assert len(draft(live)["items"]) == 2


def test_a_node_of_dify(live: Live) -> None:
    (text,) = blocks("Dify")
    asked = yaml.safe_load(text)["data"]
    assert asked["authorization"]["config"]["type"] == "bearer"
    pairs = [line.partition(":") for line in asked["headers"].splitlines()]
    headers = {name.strip(): value.strip() for name, _colon, value in pairs}
    headers["Authorization"] = f"Bearer {live.token}"
    name, _colon, value = asked["params"].partition(":")
    (body,) = asked["body"]["data"]
    assert (asked["body"]["type"], body["value"]) == ("raw-text", "{{#llm.text#}}")
    assert send(live, asked["method"], asked["url"], {name: value}, headers, DIGEST) == 201
    assert len(draft(live)["items"]) == 2


FOLDERS = {
    "data/summaries": {"horizon-2026-03-02-en.md": HORIZON, "horizon-2026-03-02-zh.md": "# 别的"},
    "output": {"2026-03-02.md": TREND},
    "content/posts": {"harbour/index.md": HUGO},
}


@pytest.mark.parametrize("number", [0, 1, 2], ids=list(FOLDERS))
def test_folders_of_generators(live: Live, desk: Path, number: int) -> None:
    words = watch_commands()[number]
    folder = list(FOLDERS)[number]
    assert words[:3] == ["sudi", "watch", folder]
    for name, text in FOLDERS[folder].items():
        path = desk / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    if number == 2:
        checkout(desk)
        subprocess.run(
            "git add content && git -c user.name=a -c user.email=a@example.org commit -qm post",
            shell=True, cwd=desk, check=True,
        )  # fmt: skip
    words[2] = str(desk / folder)
    done = live.site.manage(*words[1:], "--once", "--every", "0.1", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {one["title"] for one in draft(live)["items"]} >= {
        0: {"A new ferry opens the northern route", "The bridge by the mill is closed"},
        1: {"新渡轮开通北线", "磨坊旁的桥关闭一周", "港口夜班车恢复"},
        2: {"A new ferry", "A bridge is closed"},
    }[number]


def test_an_assistant(live: Live) -> None:
    from mcp import Client, StdioServerParameters

    (text,) = blocks("An assistant")
    asked = json.loads(text)["mcpServers"]["sudi"]
    assert (asked["command"], list(asked["env"])) == ("sudi", ["MCP_TOKEN"])
    server = StdioServerParameters(
        command=sys.executable,
        args=[str(ROOT / "manage.py"), *asked["args"]],
        env={**live.site.env, "MCP_TOKEN": live.token},
        cwd=str(live.site.folder),
    )

    async def put() -> None:
        async with Client(server, read_timeout_seconds=60) as client:
            result = await client.call_tool("put_draft", {"document": DIGEST})
            assert not result.is_error

    asyncio.run(asyncio.wait_for(put(), 120))
    assert len(draft(live)["items"]) == 2


def test_both_languages_have_the_same_recipes() -> None:
    english, chinese = (
        next(one for one in handbook.chapters(language) if one.name == "programs").text
        for language in ("en", "zh-hans")
    )
    code = re.compile(r"^```\w+\n.*?^```$|`sudi [^`]*`", re.M | re.S)
    assert code.findall(chinese) == code.findall(english)
