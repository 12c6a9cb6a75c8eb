"""What a tool leaves in a text it made, converted or was asked about: marks of its citations, the
lines of a form, codes for signs, a day as machines write it.

A text about such things shows them as code, which is taken out before.
"""

from __future__ import annotations

import re

# Numbers of sources behind a stop or a word, whose list stayed where the text was made.
_CITED = re.compile(
    r"(?<=[\w.。！？!?”\"）)])(?:\[\d{1,2}\](?![(\[:])){1,6}(?=[\s.。，,]|\Z|[\u4e00-\u9fff])"
)
_SHORT_CODE = re.compile(r"(?<![\w:/]):[a-z][a-z_]{2,24}(?:_\w+)?:(?![\w:/])")
_LINES = re.compile(
    r"(?im)^[\s*_>-]*(?:"
    r"(?:relevance|importance|sentiment|tone|confidence|word\s?count|priority|相关性|相關性|重要性|情感倾向|可信度)"
    r"(?:\s?(?:score|评分|評分|得分))?\s*[*_]*[:：]\s*[*_]*(?:\d|high|low|medium|neutral|positive|negative|[高中低正负])[^\n]{0,12}"
    r"|(?:category|categories|kategorie|catégorie|categoría|categoria|分类|分類|类别|類別|カテゴリー?|카테고리)"
    r"\s*[*_]*[:：]\s*[^\n]{1,40}"
    r"|(?:meta\s?description|seo\s?title|slug|focus\skeyword|alt[\s-]?text)\s*[*_]*[:：]\s*\S.*"
    r"|(?:photo|image|picture|foto|bild|图片来源|图源|圖片來源|图|圖|写真)(?:\s(?:credit|by))?\s?[:：/]\s?"
    r"(?:getty|afp|ap|reuters|dpa|epa|unsplash|shutterstock|istock|alamy|pexels|视觉中国|新华社|网络|網路|共同).{0,40}"
    r"|(?:©|\(c\)|copyright)\s?(?:©\s?)?(?:19|20)\d\d\b.{0,60}|.{0,40}\ball\srights\sreserved\b\.?"
    r")[\s*_]*$"
)
# A role or a field of what a model answered, what it was told, its count, a note of the page.
_ANSWERED = re.compile(
    r"(?im)^\W*(?:assistant|chatgpt|助手)\s?[:：]\s|^\s*\"(?:summary|title|insight|body|content|text)\"\s*:"
    r"|\(\d{1,4}\s(?:words|wörter|mots)\)\s*$|[（(]\d{1,4}\s?字[)）]\s*$|<!--.*?-->"
    r"|^\W*(?:posted|published|updated)\s+(?:on|at)\s*:"
    r"|\b(?:output|return|respond\swith|reply\swith)\s+only\s+the\s|[只仅]输出(?:摘要|正文|结果|译文)"
)
_TIMESTAMP = re.compile(
    r"(?<!\d)20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?(?!\d)"
)
_ENCODED = re.compile(r"(?:%[0-9A-F]{2}){3,}|(?<=[a-z])%20(?=[A-Za-z])", re.IGNORECASE)
_STRUCK = re.compile(r"(?<!~)~~(?=\S)[^~\n]{1,80}(?<=\S)~~(?!~)")
_TABLE = re.compile(r"(?m)^[ \t]*\|[^\n]+\|[ \t]*\n[ \t]*\|[^\n]+\|[ \t]*$")
_RULE = re.compile(r"(?m)^[ \t]*\|?[ \t]*:?-{1,}:?[ \t]*(?:\|[ \t]*:?-{1,}:?[ \t]*)*\|?[ \t]*$")
_EMPTY_POINT = re.compile(r"(?m)^[ \t]*(?:[-*+•·]|\d{1,2}[.)])[ \t]*$")
_EMPTY_LINE = re.compile(r"(?m)^[ \t]*(?:[-*+•·]|\d{1,2}[.)])[ \t]*(?:\n|\Z)")
_POINT = re.compile(r"(?m)^[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]+\S")
# A file of somebody's own machine, or a way within the site the text was copied from.
_OWN_FILE = re.compile(
    r"(?i)(?<!!)\[[^\[\]\n]*\]\(\s*<?(?:file:|blob:|about:|[a-z]:\\|\\\\\w|/(?:users|home|tmp|volumes|mnt)/|sandbox:)"
)


def found_in(text: str) -> bool:
    """Whether a text, without code and addresses, holds any of it."""
    if ":" in text and _SHORT_CODE.search(text) is not None:
        return True
    if "[" in text and _CITED.search(text) is not None:
        return True
    if "%" in text and _ENCODED.search(text) is not None:
        return True
    if "20" in text and _TIMESTAMP.search(text) is not None:
        return True
    if "|" in text and _TABLE.search(text) is not None and _RULE.search(text) is None:
        return True
    return _LINES.search(text) is not None or _ANSWERED.search(text) is not None


def struck(text: str) -> bool:
    """Whether words stand in it that somebody struck out."""
    return "~~" in text and _STRUCK.search(text) is not None


def empty_point(text: str) -> bool:
    """Whether a list in it has a point without words."""
    return _EMPTY_POINT.search(text) is not None and _POINT.search(text) is not None


def without_empty_points(text: str) -> str:
    """Markdown without them; a list of nothing but such stays."""
    return _EMPTY_LINE.sub("", text) if empty_point(text) else text


def own_file(text: str) -> bool:
    """Whether it links to a file that stands on one machine alone."""
    return "](" in text and _OWN_FILE.search(text) is not None
