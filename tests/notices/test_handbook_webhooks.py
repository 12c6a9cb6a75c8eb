"""What the handbook says about checking a signature, run as it stands, in three languages."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import playwright
import pytest
from django.utils import timezone

from newsletter import handbook
from newsletter.models import OutboxEvent, Webhook
from newsletter.notices import webhooks
from newsletter.notices.channels import webhook as channel

Check = Callable[[str, dict[str, str], bytes, Path], bool]


def code(language: str, number: int) -> str:
    """The indented code after the n-th lead of the chapter's last part."""
    chapter = next(one for one in handbook.chapters(language) if one.name == "webhooks")
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", chapter.text + "\n", re.MULTILINE)
    return textwrap.dedent(blocks[number])


def by_python(secret: str, headers: dict[str, str], body: bytes, folder: Path) -> bool:
    names: dict[str, Callable[..., bool]] = {}
    exec(code("en", 0), names)
    return names["is_ours"](secret, headers, body)


def node() -> str:
    """Of the system, or the one that playwright brings."""
    return shutil.which("node") or str(Path(playwright.__file__).parent / "driver" / "node")


def by_node(secret: str, headers: dict[str, str], body: bytes, folder: Path) -> bool:
    given = json.dumps([secret, headers, body.decode()])
    script = code("en", 1) + f"\nprocess.exit(isOurs(...{given}) ? 0 : 1);\n"
    done = subprocess.run([node(), "-e", script], capture_output=True, timeout=60)
    assert done.stderr == b""
    return done.returncode == 0


def by_shell(secret: str, headers: dict[str, str], body: bytes, folder: Path) -> bool:
    file = folder / "body"
    file.write_bytes(body)
    env = {
        **os.environ,
        "secret": secret,
        "id": headers["webhook-id"],
        "timestamp": headers["webhook-timestamp"],
        "signature": headers["webhook-signature"],
        "body": str(file),
    }
    done = subprocess.run(["sh", "-c", code("en", 2)], env=env, capture_output=True, timeout=60)
    assert done.stderr == b""
    return done.returncode == 0


@pytest.mark.parametrize("check", [by_python, by_node, by_shell])
def test_the_handbooks_code_tells_ours_from_others(check: Check, tmp_path: Path) -> None:
    old, new = webhooks.new_secret(), webhooks.new_secret()
    now = timezone.now()
    hook = Webhook(
        secret=new, old_secret=old, old_secret_until=now + webhooks.BOTH_FOR, with_addresses=False
    )
    event = OutboxEvent(type="issue.paused", at=now, data={"title": 'Ñandú 风暴 100 % \\ "x"'})
    body = channel.payload(hook, event)
    headers = {n.lower(): v for n, v in channel.headers(hook, event, body, now).items()}
    for secret in (old, new):
        assert check(secret, headers, body, tmp_path)
    assert not check(webhooks.new_secret(), headers, body, tmp_path)
    assert not check(new, headers, body + b" ", tmp_path)
    assert not check(new, {**headers, "webhook-id": "evt_1"}, body, tmp_path)
    stale = now - webhooks.BOTH_FOR
    late = {n.lower(): v for n, v in channel.headers(hook, event, body, stale).items()}
    assert not check(new, late, body, tmp_path)


def test_both_languages_show_the_same_code() -> None:
    assert [code("en", n) for n in range(3)] == [code("zh-hans", n) for n in range(3)]
    assert sys.version_info >= (3, 11)
