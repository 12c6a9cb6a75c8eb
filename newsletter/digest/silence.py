"""Documents and sections that say that there is nothing: "No papers today", "暂无更新"."""

from __future__ import annotations

import re

from .dates import read
from .inline import holds_link
from .outline import EMPTY, Kind, Line, Outline, Section

_LONGEST = 90  # columns of such a sentence; a Chinese character has two
# How each language says it, at the beginning of a line; a sentence that goes on says more.
_NOTHING = (
    # Chinese
    r"(?:今日|今天|本日|本期|当日|當日|本周|本节|目前)?(?:该方向|本方向)?(?:暂时|暂|尚)?"
    r"(?:无|無|没有|沒有|未发现|未收录|未找到|未抓取到)"
    r"(?:任何|新的?|新增的?|相关的?|符合条件的?|匹配的?)*"
    r"(?:论文|論文|文章|条目|新闻|新聞|资讯|更新|内容|动态|消息|信息|结果)",
    r"暂无(?:\W|$)",
    r"无\W*$",
    # English
    r"(?:there (?:are|were|is|was) )?(?:no|not any) (?:(?:new|relevant|matching|notable|other) )*"
    r"(?:papers?|articles?|items?|news|updates?|posts?|stories|results?|releases?|entries|content)"
    r"(?: \w+){0,7}\W*$",
    r"nothing (?:new|to report|today|this week)\b",
    r"(?:none|n/a)\W*$",
    # Japanese
    r"\S{0,12}(?:論文|記事|ニュース|更新|新着|項目|情報|トピック)(?:は|も|が)?\S{0,10}"
    r"(?:ありません|なし|ございません|見つかりません|ない)",
    r"(?:該当|特に|特記事項)(?:は|に)?なし",
    # Korean
    r"(?:\S+ ){0,3}(?:논문|기사|뉴스|소식|항목|업데이트)\S{0,2} ?(?:\S+ )?"
    r"(?:없습니다|없음|없었습니다)",
    r"없음\W*$",
    # French
    r"(?:il n['’]y a )?(?:aucun[e]?|pas de|pas d['’])\s?(?:nouve\w+ )?"
    r"(?:article|papier|actualité|publication|nouveauté|résultat|nouvelle)s?\b[^.]{0,40}\W*$",
    r"rien (?:de nouveau|à signaler)",
    # German
    r"(?:heute |es gibt |diese woche |heute gibt es )*keine (?:neuen |passenden |weiteren )?"
    r"(?:artikel|beiträge|papers?|arbeiten|nachrichten|meldungen|einträge|treffer|neuigkeiten)"
    r"[^.]{0,40}\W*$",
    r"nichts neues",
    # Spanish, Italian, Portuguese
    r"(?:hoy )?no (?:hay|hubo|se encontraron|se publicaron) (?:nuev[oa]s )?"
    r"(?:artículos|noticias|novedades|trabajos|resultados)[^.]{0,40}\W*$",
    r"sin novedades",
    r"(?:oggi )?(?:non ci sono|nessun[ao']?) ?(?:nuov[ioae] )?"
    r"(?:articol[io]|notizi[ae]|novità|risultat[io])[^.]{0,40}\W*$",
    r"(?:hoje )?(?:não há|não houve|nenhum[a]?) (?:nov[oa]s? )?"
    r"(?:artigos?|notícias?|novidades?|resultados?)[^.]{0,40}\W*$",
    r"sem novidades",
    # Russian
    r"(?:сегодня )?(?:нет|не найдено|не было) (?:новых )?"
    r"(?:статей|новостей|публикаций|материалов|обновлений|результатов)[^.]{0,40}\W*$",
    r"(?:новых )?(?:статей|новостей|публикаций)(?: сегодня)? (?:нет|не найдено)",
    # Vietnamese, Indonesian, Turkish, Polish, Ukrainian
    r"(?:hôm nay )?(?:không|chưa) (?:có|tìm thấy) (?:tin|bài|thông tin)[^.]{0,40}\W*$",
    r"(?:hari ini )?(?:tidak|belum) ada (?:berita|artikel|kabar|pembaruan)[^.]{0,40}\W*$",
    r"(?:bugün )?(?:yeni )?(?:haber|makale|içerik|güncelleme) (?:yok|bulunamadı)[^.]{0,20}\W*$",
    r"(?:dzisiaj |dziś )?(?:brak|nie ma) (?:nowych )?(?:artykułów|wiadomości|aktualności)"
    r"[^.]{0,40}\W*$",
    r"(?:сьогодні )?(?:немає|не знайдено) (?:нових )?(?:статей|новин|публікацій)[^.]{0,40}\W*$",
)
_SAYS_SO = re.compile(rf"\W*(?:{'|'.join(_NOTHING)})", re.IGNORECASE)
# An address to write to, as it is or as a link.
_MAIL = re.compile(
    r"[*_\s]*(?:<?(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+>?|\[[^\[\]]*\]\(mailto:[^\s()]+\))[*_\s.。]*"
)
# Fields of an item that say what it tells.
_SAYING = ("insight", "summary")
_FACT = re.compile(r"[^:：]{1,30}[:：]\s*\S.{0,60}")  # "Total: 0"


def says_nothing(text: str) -> bool:
    """Whether a line only says that there is nothing to tell."""
    plain = text.strip(" *_>()（）")
    if len(plain) > _LONGEST:
        return False
    if _SAYS_SO.match(plain) is None:
        return False
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in plain) <= _LONGEST


def is_silent(section: Section, outline: Outline) -> bool:
    """Whether nothing but such a line stands below a heading."""
    if section.heading is None or section.below or section.heading.number == outline.title_line:
        return False
    lines = list(section.content())
    return len(lines) == 1 and not _links(lines[0], outline) and says_nothing(lines[0].content)


def is_address_alone(section: Section, outline: Outline) -> bool:
    """Whether nothing but an address to write to stands below a heading."""
    if section.heading is None or section.below or section.heading.number == outline.title_line:
        return False
    lines = list(section.content())
    return len(lines) == 1 and _MAIL.fullmatch(outline.resolved(lines[0].content)) is not None


def find_silence(outline: Outline) -> int:
    """The number of the line with which the whole document says so; 0 when it holds anything else.

    Dates, facts ("Total: 0") and a foot behind the last rule are nothing else.
    """
    first = 0
    for line in _without_foot(outline):
        if line.kind in EMPTY or line.number == outline.title_line:
            continue
        if line.kind is Kind.HEADING and not _links(line, outline):
            if says_nothing(line.content):
                first = first or line.number
            continue
        if _links(line, outline) or _is_of_an_item(line, outline):
            return 0
        if says_nothing(line.content):
            first = first or line.number
        elif not (_FACT.fullmatch(line.content) or read(line.content) != read("")):
            return 0
    return first


def _is_of_an_item(line: Line, outline: Outline) -> bool:
    """Whether an item says something in a line: then "Nothing new at the quay" is its title."""
    label = outline.labels.match(line.content)
    return label is not None and label.field in _SAYING and not says_nothing(label.value)


def _without_foot(outline: Outline) -> list[Line]:
    lines = list(outline.lines)
    for place in range(len(lines) - 1, -1, -1):
        if lines[place].kind is Kind.HEADING:
            return lines
        if lines[place].kind is Kind.RULE:
            above = any(says_nothing(line.content) for line in lines[:place] if line.content)
            return lines[:place] if above else lines
    return lines


def _links(line: Line, outline: Outline) -> bool:
    return holds_link(outline.resolved(line.content))
