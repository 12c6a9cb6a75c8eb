"""What title, subject and introduction say of the issue itself: its number, its day, how many items
it holds. News may speak of any of it, so only what is said of the issue counts."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator, Sequence

from django.utils.translation import ngettext, pgettext

from newsletter.digest.dates.words import fold, weekdays_of
from newsletter.editions import IssueView
from newsletter.rendering import words
from subscribers import times

from . import title_day
from .findings import ABOUT, Finding, numbers, warning

# "#41", "No. 41", "Issue 41", "第41期": the number of an issue, in its title.
_NUMBER = re.compile(
    r"(?i)(?:(?<![\w&])#|№|\b(?:no|nr|issue|edition|episode|vol(?:ume)?|ausgabe|folge|numéro|número"
    r"|numero|n[º°]|выпуск|nummer|sayı|bölüm)\.?\s*[#:]?)\s*(\d{1,5})(?!\d|[.,]\d)"
    r"|第\s*(\d{1,5})\s*[期号號回集卷]|제?\s*(\d{1,5})\s*호"
)
# Issues whose titles say what number is the next.
_FEWEST = 2
_COUNT_WORDS = {
    word: number
    for number, row in enumerate(
        ("two zwei deux dos due два 两 兩 二", "three drei trois tres tre три 三",
         "four vier quatre cuatro quattro четыре 四", "five fünf cinq cinco cinque пять 五",
         "six sechs seis sei шесть 六", "seven sieben sept siete sette семь 七",
         "eight acht huit ocho otto восемь 八", "nine neun neuf nueve nove девять 九",
         "ten zehn dix diez dieci десять 十", "eleven elf onze once undici 十一",
         "twelve zwölf douze doce dodici 十二"), 2
    )
    for word in row.split()
}  # fmt: skip
_N = r"(\d{1,3}|" + "|".join(sorted(_COUNT_WORDS, key=len, reverse=True)) + r")"
# Of what the issue holds, beside a word for the issue itself.
_HOLDS = re.compile(
    rf"(?i)\b{_N}\s+(?:stories|items|articles|links|headlines|picks)\s+(?:today|below|(?:in\s)?this\s(?:issue|week|edition)\b)"
    rf"|\btoday['’]s\s+{_N}\s+(?:stories|items|articles|links|headlines|picks)\b"
    rf"|\b(?:heute|diesmal)\s+{_N}\s+(?:Meldungen|Artikel|Beiträge)\b"
    rf"|\b(?:aujourd['’]hui|cette\s+semaine)\W+{_N}\s+(?:articles|actualités|liens)\b"
    rf"|\bhoy\W+{_N}\s+(?:noticias|artículos|enlaces)\b|\bсегодня\W+{_N}\s+(?:новост\w+|матери\w+)\b"
    rf"|(?:今天|今日|本期|本次)[^，。；\d]{{0,6}}?{_N}\s*(?:条|則|则|篇|个|個)(?:新闻|新聞|资讯|資訊|内容|消息|要闻|文章|动态)"
)
# A day at the beginning, with what parts it from the rest, or as a part of the day's edition.
_DAY_FIRST = re.compile(
    r"(?i)\W*(?:"
    r"((?:周|週|星期|礼拜|禮拜)[一二三四五六日天]|[月火水木金土日]曜日|[월화수목금토일]요일)"
    r"(?=早报|早報|晚报|晚報|日报|日報|速递|速遞|简报|簡報|要闻|要聞|\s?[:：|｜]|の朝|의?\s?아침)"
    r"|([^\W\d_]{4,12})(?:\s(?:morning|evening|briefing|brief|digest|edition))?\s*(?:[:：|]|\s[–—-]\s))"
)
_WORD = re.compile(r"[^\W_]")


def of_number(view: IssueView, past: Sequence[str]) -> Iterator[Finding]:
    """The number in the title against those of the last issues, the newest first."""
    mine = _number(view.title)
    before = [number for title in past if (number := _number(title)) is not None]
    if mine is None or len(before) < _FEWEST or view.corrects or view.origins:
        return
    steps = {newer - older for newer, older in itertools.pairwise(before)}
    if steps == {1} and mine != before[0] + 1:
        yield warning(
            "issue-number",
            pgettext("preflight", "The title says number %(mine)d; the last issue was %(last)d.")
            % {"mine": mine, "last": before[0]},
            place=ABOUT,
        )


def _number(title: str) -> int | None:
    found = [int(number) for row in _NUMBER.findall(title) for number in row if number]
    return found[0] if len(found) == 1 else None


def of_counts(view: IssueView) -> Iterator[Finding]:
    """How many items subject, preheader and introduction say that the issue holds."""
    if view.corrects or not view.items:
        return
    for text in (view.subject, view.preheader, words.plain(view.intro)):
        said = {_as_number(n) for row in _HOLDS.findall(text) for n in row if n}
        if len(said) == 1 and (number := said.pop()) != len(view.items):
            yield warning(
                "count",
                ngettext(
                    "Subject or introduction say %(said)d, but the issue holds %(items)d item.",
                    "Subject or introduction say %(said)d, but the issue holds %(items)d items.",
                    len(view.items),
                )
                % {"said": number, "items": len(view.items)},
                place=ABOUT,
            )


def _as_number(said: str) -> int:
    return int(said) if said.isdecimal() else _COUNT_WORDS[said.casefold()]


def of_subject(view: IssueView) -> Iterator[Finding]:
    """The day that a subject says, in words, and whether it says anything."""
    subject = view.subject
    if subject and not _WORD.search(subject):
        yield warning(
            "subject-empty", pgettext("preflight", "The subject has no word in it."), place=ABOUT
        )
    if not subject:
        return
    if any(True for _one in title_day.of_title(subject, view.date)) or _other_weekday(
        subject, view.date
    ):
        yield warning(
            "subject-date",
            pgettext("preflight", "The subject speaks of another day than %(date)s, the issue’s.")
            % {"date": times.say_day(view.date)},
            place=ABOUT,
        )


# What a program offers to choose from, and the name of the field itself before what belongs there.
_OFFERED = re.compile(
    r"(?i)\s*[*_#]*(?:subject(?:\sline)?|betreff|objet|asunto|oggetto|assunto|тема|主题|主題|邮件主题|件名|제목"
    r"|headline|title|titel|überschrift|título|标题|標題|タイトル|preheader|预览文字)(?:\s?[1-9一二三])?\s*[*_]*[:：]"
    r"|\s*[*_#]*(?:option|variante?|version|vorschlag|方案|选项|選項|案)\s?[1-9A-C一二三]\s*[*_]*[:：]"
)
_TODAY = re.compile(
    r"(?i)\b(?:today|it|this)(?:['’]s|\sis)\s([^\W\d_]{3,6}day)\b|\bhappy\s([^\W\d_]{3,6}day)\b"
    r"|\bheute\sist\s([^\W\d_]{6,10})\b|\b(?:aujourd['’]hui,?\s(?:c['’]est|nous\ssommes)\s)([^\W\d_]{5,8})\b"
    r"|\bhoy\ses\s([^\W\d_]{5,9})\b|今天是[^。！!\n]{0,14}?((?:周|週|星期|礼拜|禮拜)[一二三四五六日天])"
)


def of_offered(view: IssueView) -> Iterator[Finding]:
    """Titles and subjects that begin with the name of their field, or are one of several."""
    if any(map(_OFFERED.match, (view.title, view.subject, view.preheader))):
        yield warning(
            "field-name",
            pgettext("preflight", "Title, subject or preheader begin with the name of a field."),
            place=ABOUT,
        )
    if items := [item for item in view.items if _OFFERED.match(item.title)]:
        said = ngettext(
            "The title of item %(numbers)s begins with the name of a field.",
            "The titles of items %(numbers)s begin with the name of a field.",
            len(items),
        )
        yield warning("field-name", said % {"numbers": numbers(items)}, items)


def of_today(view: IssueView) -> Iterator[Finding]:
    """The weekday that an introduction says it is."""
    for match in _TODAY.finditer(view.intro):
        days = weekdays_of(fold(next(filter(None, match.groups()))).strip())
        if days and view.date.weekday() not in days:
            yield warning(
                "intro-day",
                pgettext(
                    "preflight", "The introduction says another weekday than that of %(date)s."
                )
                % {"date": times.say_day(view.date)},
                place=ABOUT,
            )
            return


def _other_weekday(subject: str, date: dt.date) -> bool:
    """Whether a subject begins with the name of another weekday, as that of the issue."""
    head = _DAY_FIRST.match(subject)
    days = weekdays_of(fold(head[1] or head[2]).strip()) if head is not None else frozenset()
    return bool(days) and date.weekday() not in days
