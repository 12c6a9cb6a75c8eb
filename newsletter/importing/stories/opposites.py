"""Words that turn a story into another one: what was said no to, what fell, what is but a beta.

A title that says "approves" and one that says "rejects" have all others in common. A leaf.
"""

from __future__ import annotations

import re

# One thing and its opposite, in the languages whose digests are read most.
_PAIRS = (
    (
        r"approv\w+|adopt\w+|passes|passed|beschließ\w+|stimmt zu|adopte\w*|aprueba|одобри\w+"
        r"|通过|批准|可決|가결",
        r"reject\w+|veto\w*|tumba|rechazó|deny|denies|denied|lehnt|abgelehnt|rejette\w*|rechaza|отклони\w+"
        r"|否决|否決|驳回|拒绝|부결",
    ),
    (
        r"rises?|rising|rose|raises?|raised|hikes?|hiked|gains?|jump\w*|surg\w+|soar\w*"
        r"|increas\w+|steigt|steigen|erhöht|hausse|augmente|sube|рост\w*|выросл\w*|上涨|上调"
        r"|涨价|大涨|提价|加息|利上げ|値上げ|上昇|인상|상승",
        r"falls?|fell|cuts?|lowers|lowered|drop\w*|slump\w*|plunge\w*|decreas\w+|sinkt|sinken"
        r"|senkt|baisse|chute|baja|паден\w*|снизи\w+|下跌|下调|降价|大跌|暴跌|降息|利下げ|値下げ"
        r"|下落|인하|하락",
    ),
    (
        r"wins?|winning|won|gewinnt|gagne|胜诉|获胜|勝訴",
        r"loses?|lost|verliert|perd|败诉|失利|敗訴",
    ),
    (
        r"confirm\w*|bestätigt|confirme|подтверди\w+|证实|确认",
        r"denies|denied|dementiert|dément|опроверг\w+|否认|辟谣",
    ),
    (
        r"opens?|opened|starts?|begins?|resum\w+|öffnet|startet|reprend\w*|reanuda\w*|возобнов\w+"
        r"|开启|启动|上线|恢复|再開|재개|يستأنف|تستأنف",
        r"closes?|closed|closing|shut\w*|ends?|discontinu\w+|suspend\w*|schließt|endet|ferme"
        r"|приостан\w+|останов\w+|关闭|停止|下线|关停|暂停|终止|中止|運休|중단|توقف|تعلق",
    ),
    (  # Whatever was moved was not held.
        r"unchanged|holds?|steady|hält|unverändert|maintient|inchangé\w*|mantiene|сохранил\w*"
        r"|维持不变|按兵不动|不变|据え置\w|維持|동결|يثبت|تثبيت",
        r"raises?|raised|hikes?|hiked|cuts?|lowers|lowered|senkt|erhöht|baisse|relève|sube|baja"
        r"|снизи\w+|повыси\w+|加息|降息|上调|下调|利上げ|利下げ|인상|인하|يخفض|يرفع|خفض|رفع",
    ),
    (
        r"expand\w*|extends?|weitet|ausbau\w*|élargit|amplía|расшир\w+|扩大|扩产|拡大|増強|확대|توسع",
        r"shrink\w*|scales? back|reduc\w+|reduz\w+|kürzt|réduit|reduce|сокра\w+"
        r"|缩减|縮小|削減|축소|تقلص",
    ),
    (  # What is talked over is not yet settled.
        r"approv\w+|adopt\w+|passes|passed|reject\w+|beschließ\w+|adopte|rejette|aprueba|rechaza"
        r"|одобри\w+|отклони\w+|принял\w*|批准|否决|可決|否決|가결|부결",
        r"debat\w+|discuss\w*|examine|berät|beraten|estudia|обсужда\w+|рассм\w+|审议|審議|심의|논의|يناقش",
    ),
    (
        r"success\w*|erfolgreich|réussi\w*|éxito|успешн\w+|成功|성공|نجاح",
        r"fail\w*|scheitert|gescheitert|échec|échoue|fracas\w*|неудач\w+|провал\w*|失败|失敗|실패|فشل",
    ),
    (
        r"adds?|added|新增",
        r"remov\w+|drops|dropped|移除|删除|取消",
    ),
)


def _pattern(side: str) -> re.Pattern[str]:
    """Words of scripts with spaces stand alone; those of dense scripts stand anywhere."""
    words = side.casefold().split("|")  # ß is ss in what they are looked for in.
    alone = [word for word in words if not _DENSE.match(word)]
    within = [word for word in words if _DENSE.match(word)]
    return re.compile("|".join([rf"(?<!\w)(?:{'|'.join(alone)})(?!\w)", *within]))


_DENSE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_OPPOSED = [(_pattern(one), _pattern(other)) for one, other in _PAIRS]
# What is there on one side only: not, not yet, and no longer the first word.
_ALONE = (
    re.compile(r"(?<!\w)(?:not|n't|never|kein\w*|nicht|pas|ne|не|нет)(?!\w)|n['’]t\b|并非|不会|没有|未能|ない"),
    re.compile(r"(?<![a-z])(?:alpha|beta|rc\s*\d*|release candidate|nightly)(?![a-z])"
               r"|测试版|公测版|ベータ"),
    # The answer to a suit or a judgement is the next story.
    re.compile(r"(?<!\w)(?:counter-?(?:su(?:e[sd]?|ing|its?)|claim\w*)|appeal(?:s|ed)?|widerklage|berufung"
               r"|fait appel|contrademanda|apela(?:rá)?|встречн\w+ иск\w*|апелл\w+)(?!\w)"
               r"|反诉|上诉|反訴|控訴|上訴|맞소송|항소"),
)  # fmt: skip


def turns_of(text: str) -> frozenset[int]:
    """Which turns a title takes, as numbers: 2 n + 1 and 2 n + 2 are opposites, below 0 it has what
    may be on one side only."""
    text = text.casefold()
    found = {
        2 * number + side + 1
        for number, pair in enumerate(_OPPOSED)
        for side, pattern in enumerate(pair)
        if pattern.search(text)
    }
    found |= {-1 - number for number, pattern in enumerate(_ALONE) if pattern.search(text)}
    return frozenset(found)


def opposed(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether two titles that say the same of a thing otherwise say the opposite of it."""
    if any((-1 - number in one) != (-1 - number in other) for number in range(len(_ALONE))):
        return True
    for first in range(1, 2 * len(_PAIRS), 2):
        mine, theirs = ({first, first + 1} & turns for turns in (one, other))
        if len(mine) == len(theirs) == 1 and mine != theirs:
            return True
    return False
