"""What preflight finds in the words of an issue: left over, broken, or against its own figures."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from newsletter.editions import IssueView
from newsletter.rendering import neutral, words
from newsletter.rendering.columns import width
from subscribers import times

from . import encodings, left_over, title_day
from .findings import ABOUT, Finding, kept, numbers, warning

# Columns: phones show about 40 letters of a subject, desktops about 70.
LONGEST_SUBJECT = 70

DATES = (
    re.compile(r"(?<!\d)(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]"),
    re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"),
)

# "7 items", "12 条": a number with the word for what an issue holds. A title may speak of others
# ("4 articles of the treaty"), so only a count next to the end or to a separator is its own.
_COUNTED = (
    r"items?|stories|links|articles|headlines|entries|picks|reads|条|則|则|篇|件|本|건|개"
    r"|Meldungen|Artikel|Beiträge|actualités|noticias|artículos|notícias|notizie|новост(?:ей|и)"
)
COUNT = re.compile(
    rf"(?:^|[-–—:：|·,，、。(（\[【])\s*(?:共|精选|精選)?\s*(\d{{1,3}})\s*"
    rf"(?:{_COUNTED})\s*(?:$|[-–—:：|·,，、。)）\]】])",
    re.IGNORECASE,
)


def title_count(title: str) -> int | None:
    """How many items a title says that its issue holds; None where it does not say."""
    found = {int(number) for number in COUNT.findall(title)}
    return found.pop() if len(found) == 1 else None


# A code span or block: braces and capitals there are the subject, not a forgotten blank.
_CODE = re.compile(
    r"(?ms)^(?P<fence>`{3,}|~{3,}).*?(?:^(?P=fence)[`~]*\s*$|\Z)|(`+)(?!`).*?(?<!`)\2(?!`)"
)

# Markup that a reader would see as written.
_MARKUP = re.compile(
    r"<(?P<tag>p|div|span|a|b|i|strong|em|h[1-6]|ul|ol|li|font|sup|sub)\b[^<>]*>.*?</(?P=tag)>"
    r"|<(?:img|a|span|div|font)\s[^<>]*=|<br\s*/>"
    r"|&(?:amp;)?(?:nbsp|amp|lt|gt|quot|#\d{2,5}|#x[0-9a-f]{2,5});",
    re.IGNORECASE,
)
# The whole of a title or what stands before a separator: "Draft law passes" is news.
_TITLE_OF_A_TEST = re.compile(
    r"(?i)^\W*test\W+(?:please\s+)?ignore\b|^\W*(?:test(?:ing)?(?:\s+(?:issue|mail|email|send|newsletter))?|draft|untitled|no\s+title"
    r"|do\s+not\s+send|测试(?:邮件|版|稿)?|測試(?:郵件)?|草稿|无标题|無標題|未命名|请勿发送|テスト(?:配信|メール)?"
    r"|下書き|無題|테스트|제목\s*없음|초안|testausgabe|testmail|entwurf|ohne\s+titel|nicht\s+versenden|essai"
    r"|brouillon|sans\s+titre|ne\s+pas\s+envoyer|prueba|borrador|sin\s+título|no\s+enviar|teste"
    r"|rascunho|sem\s+título|prova|bozza|senza\s+titolo|kopia|wersja\s+robocza|тест|проба"
    r"|черновик|без\s+названия|не\s+отправлять)\s*(?:$|[\d!:：|–—#()（）\[\]【】_-])"
    r"|^\W*(?:copy\s+of|kopie\s+von|copie\s+de|copia\s+(?:de|di)|cópia\s+de|kopia\b|копия)\s"
    r"|^\W*副本\b|(?:[的\s]副本|のコピー|의 사본|\(copy\)|- copy)\s*\d*$"
)


_ADDRESS = re.compile(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)|https?://\S+")


def without_blocks(text: str, instead: str = " ") -> str:
    """Markdown without code spans and fenced blocks, or with something else in their places."""
    return _CODE.sub(instead, text)


def without_code(text: str) -> str:
    """Markdown without code spans, fenced blocks and addresses: what readers read as words."""
    return without_addresses(without_blocks(text))


def without_addresses(text: str) -> str:
    """Markdown without addresses, those of its links and those that stand for themselves."""
    return _ADDRESS.sub("]() ", text)


def of_dates(view: IssueView, past: Sequence[tuple[str, dt.date]] = ()) -> Iterator[Finding]:
    """The day and the count that the title says, against the issue's own.

    `past` are titles and days of the last issues: what they all did is no accident.
    """
    if not title_day.is_of_another(view.title, view.date, past):
        found = list(_of_figures(view))
        yield from found or title_day.of_title(words.plain(view.title), view.date)
    said = title_count(words.plain(view.title))
    if said is not None and view.items and said != len(view.items) and not view.corrects:
        yield warning(
            "title-count",
            ngettext(
                "The title says %(said)d, but the issue holds %(items)d item.",
                "The title says %(said)d, but the issue holds %(items)d items.",
                len(view.items),
            )
            % {"said": said, "items": len(view.items)},
            place=ABOUT,
        )


def _of_figures(view: IssueView) -> Iterator[Finding]:
    """A day in figures, which a click can mend."""
    for said in _other_days(view.title, view.date):
        yield warning(
            "title-date",
            _("The title says %(said)s, but the issue is dated %(date)s.")
            % {"said": said, "date": times.say_day(view.date)},
            place=ABOUT,
        )


def _other_days(text: str, date: dt.date) -> Iterator[str]:
    """Days in figures that are another than `date`, as they are written."""
    for pattern in DATES:
        for match in pattern.finditer(text):
            try:
                named = dt.date(*map(int, match.groups()))
            except ValueError:
                named = None
            if named != date:
                yield match.group()


def of_subject(view: IssueView) -> Iterator[Finding]:
    """A subject that is cut, that looks like a reply, or a title nobody wrote."""
    if width(view.subject) > LONGEST_SUBJECT:
        yield warning(
            "subject-long",
            _("The subject is %(width)d columns wide; mail programs show about %(most)d.")
            % {"width": width(view.subject), "most": LONGEST_SUBJECT},
            place=ABOUT,
        )
    for said in _other_days(view.subject, view.date):
        yield warning(
            "subject-date",
            pgettext("preflight", "The subject says %(said)s, but the issue is dated %(date)s.")
            % {"said": said, "date": times.say_day(view.date)},
            place=ABOUT,
        )
    if view.subject and re.match(r"(?i)\s*(re|fwd?|aw|回复|转发)\s*[:：]", view.subject):
        yield warning(
            "subject-reply",
            _("The subject looks like a reply or a forwarded mail."),
            place=ABOUT,
        )
    for text in (view.title, view.subject):
        if _TITLE_OF_A_TEST.search(text):
            yield warning(
                "test-title",
                _("“%(text)s” is the name of a test, not of an issue.") % {"text": text},
                place=ABOUT,
            )


def of_words(view: IssueView) -> Iterator[Finding]:
    """What was left over by a writer, a template, a converter or a program."""
    heads = (view.title, view.subject, view.preheader, view.intro)
    found = [(item, _left_over(item)) for item in view.items]
    left = [item for item, what in found if Left.UNFINISHED in what]
    if left or left_over.found_in(without_code("\n".join(heads))):
        yield warning(
            "unfinished",
            _("The text holds a placeholder (TODO, lorem ipsum, 待补充 …)."),
            left,
            place="" if left else ABOUT,
        )
    if garbled := [item for item, what in found if Left.GARBLED in what]:
        yield warning(
            "garbled",
            ngettext(
                "Item %(numbers)s holds letters that were read in the wrong encoding.",
                "Items %(numbers)s hold letters that were read in the wrong encoding.",
                len(garbled),
            )
            % {"numbers": numbers(garbled)},
            garbled,
        )
    if any(map(encodings.garbled, heads)):
        yield warning(
            "garbled",
            _("Title, subject or introduction hold letters that were read in the wrong encoding."),
            place=ABOUT,
        )
    if marked := [item for item, what in found if Left.MARKUP in what]:
        yield warning(
            "markup",
            ngettext(
                "The title of item %(numbers)s holds HTML, which readers see as it is written.",
                "The titles of items %(numbers)s hold HTML, which readers see as it is written.",
                len(marked),
            )
            % {"numbers": numbers(marked)},
            marked,
        )
    if _MARKUP.search(f"{view.title}\n{view.subject}\n{view.preheader}"):
        yield warning(
            "markup",
            _("Title or subject hold HTML, which readers see as it is written."),
            place=ABOUT,
        )
    if turned := [item for item, what in found if Left.INVISIBLE in what]:
        yield warning(
            "invisible",
            ngettext(
                "Item %(numbers)s holds invisible or direction-changing characters; "
                "they are left out.",
                "Items %(numbers)s hold invisible or direction-changing characters; "
                "they are left out.",
                len(turned),
            )
            % {"numbers": numbers(turned)},
            turned,
        )


class Left(enum.Flag):
    """What was left over in an item's texts."""

    UNFINISHED = enum.auto()
    GARBLED = enum.auto()
    MARKUP = enum.auto()
    INVISIBLE = enum.auto()


@kept
def _left_over(said: tuple[str, ...]) -> Left:
    words = [without_code(text) for text in said]
    found = Left(0)
    if any(map(left_over.found_in, words)):
        found |= Left.UNFINISHED
    if any(map(encodings.garbled, words)):
        found |= Left.GARBLED
    if _MARKUP.search(words[0]):
        found |= Left.MARKUP
    if any(neutral.text(text) != text for text in said):
        found |= Left.INVISIBLE
    return found
