"""The handbook: every chapter in both languages, every link leads somewhere, and it opens."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from newsletter import handbook
from tests import builders

LANGUAGES = ("en", "zh-hans")


def test_every_chapter_is_written_in_both_languages() -> None:
    english = handbook.chapters("en")
    chinese = handbook.chapters("zh-hans")
    assert [chapter.name for chapter in chinese] == [chapter.name for chapter in english]
    assert {chapter.language for chapter in chinese} == {"zh"}
    for ours, theirs in zip(english, chinese, strict=True):
        for mark in ("\n## ", "\n| ", "\n    "):
            assert ours.text.count(mark) == theirs.text.count(mark), (ours.name, mark)
    # Another language reads the English one.
    assert handbook.chapters("fr") == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_between_chapters_lead_to_chapters(language: str) -> None:
    names = {chapter.name for chapter in handbook.chapters(language)}
    for chapter in handbook.chapters(language):
        linked = set(re.findall(r"\]\(\d\d-([a-z-]+)\.md", chapter.text))
        assert linked <= names, chapter.name
        html = handbook.html(chapter)
        assert set(re.findall(r'href="\.\./([a-z-]+)/', html)) == linked
        assert ".md" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chapter_opens_for_who_may_log_in(client: Client, language: str) -> None:
    builders.publication()
    first = handbook.chapters(language)[0]
    path = f"/admin/help/{first.name}/"
    assert client.get(path).status_code == 302  # to the login
    client.force_login(get_user_model().objects.create_user("alice", is_staff=True))
    client.cookies["django_language"] = language
    assert client.get("/admin/help/").headers["Location"] == path
    for chapter in handbook.chapters(language):
        page = client.get(f"/admin/help/{chapter.name}/").content.decode()
        assert f"<h1>{chapter.title}</h1>" in re.sub(r"\s+(?=<)|(?<=>)\s+", "", page)
    assert client.get("/admin/help/none/").status_code == 404
