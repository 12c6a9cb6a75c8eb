"""`render_edition` writes every form of an edition to standard output."""

from __future__ import annotations

import email
import email.policy
import io
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue() -> Any:
    publication = builders.publication()
    market = builders.category(publication, "Market")
    ships = builders.category(publication, "Ships")
    builders.category(publication, "Quiet")
    made = builders.issue(publication)
    builders.item(made, market, "Prices fall")
    builders.item(made, ships, "A new ferry")
    builders.tail_link(made, "A list of ships")
    return made


def run(monkeypatch: pytest.MonkeyPatch, *args: str) -> bytes:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, write_through=True))
    call_command("render_edition", "daily", "2026-03-02", *args)
    return out.getvalue()


def test_html_and_text_of_everything(issue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    html = run(monkeypatch).decode()
    assert html.startswith("<!DOCTYPE html>")
    assert "Prices fall" in html
    assert "A new ferry" in html
    text = run(monkeypatch, "--as", "text").decode()
    assert text.startswith("Harbour Daily\nMonday, 2 March 2026\n2 items · 1 min read\n")
    assert "https://example.org/tail" in text


def test_a_selection_of_categories(issue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = run(monkeypatch, "--as", "text", "--categories", "ships", "--no-tail").decode()
    assert "A new ferry" in text
    assert "Prices fall" not in text
    assert "https://example.org/tail" not in text


def test_mjml(issue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = run(monkeypatch, "--as", "mjml").decode()
    assert "<mj-body" in made
    assert "<!--~" not in made


def test_a_whole_message(issue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = run(monkeypatch, "--as", "message")
    policy = email.policy.SMTP.clone(raise_on_defect=True)
    parsed = email.message_from_bytes(made, policy=policy)
    assert parsed["Subject"] == "Prices fall, and 1 more"
    assert b"SUDI--SLOT" not in made
    assert made.count(b"\n") == made.count(b"\r\n")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["nowhere", "2026-03-02"], "There is no publication “nowhere”."),
        (["daily", "2026-03-03"], "daily has no issue “2026-03-03”."),
        (["daily", "2026-03-02", "--categories", "quiet"], "It has: market, ships."),
        (["daily", "2026-03-02", "--categories", ","], "Name at least one category."),
        (["daily", "2026-03-02", "--language", "fr"], "has no version in fr"),
    ],
)
def test_what_it_refuses(issue: Any, args: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("render_edition", *args)


def test_the_version_in_another_language(issue: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    chinese = builders.issue(
        issue.publication, slug="2026-03-02-zh", language="zh-Hans", original=issue
    )
    builders.item(chinese, issue.publication.categories.get(slug="ships"), "新渡轮")
    text = run(monkeypatch, "--as", "text", "--language", "zh-Hans").decode()
    assert "新渡轮" in text
    assert "共 1 条" in text
