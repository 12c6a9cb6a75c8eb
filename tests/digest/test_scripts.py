"""The language of a text whose script tells it."""

from __future__ import annotations

import pytest

from newsletter.digest.markdown import foreign


@pytest.mark.parametrize(
    ("text", "around", "found"),
    [
        ("夜行フェリーが九年ぶりに復活", "en", "ja"),
        ("ﾊﾝｶｸｶﾅの話", "zh-Hans", "ja"),
        ("深夜轮渡九年后复航，味道鲜の", "en", "zh"),
        ("深夜轮渡九年后复航", "zh-Hans", ""),
        ("深夜轮渡九年后复航", "zh_hans", ""),
        ("부산항 야간 여객선이 돌아왔다", "en", "ko"),
        ("大韓民國 憲法 제1조 뜻", "en", "zh"),
        ("GPT-5 发布：更快、更便宜", "en", "zh"),
        ("A long English sentence about 資料 in an archive", "en", ""),
        ("عودة قوارب الصيد", "en", ""),
        ("Une phrase en français", "en", ""),
        ("12:30 — 🚢", "en", ""),
        ("", "en", ""),
    ],
)
def test_language(text: str, around: str, found: str) -> None:
    assert foreign(text, around) == found
