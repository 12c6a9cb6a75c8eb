"""The digest knows no Django: it is imported and reads where there is none."""

from __future__ import annotations

import subprocess
import sys

from ..conftest import ROOT

PROGRAM = """
import sys
sys.modules["django"] = None  # Whatever imports it now fails.
from newsletter.digest import decode, parse, to_json
from newsletter.digest.markdown import block_html

text = "# T - 2026-03-02\\n\\n## A\\n\\n来源：x\\n\\nText.\\n\\n## Empty\\n"
digest = parse(decode(text.encode("gb18030")).text)
print(digest.shape, [item.title for item in digest.items])
print([(one.line, one.code, dict(one.params)) for one in digest.problems])
print(block_html(digest.items[0].body), sorted(to_json(digest))[:2])
"""


def test_it_reads_without_django() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "labelled ['A']",
        "[(3, 'source-unlinked', {}), (9, 'item-empty', {'case': 'heading'})]",
        "<p>Text.</p> ['date', 'decided']",
    ]
