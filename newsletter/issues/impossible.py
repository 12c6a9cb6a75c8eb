"""Figures that cannot be: a time of day past midnight, more than all of the people asked, a figure
that was lost on the way.

What looks alike and is right stays: a score of 25:30, growth of 134 %, a Japanese 25 時.
"""

from __future__ import annotations

import re

_PAST = r"(?:2[4-9](?<!24):[0-5]\d|24:(?!00)[0-5]\d|[3-9]\d:[0-5]\d|(?:[01]?\d|2[0-3]):[6-9]\d)"
_TIME = re.compile(
    r"(?i)(?<![^\W_])(?:(?:leaves?|opens?|closes?|starts?|begins?|ends?|departs?|arrives?|today|tomorrow"
    rf"|tonight|daily|[a-z]+day)\s(?:\w+\s)?)(?:at|from|until|till|by)\s{_PAST}(?![:\d])"
    r"|(?<![^\W_])(?:um|ab|bis|gegen)\s(?:2[5-9]|[3-9]\d)[.:][0-5]\d\suhr\b"
    r"|(?<![^\W_])(?:à|dès|vers|jusqu'à)\s(?:2[5-9]|[3-9]\d)\s?h(?:\s?[0-5]\d)?\b(?!\s?(?:par|de)\b)"
    r"|(?<![^\W_])a\slas\s(?:2[5-9]|[3-9]\d)[.:][0-5]\d\b|(?<![^\W_])alle\s(?:2[5-9]|[3-9]\d)[.:][0-5]\d\b"
    rf"|(?:(?:[日号號天]|今晚|明晚|[上下]午|[早晚]上|凌晨|将于|將於|定于|定於)\s?|(?<=[于於至]))"
    r"(?:2[5-9]|[3-9]\d)[:：][0-5]\d(?![:：\d])"
    r"|(?:上午|早上|凌晨)\s?(?:1[3-9]|2\d)[点點時时:：]|[下]午\s?(?:2[4-9]|[3-9]\d)[点點時时:：]"
    r"|(?<![\d:.])(?:1[3-9]|[2-9]\d)(?:[:.][0-5]\d)?\s?[ap]\.?m\b(?!\w)"
)
_ASKED = (
    r"(?:people|voters|citizens|residents|respondents|those\s(?:asked|polled|surveyed)|households|adults"
    r"|participants|students|pupils|patients|members|employees|workers|women|men|children|users|readers"
    r"|customers|companies|firms|countries|(?:the\s)?(?:population|electorate|votes|seats))"
)
_SHARE = re.compile(
    rf"(?i)(?<![\d.,])(?:1[0-9][1-9]|1[1-9]0|[2-9]\d\d)(?:[.,]\d+)?\s?(?:%|per\s?cent)\sof\s(?:all\s|our\s|the\s|its\s)?"
    rf"{_ASKED}(?!['’\w-])(?!\s(?:growth|increase|target))"
    r"|(?<![\d.,])(?:1[0-9][1-9]|1[1-9]0|[2-9]\d\d)(?:,\d+)?\s?(?:%|prozent)\s(?:der|aller)\s"
    r"(?:befragten|wähler\w*|haushalte|bürger\w*|menschen|mitglieder|einwohner\w*|teilnehmer\w*)"
    r"|(?<![\d.,])(?:1[0-9][1-9]|1[1-9]0|[2-9]\d\d)\s?%\sdes\s(?:personnes|électeurs|sondés|ménages|habitants)"
    r"|(?<![\d.])(?:1[0-9][1-9]|1[1-9]0|[2-9]\d\d)(?:\.\d+)?[%％]的(?:受访|受訪|市民|网友|網友|居民|家庭|选民|選民"
    r"|用户|用戶|学生|學生|企业|企業|公司|员工|員工|女性|男性|人)(?!\S{0,3}(?:增|涨|漲|提升|上升))"
)
# A unit or a sign of money without its figure.
_LOST = re.compile(
    r"(?i)(?<![\w$€£])(?:costs?|worth|for|of|to|by|over|about|than|raised|paid)\s[$€£¥](?=\s(?:million|billion|bn|m|k)\b|\s?[.,;])"
    r"|(?<![^\W_])(?:by|to|of|from|at|um|auf|de|del|di)\s%(?=\s|[.,;])(?!\s?\w*\()"
    r"|(?:增长|增長|下降|上涨|上漲|降低|提升|达到|達到|超过|超過|约|約|为)\s?[%％](?![\w（(])"
    r"|(?<![\w.])(?:NaN|undefined|null|None)\s?(?:%|percent|million|billion|元|万|亿|€|\$)"
    r"|[$€£¥](?:NaN|undefined|null)\b"
)


def time_of_day(text: str) -> bool:
    """Whether a text, without code and addresses, names a time that no day has."""
    return any(sign.isdigit() for sign in text) and _TIME.search(text) is not None


def share(text: str) -> bool:
    """Whether it says that more than all of some people do something."""
    folded = text.casefold()
    said = any(sign in folded for sign in ("%", "％", "cent", "prozent"))
    return said and _SHARE.search(text) is not None


def lost(text: str) -> bool:
    """Whether a sign of a unit stands where its figure is missing."""
    return any(sign in text for sign in "%％$€£¥") and _LOST.search(text) is not None
