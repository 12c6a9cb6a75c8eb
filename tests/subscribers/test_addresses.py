"""Addresses are refused, normalised as written, or put right where one reading exists."""

from __future__ import annotations

import pytest

from subscribers.addresses import BadAddress, canonical, key_of, masked, normalise, shown
from subscribers.slips import hint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alice",
        "alice@",
        "@example.org",
        "alice@localhost",
        "alice@[127.0.0.1]",
        "alice@example.org\r\nBcc: eve@example.org",
        "al ice@example.org",
        "alice@exam ple.org",
        "alice@example.org>",
        "<alice@example.org>",
        "alice\x00@example.org",
        '"al ice"@example.org',
        "a" * 65 + "@example.org",
        "alice@" + "a" * 250 + ".org",
        "alice@example..org",
        "alice@example.org, bob@example.org",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        normalise(text)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        # White space around is what people paste.
        (" Alice@Example.ORG \n", "Alice@example.org"),
        ("bob+news@example.org", "bob+news@example.org"),
        ("chen@例子.测试.example.org", "chen@xn--fsqu00a.xn--0zwm56d.example.org"),
        ("o'hara@example.org", "o'hara@example.org"),
    ],
)
def test_normalised(text: str, stored: str) -> None:
    assert normalise(text) == stored


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        # Full width, as an input method leaves it.
        ("ａｂｃ@qq.com", "abc@qq.com"),
        ("１２３@qq.com", "123@qq.com"),
        ("ａｂｃ１２３＠ｑｑ．ｃｏｍ", "abc123@qq.com"),
        ("alice＠example。org", "alice@example.org"),
        ("zhang。san@163。com", "zhang.san@163.com"),
        ("ｆｉｒｓｔ＿ｌａｓｔ－１＠ｅｘａｍｐｌｅ．ｏｒｇ", "first_last-1@example.org"),
        ("ﾃｽﾄ@example.jp", "テスト@example.jp"),
        ("a﹫example﹒org", "a@example.org"),
        # Unseen characters of word processors, chat programs and right-to-left pages.
        ("alice@example.org\u200b", "alice@example.org"),
        ("\ufeffalice@exam\u00adple.org", "alice@example.org"),
        ("\u202aalice@example.org\u202c", "alice@example.org"),
        ("\u2068alice\u2069@example.org\u200f", "alice@example.org"),
        ("alice\u200d@example.org", "alice@example.org"),
        ("\u3164alice@example.org\ufe0f", "alice@example.org"),
        ("\u00a0alice\u00a0@ example.org\u2003", "alice@example.org"),
        # Copied links and ends of sentences.
        ("mailto:alice@example.org", "alice@example.org"),
        ("MAILTO:alice%2Bnews@example.org?subject=Hello", "alice+news@example.org"),
        ("ｍａｉｌｔｏ：alice@example.org", "alice@example.org"),
        ("alice@example.org.", "alice@example.org"),
        ("alice@example.org。", "alice@example.org"),
        ("alice@example.org,", "alice@example.org"),
        ("alice@example.org；", "alice@example.org"),
        ("alice@example.org、", "alice@example.org"),
    ],
)
def test_put_right(text: str, stored: str) -> None:
    assert normalise(text) == stored


@pytest.mark.parametrize(
    "text",
    [
        "mailto:alice@example.org,bob@example.org",
        "mailto:alice%0d%0aBcc%3aeve@example.org",
        "mailto:",
        "contact alice @ example.org",
        "ａｌｉｃｅ＠ｅｘａｍｐｌｅ．ｏｒｇ\r\nBcc: eve@example.org",
        "alice@example.org；bob@example.org",
        "＜alice@example.org＞",
        # A joiner beside letters it shapes changes the word: two readings.
        "\u0645\u06cc\u200c\u062e@example.org",
        "alice@example.org..",
    ],
)
def test_two_readings_stay_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        normalise(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("ggmail.com", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("outlok.com", "outlook.com"),
        ("yahooo.com", "yahoo.com"),
        ("icloud.cmo", "icloud.com"),
        ("qqq.com", "qq.com"),
        ("qq.con", "qq.com"),
        ("163.cm", "163.com"),
        ("1633.com", "163.com"),
        ("foxmial.com", "foxmail.com"),
        ("gmx.dee", "gmx.de"),
        ("gmx.ed", "gmx.de"),
        ("yahoo.con", "yahoo.com"),
        ("seznam.czz", "seznam.cz"),
        ("162.com", "163.com"),
        ("127.com", "126.com"),
        ("129.com", "139.com"),
        ("163.con", "163.com"),
        ("gmial.con", "gmail.com"),
        ("gmaill.con", "gmail.com"),
        ("hotmial.cmo", "hotmail.com"),
        ("foxmial.vom", "foxmail.com"),
        ("outlok.comm", "outlook.com"),
    ],
)
def test_one_slip_is_hinted(typed: str, meant: str) -> None:
    assert hint(f"alice@{typed}") == f"alice@{meant}"


_OWN = """
q.com 263.com
gmail.com qq.com mail.com ymail.com email.com yahoo.se yahoo.co.uk hotmail.fr outlook.jp gmx.at
web.com sky.de box.net fox.com ab.com 164.com 123.com 16.com example.org aq.com proton.com
mail.bg orange.com 136.com 138.com 188.com 123.com xmail.con box.con gmail.ru gmail.fr gmail.cn
"""


@pytest.mark.parametrize(
    "domain",
    _OWN.split(),
)
def test_no_hint_for_a_domain_of_its_own(domain: str) -> None:
    assert hint(f"alice@{domain}") == ""


def test_shown_in_its_own_script() -> None:
    assert shown(normalise("张三@例子.中国")) == "张三@例子.中国"
    assert shown("alice@xn--broken-.example") == "alice@xn--broken-.example"


def test_one_key_for_one_mailbox() -> None:
    assert key_of(normalise("Alice@EXAMPLE.org")) == key_of(normalise("alice@example.ORG"))
    assert key_of("alice@example.org") != key_of("alice@example.net")
    # é precomposed and as two code points
    assert canonical("caf\u00e9@x.org") == canonical("cafe\u0301@x.org")


def test_masked() -> None:
    assert masked("alice@example.org") == "a…@example.org"
