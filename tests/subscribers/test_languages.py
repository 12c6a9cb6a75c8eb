"""A language is one entry of a table: a made-up one is offered, stored, counted and set."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import translation

from newsletter.rendering import words
from subscribers import language_table, languages
from subscribers.language_table import Language
from tests import builders

pytestmark = pytest.mark.django_db

KLINGON = Language("tlh", "tlhIngan Hol", "Klingon", ("tlh",), wide=True, words_a_minute=119)


@pytest.fixture
def klingon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language_table, "LANGUAGES", (*language_table.LANGUAGES, KLINGON))


@pytest.mark.usefixtures("klingon")
def test_a_made_up_language_is_everywhere() -> None:
    assert languages.known("TLH-Latn") == "tlh"
    assert languages.stored("tlh_AA") == "tlh"
    assert languages.offered()[-1] == ("tlh", "tlhIngan Hol")
    assert [one.code for one in languages.others("en")] == ["zh-Hans", "tlh"]
    assert language_table.is_wide("tlh")
    builders.category(builders.publication(), "Ships")
    page = Client().get("/daily/subscribe/").content.decode()
    assert 'value="tlh"' in page and "tlhIngan Hol" in page


@pytest.mark.usefixtures("klingon")
def test_its_readers_read_at_their_own_speed() -> None:
    text = "word " * 238
    with translation.override("en"):
        assert round(words.seconds_to_read(text)) == 60
    with translation.override("tlh"):
        assert round(words.seconds_to_read(text)) == 120


@pytest.mark.usefixtures("klingon")
def test_the_publication_form_has_fields_for_it() -> None:
    from subscribers.admin import publication_form

    assert {"name_tlh", "description_tlh"} <= set(publication_form._translation_fields())


@pytest.mark.parametrize(
    ("spelling", "stored"),
    [
        ("en", "en"), ("EN", "en"), ("en-GB", "en"), ("en_US", "en"), ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"), ("zh-TW", "zh-Hans"), ("cmn", "zh-Hans"), ("zh_Hans", "zh-Hans"),
        (" zh-hans ", "zh-Hans"), ("fr", ""), ("", ""), (None, ""), ("enx", ""), ("z", ""),
    ],
)  # fmt: skip
def test_any_spelling(spelling: str | None, stored: str) -> None:
    assert languages.stored(spelling) == stored


@pytest.mark.parametrize(
    ("code", "wide"),
    [("zh-Hans", True), ("zh-TW", True), ("ja", True), ("ko-KR", True), ("yue", True),
     ("en", False), ("fr", False), ("", False)],
)  # fmt: skip
def test_wide_scripts(code: str, wide: bool) -> None:
    assert language_table.is_wide(code) is wide


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"), ("en;q=0.5, zh;q=0.9", "zh-hans"),
        ("zh;q=0, en", "en"), ("zh;q=0", "en"), ("de, fr;q=0.9", "en"), ("", "en"), ("*", "en"),
        ("en;q=0.8,zh-TW;q=0.8", "en"), ("ZH ; Q=1.0, en", "zh-hans"), ("zh;q=nonsense, en", "en"),
        ("zh;q=7, en;q=0.1", "en"), (";;,,=", "en"), ("zh_CN", "zh-hans"),
        ("de;q=0.9, " * 30 + "zh;q=0.1", "zh-hans"),
    ],
)  # fmt: skip
def test_what_a_browser_likes_best_of_what_we_speak(header: str, language: str) -> None:
    """RFC 9110, 12.5.4: by quality, not by place; what is refused is not taken."""
    assert languages.wished({"HTTP_ACCEPT_LANGUAGE": header}) == language
