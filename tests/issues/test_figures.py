"""Numbers of two languages compared: what is the same however written, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues.figures import differences, of_text

SAME = [
    # Groups and decimals
    ("1,234 ships", "1.234 Schiffe"),
    ("1,234", "1 234 navires"),
    ("1,234", "1\u202f234 navires"),
    ("1'234", "1,234"),
    ("1,234", "１２３４艘"),
    ("1 234 567", "1,234,567"),
    ("12,34,567 rupees", "1234567卢比"),
    ("10,000.50", "10.000,50"),
    ("1,5 Mio.", "1.5 million"),
    ("1.500 €", "€1,500"),
    ("٣٫٥", "3.5"),
    ("3½ hours", "3.5小时"),
    ("in 2026 234 ships", "2026年234艘"),
    # Large ones
    ("120,000 readers", "12万读者"),
    ("1.2 million", "120万"),
    ("$5bn", "50亿美元"),
    ("3 billion", "30亿"),
    ("3 Milliarden", "3 billion"),
    ("3–5 million", "300万至500万"),
    ("$1,234.5m", "12.345亿"),
    ("100k", "10万"),
    ("7B model", "70亿参数模型"),
    ("10⁶", "1,000,000"),
    # Dates and times
    ("March 2, 2026", "2026年3月2日"),
    ("02/03/2026", "2 March 2026"),
    ("02.03.2026", "2026-03-02"),
    ("3 pm", "下午3点"),
    ("15:30", "3:30 pm"),
    ("15:30", "下午3点半"),
    ("at 9:00", "早上9点"),
    ("1990s", "90年代"),
    ("2026/27", "2026-2027"),
    ("Q1 2026", "2026年第一季度"),
    ("9/11", "9·11"),
    # Shares
    ("5 %", "5％"),
    ("5 %", "百分之五"),
    ("50 %", "一半"),
    ("30%", "三成"),
    ("3 out of 4", "四分之三"),
    # Words
    ("three of 10", "10个中的3个"),
    ("two hundred and fifty", "250"),
    ("twenty-five", "25"),
    ("三百二十", "320"),
    ("二〇二六", "2026"),
    ("zwei", "2"),
    ("a dozen", "12"),
    ("1st place", "第一名"),
    ("2 x 4", "两个4"),
    ("10th anniversary", "十周年"),
    # Names
    ("GPT-4o beats Claude 3.5", "GPT-4o 胜过 Claude 3.5"),
    ("支持GPT-4", "supports GPT-4"),
    ("CO₂ rose by 3%", "二氧化碳上升3%"),
    ("Version 3.2.1", "3.2.1版"),
    ("v2.0", "2.0版"),
    ("H100", "H100芯片"),
    # What is no figure of the text
    ("1. first point", "第一点"),
    ("See https://example.org/2026/4711", "见 https://example.org/zh/8"),
    ("A claim[3]", "一个说法"),
    ("-5°C", "零下5度"),
    ("24/7", "全天候"),
]


@pytest.mark.parametrize(("here", "there"), SAME, ids=[a for a, _ in SAME])
def test_the_same_however_written(here: str, there: str) -> None:
    assert differences(of_text(here), of_text(there)) == ([], [])


@pytest.mark.parametrize(
    ("here", "there", "found"),
    [
        ("1,234 ships", "1,243艘", (["1,234"], ["1,243"])),
        ("12万", "12,000", (["12万"], ["12,000"])),
        ("1.2 million", "12万", (["1.2 million"], ["12万"])),
        ("3 ships", "4艘", (["3"], ["4"])),
        ("5%", "50%", (["5"], ["50"])),
        ("on 2026-03-02", "2026年3月3日", (["2026-03-02"], [])),
        ("15:30", "16:30", (["15:30"], ["16:30"])),
        ("Qwen2.5", "Qwen2", (["2.5"], ["2"])),
        ("GPT-4", "GPT-5", (["4"], ["5"])),
        ("1.234,5", "12345", (["1.234,5"], ["12345"])),
        ("5 and 5 and 7", "五", (["7"], [])),
        ("no figure", "有3个", ([], ["3"])),
    ],
)
def test_what_differs(here: str, there: str, found: tuple[list[str], list[str]]) -> None:
    assert differences(of_text(here), of_text(there)) == found


@given(st.text(alphabet="0123456789.,'-/:^~ 万亿十三%年月kM½³", max_size=60))
def test_any_text_is_the_same_as_itself(text: str) -> None:
    assert differences(of_text(text), of_text(text)) == ([], [])


def test_it_takes_no_long_time() -> None:
    import time

    begun = time.perf_counter()
    of_text("1," * 50_000 + "9" * 50_000 + "1-" * 20_000 + "三千" * 20_000 + "a-" * 20_000)
    assert time.perf_counter() - begun < 5
