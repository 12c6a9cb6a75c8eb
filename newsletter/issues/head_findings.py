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
from .counted_words import NUMBER, as_number
from .findings import ABOUT, Finding, numbers, warning

# "#41", "No. 41", "Issue 41", "第41期": the number of an issue, in its title.
_NUMBER = re.compile(
    r"(?i)(?:(?<![\w&])#|№|\b(?:no|nr|issue|edition|episode|vol(?:ume)?|ausgabe|folge|numéro|número"
    r"|numero|n[º°]|выпуск|nummer|sayı|bölüm)\.?\s*[#:]?)\s*(\d{1,5})(?!\d|[.,]\d)"
    r"|第\s*(\d{1,5})\s*[期号號回集卷]|제?\s*(\d{1,5})\s*호"
)
# Issues whose titles say what number is the next.
_FEWEST = 2
# Of what the issue holds, beside a word for the issue itself.
_HOLDS = re.compile(
    rf"(?i)\b{NUMBER}\s+(?:stories|items|articles|links|headlines|picks)\s+(?:today|below|(?:in\s)?this\s(?:issue|week|edition)\b)"
    rf"|\btoday['’]s\s+{NUMBER}\s+(?:stories|items|articles|links|headlines|picks)\b"
    rf"|\b(?:heute|diesmal)\s+{NUMBER}\s+(?:Meldungen|Artikel|Beiträge)\b"
    rf"|\b(?:aujourd['’]hui|cette\s+semaine)\W+{NUMBER}\s+(?:articles|actualités|liens)\b"
    rf"|\bhoy\W+{NUMBER}\s+(?:noticias|artículos|enlaces)\b|\bсегодня\W+{NUMBER}\s+(?:новост\w+|матери\w+)\b"
    rf"|(?:今天|今日|本期|本次)[^，。；\d]{{0,6}}?{NUMBER}\s*(?:条|則|则|篇|个|個)(?:新闻|新聞|资讯|資訊|内容|消息|要闻|文章|动态)"
    # The first words, and what is said to readers of the issue itself.
    rf"|(?:^|(?<=[.!]\s)){NUMBER}\s+(?:(?:short|big|quick|good)\s)?(?:stories|items|articles|links|headlines|picks|meldungen"
    r"|artikel|beiträge|actualités|noticias|notizie|новост[иь]|notícias)\s?(?::|\s[–—-]\s|today\b|heute\b)"
    rf"|\bwe\s(?:have|bring|picked|chose|found|selected)\s(?:you\s)?{NUMBER}\s+(?:things|stories|items|articles|links|picks)\b"
    r"(?=[^.!?]{0,20}(?:for\syou|today|this\s(?:week|morning|issue)|[:.!]))"
    rf"|(?:今天|今日|本期)[^，。；\d]{{0,6}}?{NUMBER}\s*件(?:大?事)"
)
# A day at the beginning, with what parts it from the rest, or as a part of the day's edition.
_DAY_FIRST = re.compile(
    r"(?i)\W*(?:"
    r"((?:周|週|星期|礼拜|禮拜)[一二三四五六日天]|[月火水木金土日]曜日|[월화수목금토일]요일)"
    r"(?=早报|早報|晚报|晚報|日报|日報|速递|速遞|简报|簡報|要闻|要聞|\s?[:：|｜]|の朝|의?\s?아침)"
    r"|([^\W\d_]{4,12})(?:\s(?:morning|evening|briefing|brief|digest|edition))?\s*(?:[:：|]|\s[–—-]\s))"
)
_WORD = re.compile(r"[^\W_]")

# A number that a skeleton left open: "#XX", "Issue #NN", "第X期". "#X" alone is a site's name.
_NO_NUMBER = re.compile(
    r"(?<![\w&])#\s?(?:[Xx]{2,4}|[Nn]{2,4}|0{2,4}|\?{1,3}|_{1,4})(?!\w)"
    r"|(?i:\b(?:no|nr|issue|edition|episode|vol(?:ume)?|ausgabe|folge|numéro|número|numero|выпуск|nummer))"
    r"\.?\s*#?\s?(?:[Xx]{1,4}(?![\w.-])|[Nn]{2,4}(?!\w)|#[Nn](?!\w)|\?{1,3}|_{1,4}|\.{3}|…)(?=\W|\Z)"
    r"|第\s?(?:[XxＸ×NnＮ]{1,4}|[_＿?？○〇…]{1,6}|\s)\s?[期号號回集卷]"
)
# Wishes that belong to a time of the year: the words, and the days (month, day) they fit between.
_SEASONS = (
    (
        r"(?:merry|happy)\s(?:christmas|xmas)|frohe\sweihnachten|joyeux\snoël|feliz\snavidad|feliz\snatal"
        r"|buon\snatale|圣诞(?:节)?快乐|聖誕(?:節)?快樂|メリークリスマス|메리\s?크리스마스",
        (11, 25), (1, 8),
    ),
    (
        r"happy\snew\syear|frohes\sneues(?:\sjahr)?|bonne\sannée|feliz\saño\snuevo|feliz\sano\snovo"
        r"|buon\sanno|с\sновым\sгодом|新年快乐|新年快樂|元旦快乐|元旦快樂|春节快乐|春節快樂|明けましておめでとう|새해\s복",
        (12, 15), (2, 25),
    ),
    (
        r"happy\seaster|frohe\sostern|joyeuses\spâques|felices\spascuas|buona\spasqua",
        (3, 15), (5, 10),
    ),
    (r"happy\sthanksgiving|感恩节快乐|感恩節快樂", (10, 5), (12, 1)),
    (r"happy\shalloween|万圣节快乐|萬聖節快樂", (10, 20), (11, 3)),
    (r"国庆(?:节)?快乐|國慶(?:節)?快樂", (9, 20), (10, 12)),
    (r"中秋(?:节)?快乐|中秋(?:節)?快樂", (9, 1), (10, 12)),
    (r"端午(?:节)?(?:快乐|安康)|端午(?:節)?(?:快樂|安康)", (5, 20), (7, 1)),
)  # fmt: skip
_WISHES = tuple(
    (re.compile(rf"(?i)(?<![^\W_])(?:{said})|(?<=[\u3400-\u9fff])(?:{said})"), first, last)
    for said, first, last in _SEASONS
)


def of_blanks(view: IssueView) -> Iterator[Finding]:
    """A number a skeleton left open, a wish out of season, a preheader that says nothing new."""
    heads = (view.title, view.subject, view.preheader)
    if found := next(filter(None, map(_NO_NUMBER.search, heads)), None):
        yield warning(
            "issue-number",
            pgettext("preflight", "Title or subject still have “%(said)s” in place of a number.")
            % {"said": found[0]},
            place=ABOUT,
        )
    today = (view.date.month, view.date.day)
    for wish, first, last in _WISHES:
        fits = first <= today <= last if first <= last else today >= first or today <= last
        if not fits and any(wish.search(text) for text in (*heads, view.intro)):
            yield warning(
                "season",
                pgettext(
                    "preflight", "Subject or introduction wish what belongs to another season."
                ),
                place=ABOUT,
            )
            break
    if view.preheader and view.preheader.strip() == (view.subject or view.title).strip():
        yield warning(
            "preheader-same",
            pgettext(
                "preflight", "The preheader only repeats the subject, beside which it stands."
            ),
            place=ABOUT,
        )


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
        said = {as_number(n) for row in _HOLDS.findall(text) for n in row if n}
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
