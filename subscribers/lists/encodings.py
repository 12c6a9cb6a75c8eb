"""Which of the old encodings a text is in, by the letters that come out.

A list of readers is little text: names, towns, a header. Detectors that know the frequencies of a
language need more than that, so this asks something simpler of each candidate: do its letters
stand as that script is written? The usual letters of names and headers are for it; letters
nobody writes, capitals inside a word, and two scripts in one word are against it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from .alphabets import reads_as_latin

_WORD = re.compile(r"[^\W\d_]+")
# The same with the signs above and below letters.
_WRITTEN = re.compile(r"[^\s\x00-\x40\x5b-\x60\x7b-\x7f]+")
# Frequent in names, towns and headers; enough that a short list meets some of them.
_HANZI = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段钱汤尹黎易常武乔贺赖龚文"
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建玉兰红梅春雪志海波宇晨婷欣怡梓涵浩然思雨佳俊鹏飞辉鑫云龙凤琳玲莉萍燕"
    "斯克尔特德里亚拉罗莱布伊阿维诺巴希格雷丝爱丽鲍勃密奥卡贝奇利尼瑞露弗萨娅"
    "邮箱电子件地址姓名字昵称状态订阅退取消已未确认日期时间城市省公司备注标签语言电话手机性别北京上海广州深圳杭州南成都武汉重庆天津苏西安"
)
_HANZI_TRADITIONAL = frozenset(
    "的一是在不了有和人這中大為上個國我以要他時來用們生到作地於出就分對成會可主發年動同工也能下過子說產種面而方後多定行學法所民得經"
    "王李張劉陳楊趙黃周吳徐孫胡朱高林何郭馬羅梁宋鄭謝韓唐馮董蕭程曹袁鄧許傅沈曾彭呂蘇盧蔣蔡賈丁魏薛葉余潘杜戴夏鍾汪田任姜范石姚譚廖鄒熊金陸郝孔白崔康毛邱秦江史顧侯邵孟龍萬段錢湯尹黎易常武喬賀賴龔文"
    "偉芳娜敏靜麗強磊軍洋勇艷傑娟濤明超秀霞平剛桂英華建玉蘭紅梅春雪志海波宇晨婷欣怡雅淑惠美君家豪宗翰承恩品妤"
    "信箱電子郵件地址姓名字暱稱狀態訂閱退取消已未確認日期時間城市公司備註標籤語言電話手機性別台臺北高雄中南新竹桃園香港"
)
_KANJI = frozenset(
    "日一国人年大十二本中長出三時行見月後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川千水半男西電校語土木聞食車何南万毎白天母火右読友左休父雨"
    "佐藤鈴木高橋田中渡辺伊山本村林斎加吉山口松井上清水阿部森池橋石前小野竹金岡原和後長近遠青坂福太西三浦藤岡中野内谷大塚崎島久保安菅丸工今河武杉上千葉増平市増"
    "太郎子美花恵一二三郎介香奈真由紀健翔陽葵結衣愛莉優大輔拓也直樹和也裕子洋子幸智雄誠"
    "氏名住所登録状態配信停止希望解除済未有効無効退会購読姓名会社都道府県京阪神戸名古屋札幌仙台横浜福岡広島備考番号電話性別生年月日言語"
)
_HANGUL = frozenset(
    "이김박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모"
    "메일주소름성전화번호상태수신거부동의구독해지날짜회사도시울부산대구인천광주대전울산세종경기강원충청전라제주국어언비고그룹가입탈퇴확일자"
    "서연민준지우하은수진영희철수현우예은도윤시우주원지호다은유진혜선미경숙자호석훈태웅빈"
)
# An ideograph joined to small Latin letters is two of a Latin word's octets: `家neta`, `Žaneta`.
_JOINED = re.compile(r"[a-z][\u4e00-\u9fff]|[\u4e00-\u9fff][a-z]")
_KANA = re.compile(r"[\u3041-\u30ff\uff66-\uff9f]")
_CYRILLIC = frozenset("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґ")
_CYRILLIC_COMMON = frozenset("оеаинтсрвлі")
_FEW_LETTERS = 2  # of which no frequency says anything
_MARKS = frozenset("’‘“”„–—…€«»°ºª¿¡·©®™")
# Where Western languages do not write what cp1250's letters become under cp1252: `Dvoøák`,
# `Èenìk`, `Imiê`, `Gergõ`, `Wa¿ne`, or cp1257's: `Bçrziòð`, `Giedrë`. No Czech writes `ř` before
# `y`, while `Øystein` is Norwegian.
_NOT_WESTERN = re.compile(
    r"[èìòùÈÌÒÙ][aeiouyáéíóúìøè]|[øØ][aeiouáéíóúìøè]|(?<=\w)[êõûÊÕÛ]\b|[õû][bcdfghjklmpqrtvwxz]"
    r"|ç[bcdfghjklmnpqrstvwxz]|(?<=[bcdfghjklmnpqrstvwxz])ë\b"
    r"|(?<=\w)[¹³¿£¥¯¼¾]|[¹³¿ªº£¥¯¼¾](?=[^\W\d])"
)

Score = Callable[[str], float]


def by_letters(data: bytes) -> str:
    """The encoding of text that is not UTF-8: the candidate whose letters are the most usual.

    `data` is what of the file is not ASCII, or all of it. Western (cp1252) when none is better:
    it can be any octets at all.
    """
    best, most = "cp1252", 0.05
    for name, score in _CANDIDATES:
        try:
            text = data.decode(name)
        except UnicodeDecodeError as error:
            # The sample may have been cut inside a letter of several octets.
            if name not in _SEVERAL_OCTETS or error.start < len(data) - 3:
                continue
            text = data[: error.start].decode(name)
        letters = [c for c in text if c > "\x7f"]
        if not letters:
            continue
        worth = score(text) / len(letters)
        if worth > most:
            best, most = name, worth
    return best


def _ideographs(usual: frozenset[str], foreign: str) -> Score:
    def score(text: str) -> float:
        found = 0.0
        for c in text:
            if c <= "\x7f":
                continue
            if c in usual:
                found += 1
            elif _strange(c) or c in foreign:
                found -= 2
            elif (
                "\u2e80" <= c <= "\ud7ff" or "\u3000" <= c <= "\u30ff" or "\uff00" <= c <= "\uffef"
            ):
                # A letter of the script that is not among the usual: neither here nor there.
                found += 0.1
            else:
                found -= 1
        return found - len(_JOINED.findall(text))

    return score


def _japanese(text: str) -> float:
    return _ideographs(_KANJI, "")(text) + sum(
        # Kana come in full width; a half-width one may as well be Western letters misread.
        (1.0 if c < "\uff00" else 0.2) - 0.1
        for c in _KANA.findall(text)
    )


def _korean(text: str) -> float:
    found = _ideographs(_HANGUL, "")(text)
    return found - 0.5 * sum(1 for c in text if "\u4e00" <= c <= "\u9fff")


def _cyrillic(text: str) -> float:
    found = 0.0
    for word in _WORD.findall(text):
        high = [c for c in word if c > "\x7f"]
        if not high:
            continue
        if any(c <= "\x7f" for c in word):
            found -= len(high)
            continue
        inner = word[1:]
        # Read with the wrong one of the two, small letters come out as capitals.
        written = inner.islower() or (word.isupper() and len(word) < 25) or not inner
        weight = (0.85 if word.isupper() and len(word) > 3 else 1.0) if written else 0.3
        found += sum(weight if c.lower() in _CYRILLIC else -1.0 for c in high)
        if not written:
            found -= 1.2 * len(high)
    letters = [c for c in text.lower() if c > "\x7f" and c.isalpha()]
    common = sum(1 for c in letters if c in _CYRILLIC_COMMON)
    # Two letters of three are these ten, in Russian; read with the wrong code page, hardly one.
    if len(letters) > _FEW_LETTERS:
        found -= 0.8 * max(0.0, 0.6 * len(letters) - common)
    if text == text.lower():
        # A list has names, and a header; what has no capital at all may be Hebrew.
        found *= 0.95
    # The signs for drawing tables are what KOI8 has where others have letters.
    return found - sum(2 for c in text if _strange(c) or "\u2500" <= c <= "\u25a0")


def _script(letters: str, only_last: str = "", never_first: str = "", rare: str = "") -> Score:
    """Words of one alphabet. Its last letters stand at the end of a word and nowhere else, its
    vowel signs behind a letter; another script read as this one breaks both rules at every turn."""
    usual = frozenset(letters)
    last, hanging, seldom = frozenset(only_last), frozenset(never_first), frozenset(rare)

    def score(text: str) -> float:
        found = 0.0
        for word in _WRITTEN.findall(text):
            high = [c for c in word if c > "\x7f"]
            if not high:
                continue
            if len(high) < len(word):
                # Nobody writes two alphabets in one word.
                found -= 1.5 * len(high)
                continue
            for c in high:
                found += -0.5 if c in seldom else 1 if c in usual else 0.1 if c in _MARKS else -1.5
            found -= 2 * sum(1 for c in word[:-1] if c in last)
            found -= 2 * (word[0] in hanging)
            inner = word[1:]
            if inner != inner.lower() and not word.isupper():
                found -= 1.5 * len(high)
        found -= sum(3 for c in text if _strange(c))
        if text == text.lower() and usual != frozenset(c.lower() for c in usual):
            found *= 0.9  # A list has names.
        # Text that is anything else breaks a rule at every third letter.
        return found if found >= 0.6 * sum(c > "\x7f" for c in text) else 0.0

    return score


_GREEK = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋ"
_ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهويى"
_THAI = "".join(map(chr, range(0x0E01, 0x0E2F))) + "ะาำเแโใไๆ"
_THAI_SIGNS = "ัิีึืฺุู็่้๊๋์ํ"


def _latin(text: str) -> float:
    return reads_as_latin(text) - sum(3 for c in text if _strange(c))


def _western(text: str) -> float:
    return _latin(text) - 2 * len(_NOT_WESTERN.findall(text))


def _rather(share: float, score: Score) -> Score:
    """A candidate that few programs still write: only where the others read nonsense."""
    return lambda text: share * score(text)


def _strange(c: str) -> bool:
    return unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs") and c not in "\t\r\n\x85"


_SEVERAL_OCTETS = frozenset({"gb18030", "big5", "cp932", "euc_jp", "cp949"})
# In the order of preference between equals.
_CANDIDATES: tuple[tuple[str, Score], ...] = (
    ("gb18030", _ideographs(_HANZI, "")),
    ("big5", _ideographs(_HANZI_TRADITIONAL, "")),
    ("cp932", _japanese),
    ("euc_jp", _japanese),
    ("cp949", _korean),
    ("cp1251", _cyrillic),
    ("koi8-r", _cyrillic),
    ("cp1252", _western),
    ("cp1250", _rather(0.97, _latin)),
    ("cp1254", _rather(0.96, _latin)),
    ("cp1257", _rather(0.9, _latin)),
    ("iso8859-2", _rather(0.88, _latin)),
    ("koi8-u", _cyrillic),
    ("cp866", _cyrillic),
    ("cp1253", _script(_GREEK + _GREEK.upper(), only_last="ς", rare="ΰΐΐ")),
    ("cp1255", _script("אבגדהוזחטיךכלםמןנסעףפץצקרשת״׳", only_last="ךםןףץ")),
    ("cp1256", _script(_ARABIC + "پچژگ،؛؟", only_last="ةى")),
    ("cp874", _script(_THAI + _THAI_SIGNS, never_first=_THAI_SIGNS + "ะาำ", rare="ฃฅฆฌฎฏฐฑฒฬ")),
    ("mac_roman", _rather(0.75, _western)),
    ("cp850", _rather(0.5, _western)),
)
