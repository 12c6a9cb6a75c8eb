"""What comes along when a text is copied from where it stood: buttons, calls to follow, an editor's
line; a paragraph that was pasted twice; a text in which the end is missing.

A line counts as a whole, or the end of a text: news may speak of any of it.
"""

from __future__ import annotations

import re

# Of pages in many languages, of WeChat, of news agencies. Links are addresses in `]()` here.
_FURNITURE = re.compile(
    r"""(?ix)[\s*_>#•·-]*(?:
    (?:点击|點擊)(?:上方|下方|右上角)?[“「]?(?:蓝字|藍字|名片|阅读原文|閱讀原文|关注|關注).{0,20}
    | (?:长按|長按|扫码|掃碼|扫描|掃描|识别)(?:下方|上方|图中)?(?:识别|識別)?
        (?:二维码|二維碼|关注|關注).{0,20}
    | .{0,12}(?:点个|點個|点亮)[“「]?(?:在看|赞|贊).{0,20}
    | (?:分享|点赞|收藏)[、，/\s]*(?:点赞|在看|收藏|转发).{0,12}
    | [（(\[【]?(?:责任编辑|責任編輯|责编|責編|编辑|值班编辑|校对|审核|排版)\s?[：:丨|/]
        \s?\S{1,12}(?:\s\S{1,8}){0,3}[)）\]】]?
    | (?:阅读|閱讀|展开|展開|查看)(?:全文|原文|更多)\s*[>»→↓]* | (?:相关|推荐|延伸)阅读[：:]?
    | 本文(?:来自|转载自|首发于)微信公众号.{0,30}
    | (?:未经授权|未经许可)，?(?:不得|禁止|请勿)转载.{0,12}
    | (?:share|tweet|pin|email)\s+(?:this|on|via|to)\s+
        (?:article|story|post|page|facebook|twitter|x|linkedin|whatsapp|email)\b.{0,80}
    | (?:follow|like|join)\s+us\s+on\s+\w+.{0,40}
    | (?:advertisement|sponsored\s+content|anzeige|publicité|publicidad|pubblicità|реклама)
    | (?:sign\s+up|subscribe)\s+(?:for|to)\s+(?:our|the)\s+(?:\w+\s+){0,2}newsletters?\b.{0,40}
    | (?:related|recommended|trending)\s+(?:articles?|stories|posts|topics)\s*:?
    | \d+\s+(?:comments?|shares|likes) | \d+\s+min(?:ute)?s?\s+read
    | auf\s+(?:facebook|twitter|x|whatsapp)\s+teilen | artikel\s+(?:teilen|merken|drucken)
    | lesen\s+sie\s+auch\s*:? | partager\s+(?:sur|cet\s+article)\b.{0,30} | à\s+lire\s+aussi\s*:?
    | compartir\s+(?:en|est[ea])\b.{0,30} | (?:lea|lee|leia)\s+(?:también|também)\s*:?
    | condividi\s+(?:su|questo)\b.{0,30} | leggi\s+anche\s*:?
    | поделиться(?:\s+\w+){0,3} | читайте\s+также\s*:?
    | (?:関連記事|あわせて読みたい|続きを読む|記事をシェア)[：:]?
    | (?:관련\s?기사|기사\s?공유|더\s?보기)[：:]?
    )[\s.!！。*_]*"""
)
# Letters of the longest such line.
_LINE = 140
# Where a page shows the beginning only; a link has its brackets here.
_GOES_ON = re.compile(
    r"(?i)(?:^|(?<=[\s.…。！!?？]))(?:continue\s+reading|read\s+more|weiterlesen|mehr\s+lesen|lire\s+la\s+suite|leer\s+más|seguir\s+leyendo"
    r"|leia\s+mais|continua\s+a\s+leggere|leggi\s+tutto|lees\s+verder|czytaj\s+dalej|читать\s+далее"
    r"|阅读全文|閱讀全文|查看全文|展开全文|展開全文|阅读原文|続きを読む|더\s?보기)\s*[→»>…\.]*\s*\Z"
)
# Letters of a paragraph from which it is not said twice by chance; a wide one counts as two.
_LONG = 60
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def found_in(text: str) -> bool:
    """Whether a text, without code and addresses, holds a line of the page it was copied from."""
    if _GOES_ON.search(text[-60:]) is not None:
        return True
    return any(
        len(line) <= _LINE and _FURNITURE.fullmatch(line) is not None for line in text.split("\n")
    )


def said_twice(text: str) -> bool:
    """Whether a paragraph stands in a text more than once."""
    if "\n" not in text:
        return False
    seen: set[str] = set()
    for line in text.split("\n"):
        words = " ".join(line.split())
        if len(words) + len(_WIDE.findall(words)) < _LONG:
            continue
        if words in seen:
            return True
        seen.add(words)
    return False


def fence_open(text: str) -> bool:
    """Whether a fence of code is begun and never ended, so that all behind it is code."""
    fence = ""
    for line in text.split("\n"):
        mark = re.match(r" {0,3}(`{3,}|~{3,})", line)
        if mark is None:
            continue
        if not fence:
            fence = mark[1]
        elif (
            mark[1][0] == fence[0]
            and len(mark[1]) >= len(fence)
            and not line.strip().strip(fence[0])
        ):
            fence = ""
    return bool(fence)


# A link without words to press, or with words that lead nowhere.
_NO_LINK = re.compile(
    r"(?<!!)(?<!\\)\[\s*\]\(\s*<?[^\s)]+[^)]*\)|(?<!!)(?<!\\)\[[^\[\]\n]+\]\(\s*(?:mailto:|\#|https?:/{0,2})?\s*\)"
)


def link_of_nothing(text: str) -> bool:
    """Whether a text, without code, holds a link without words, or without an address."""
    return "](" in text and _NO_LINK.search(text) is not None
