"""Sentences put one after another, as the language of the page sets them."""

from __future__ import annotations

from django.template import engines
from django.utils import translation

WITH = """{% load issue_pages %}{% filter prose %}<strong>已完成。</strong>
  9 封邮件。 <a href="/">“问题”</a> A. B{% endfilter %}|{{ said|sentences }}"""


def written(language: str, *said: str) -> str:
    with translation.override(language):
        return str(engines["django"].from_string(WITH).render({"said": said}))


def test_chinese_has_no_space_after_a_full_width_stop() -> None:
    assert written("zh-hans", "一。", "<二>。") == (
        '<strong>已完成。</strong>9 封邮件。<a href="/">“问题”</a> A. B|一。&lt;二&gt;。'
    )


def test_english_keeps_its_own() -> None:
    html = written("en", "One.", "Two.")
    assert html.startswith("<strong>已完成。</strong>\n  9") and html.endswith("|One. Two.")
