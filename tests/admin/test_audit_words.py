"""Whatever the program writes down of acts has words: no code of its own is shown to people."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from newsletter.templatetags.audit import ACTS, DETAILS, UNSAID, act_detail, act_text
from subscribers.models import AuditEntry
from tests import builders

ROOT = Path(__file__).parents[2]
# Functions that pass an act on to a row, and the place of the act among what they are given.
_WRITERS = {"record": 1, "audit": 2, "_record": 2}
# What they are given by name that is no detail of the act.
_NO_DETAIL = {"at", "by", "detail", "form", "network", "wording", "target", "more", "entry"}


def _calls() -> Iterator[tuple[str, ast.Call, int | None]]:
    """(where, call, place of the act) of each call that writes an entry."""
    for package in ("newsletter", "subscribers"):
        for file in (ROOT / package).rglob("*.py"):
            if "migrations" in file.parts:
                continue
            for call in ast.walk(ast.parse(file.read_bytes())):
                if not isinstance(call, ast.Call):
                    continue
                name = ast.unparse(call.func)
                where = f"{file.relative_to(ROOT)}:{call.lineno}"
                if name == "AuditEntry.objects.create":
                    yield where, call, None
                elif (short := name.rpartition(".")[2]) in _WRITERS:
                    yield where, call, _WRITERS[short]


def _literals(node: ast.AST | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def test_every_act_has_words() -> None:
    found: dict[str, str] = {}
    for where, call, place in _calls():
        given = [one.value for one in call.keywords if one.arg == "action"]
        if place is not None and len(call.args) > place:
            given.append(call.args[place])
        for node in given:
            found.update(dict.fromkeys(_literals(node), where))
    assert len(found) > 60
    assert {act: where for act, where in found.items() if act not in ACTS} == {}


def test_every_detail_has_words() -> None:
    found: dict[str, str] = {}
    for where, call, place in _calls():
        for one in call.keywords:
            if one.arg == "detail" and isinstance(one.value, ast.Dict):
                for key in one.value.keys:
                    found.update(dict.fromkeys(_literals(key), where))
            elif place is not None and one.arg is not None and one.arg not in _NO_DETAIL:
                found[one.arg] = where
    assert len(found) > 40
    known = {*DETAILS, *UNSAID}
    assert {name: where for name, where in found.items() if name not in known} == {}


@pytest.mark.django_db
def test_codes_are_said_in_the_language_of_who_reads() -> None:
    publication = builders.publication(time_zone="Asia/Shanghai")
    imported = AuditEntry(
        publication=publication,
        action="digest imported",
        detail={"way": "api", "file": "", "created": True, "items": 3},
    )
    released = AuditEntry(
        publication=publication,
        action="release",
        detail={"send_at": "2026-03-02T08:00:00+00:00", "channels": "site", "seen": "1f2e"},
    )
    assert act_detail(imported) == "handed in by: API; new draft: yes; items: 3"
    assert act_detail(released) == (
        "send at: 2026-03-02 16:00 Asia/Shanghai (CST); goes to: site and feeds only"
    )
    with translation.override("zh-hans"):
        assert act_text(AuditEntry(action="paired")) == "设为译文"
        assert act_detail(imported) == "提交途径: API; 新草稿: 是; 条目: 3"
