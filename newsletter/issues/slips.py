"""What preflight finds of texts that are well written, but not for this place or these readers.

A key that was pasted along, an address where a title belongs, one text in two items, marks of
Markdown that readers see as they are written, an item in another script, a note that the text is
not for the public.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from django.utils.translation import ngettext, pgettext

from newsletter.digest.markdown import plain_text
from newsletter.editions import IssueView, ItemView
from newsletter.rendering import words
from subscribers.language_table import is_wide

from . import copied_along, not_the_page
from .findings import ABOUT, Finding, kept, numbers, said_by, warning
from .text_findings import without_blocks, without_code

# Keys by the marks that their makers give them, so that scanners find them: OpenAI and Anthropic,
# GitHub, Slack, AWS, Google, Stripe; and any key in PEM (RFC 7468).
_SECRET = re.compile(
    r"\b(?:sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|xox[abpr]-[\w-]{20,}"
    r"|AKIA[0-9A-Z]{16}|AIza[\w-]{35}|[rs]k_live_[A-Za-z0-9]{20,})"
    r"|-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"
    # A password that is written down: what follows the word is no sentence.
    r"|(?i:(?:(?<![\w-])(?:password|passwd|pwd|passwort|kennwort|mot\sde\spasse|contraseña|senha"
    r"|пароль)|密码|密碼|パスワード|비밀번호)\s*[:：=]\s*(?=[!-~]*\d)[!-~]{4,})"
)
# Said of the text itself: in brackets, at its beginning, or as a line of its own.
_NOT_PUBLIC = re.compile(
    r"(?im)(?:^|[\[【(（])[\s*_>]*(?:"
    r"(?-i:EMBARGO(?:ED)?)(?:\s+UNTIL|\s*[:：])|embargoed\s+until|(?:under\s+)?embargo\s*[:：]"
    r"|internal\s+(?:use\s+)?only|for\s+internal\s+use|not\s+for\s+(?:publication|distribution)"
    r"|do\s+not\s+(?:publish|distribute|forward)|(?:strictly\s+)?confidential\s*(?:$|[\]):.–—-])"
    r"|off\s+the\s+record\s*[:\])]|nur\s+(?:für\s+den\s+)?intern\w*|sperrfrist\s*[:：]|vertraulich\s*[\]):]"
    r"|nicht\s+(?:veröffentlichen|weitergeben)|sous\s+embargo|ne\s+pas\s+(?:diffuser|publier)"
    r"|confidentiel\s*[\]):]|no\s+(?:difundir|publicar)\b|uso\s+interno|não\s+divulgar|riservato\s*[\]):]"
    r"|не\s+для\s+(?:печати|публикации)|для\s+служебного\s+пользования"
    r"|内部(?:资料|資料|使用|文件)[，,、：:】\])）]|仅供内部|僅供內部|请勿(?:外传|转发|公开)|請勿(?:外傳|轉發|公開)"
    r"|不得外传|保密[】\])）]|禁止外传|社外秘|取扱注意|部外秘|公開禁止|대외비|배포\s?금지|엠바고\s*[:까)\]]"
    r")"
)
# Titles that are no words: an address, a file's name, a heading with its marks.
_NO_TITLE = re.compile(
    r"(?i)^\s*(?:https?://\S+|www\.\S+|#{1,6}\s.*|[\w()（）.-]+\.(?:docx?|pdf|pptx?|xlsx?|md|txt|html?|pages"
    r"|jpe?g|png|heic))\s*$"
)
# What is left of strong words and links whose other mark is missing; a note of wikis, a footnote
# whose text was left behind, commands of LaTeX.
_MARKS = re.compile(
    r"(?<![\w*])\*\*(?=\w)|(?<=\w)\*\*(?![\w*])|\]\(\s*https?:|!\[\[|\[\^[\w-]{1,20}\]"
    r"|\\(?:textbf|textit|emph|cite|footnote|section|href|ref)\{"
)
# Letters of a text below which it may well be said twice, or in another script.
_LONG = 60
_MANY = 40
# Items with so much text from which one of them is the odd one.
_FEWEST = 4
# Without the middle dot among them: a row of these parts two texts, and is in no script.
_WIDE = re.compile(r"[\u3040-\u30fa\u30fc-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_LETTER = re.compile(r"[^\W\d_]")


class _Slip(enum.Flag):
    SECRET = enum.auto()
    NOT_PUBLIC = enum.auto()
    MARKS = enum.auto()
    NOT_THE_PAGE = enum.auto()
    COPIED = enum.auto()
    TWICE = enum.auto()
    NO_LINK = enum.auto()


@kept
def _in_texts(said: tuple[str, ...]) -> _Slip:
    found = _Slip(0)
    if any(map(_SECRET.search, said)):
        found |= _Slip.SECRET
    bare = [without_code(text) for text in said]
    if any(map(_NOT_PUBLIC.search, bare)):
        found |= _Slip.NOT_PUBLIC
    if any(map(_marked, said)):
        found |= _Slip.MARKS
    if not_the_page.is_title(said[0]) or any(map(not_the_page.found_in, bare)):
        found |= _Slip.NOT_THE_PAGE
    if any(map(copied_along.found_in, bare)):
        found |= _Slip.COPIED
    if any(map(copied_along.said_twice, said)):
        found |= _Slip.TWICE
    if any(copied_along.link_of_nothing(without_blocks(text, "x")) for text in said):
        found |= _Slip.NO_LINK
    return found


def _marked(text: str) -> bool:
    if ("```" in text or "~~~" in text) and copied_along.fence_open(text):
        return True
    if not any(mark in text for mark in ("**", "](", "[[", "[^", "\\")):
        return False
    return _MARKS.search(plain_text(without_blocks(text), links=False)) is not None


def of_slips(view: IssueView) -> Iterator[Finding]:
    """Everything of this kind, item by item."""
    found = [(item, _in_texts(item)) for item in view.items]
    for slip, code, said in (
        (_Slip.SECRET, "secret", _secret),
        (_Slip.NOT_PUBLIC, "not-public", _not_public),
        (_Slip.MARKS, "marks", _marks),
        (_Slip.NOT_THE_PAGE, "not-the-page", _not_the_page),
        (_Slip.COPIED, "copied-along", _copied),
        (_Slip.TWICE, "said-twice", _twice),
        (_Slip.NO_LINK, "link-empty", _no_link),
    ):
        if items := [item for item, what in found if slip in what]:
            yield warning(code, said(items), items)
    if items := [item for item in view.items if _NO_TITLE.search(words.plain(item.title) or "")
                 or _NO_TITLE.search(item.title)]:  # fmt: skip
        yield warning("title-odd", _no_title(items), items)
    head = "\n".join((view.title, view.subject, view.preheader, view.intro))
    if _SECRET.search(head) or _NOT_PUBLIC.search(without_code(head)):
        yield warning(
            "not-public",
            pgettext(
                "preflight", "Title, subject or introduction hold what is not for the public."
            ),
            place=ABOUT,
        )
    yield from _said_twice(view)
    yield from _of_day(view)
    yield from _of_tail(view)
    yield from _of_script(view)


def _said_twice(view: IssueView) -> Iterator[Finding]:
    """One text in several items: pasted twice, or pasted into the wrong one."""
    users: dict[str, list[ItemView]] = defaultdict(list)
    lengths: dict[int, int] = {}
    for item in view.items:
        said = _parts_of(item)
        lengths[item.id] = len(said)
        for text in said:
            # A letter of a wide script says about as much as two.
            if len(text) + len(_WIDE.findall(text)) >= _LONG:
                users[text].append(item)
    for items in users.values():
        # A line that stands under most of them is meant: each has words of its own beside it.
        under_most = len(items) > 2 and len(items) * 2 >= len(view.items)
        if len(items) > 1 and not (under_most and all(lengths[one.id] > 1 for one in items)):
            yield warning(
                "same-text",
                pgettext("preflight", "Items %(numbers)s hold the same text.")
                % {"numbers": numbers(items)},
                items,
            )


def _parts_of(item: ItemView) -> set[str]:
    """Insight, text and points of an item, each that has words, whatever the spaces between."""
    _title, insight, body, *points = said_by(item)
    return {" ".join(one.split()) for one in (insight, body, " ".join(points))} - {""}


def _of_tail(view: IssueView) -> Iterator[Finding]:
    seen: set[str] = set()
    told = {link.url: item for item in view.items for link in item.sources if link.url}
    again = [link.url for link in view.tail if link.url in told]
    # Some issues list all their sources once more.
    for url in dict.fromkeys(again if 2 * len(again) <= len(view.tail) else ()):
        yield warning(
            "tail-twice",
            pgettext("preflight", "A further link leads to %(url)s, the source of item %(number)s.")
            % {"url": url[:80], "number": told[url].number},
            place=ABOUT,
        )
    for url in dict.fromkeys(link.url for link in view.tail if link.url):
        if sum(link.url == url for link in view.tail) > 1 and url not in seen:
            seen.add(url)
            yield warning(
                "tail-twice",
                pgettext("preflight", "The further links lead to %(url)s more than once.")
                % {"url": url[:80]},
                place=ABOUT,
            )


def _of_script(view: IssueView) -> Iterator[Finding]:
    """An item in another script than the issue's language, while the others are in it."""
    wide = is_wide(view.language)
    counted = [(item, *_letters(item)) for item in view.items]
    known = [
        (item, broad / letters)
        for item, letters, broad in counted
        if letters and letters + broad >= _MANY
    ]
    off: Callable[[float], bool] = (
        (lambda share: share < 0.05) if wide else (lambda share: share > 0.6)
    )
    foreign = [item for item, share in known if off(share)]
    # One, among several that are not: a publication that quotes as it found it has more of them.
    if len(foreign) == 1 and len(known) >= _FEWEST:
        yield warning(
            "other-script",
            ngettext(
                "Item %(numbers)s is written in another language than the issue.",
                "Items %(numbers)s are written in another language than the issue.",
                len(foreign),
            )
            % {"numbers": numbers(foreign)},
            foreign,
        )


@kept
def _letters(said: tuple[str, ...]) -> tuple[int, int]:
    """Letters of an item's texts, its title aside, and how many of them are wide."""
    _title, *rest = said
    text = "\n".join(plain_text(without_code(one), links=False) for one in rest)
    return len(_LETTER.findall(text)), len(_WIDE.findall(text))


def _secret(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s holds a password, or a secret key of a program.",
        "Items %(numbers)s hold passwords, or secret keys of a program.",
        len(items),
    ) % {"numbers": numbers(items)}


def _not_public(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s says of itself that it is not for the public, or not yet.",
        "Items %(numbers)s say of themselves that they are not for the public, or not yet.",
        len(items),
    ) % {"numbers": numbers(items)}


def _marks(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s holds marks of Markdown that readers see as they are written.",
        "Items %(numbers)s hold marks of Markdown that readers see as they are written.",
        len(items),
    ) % {"numbers": numbers(items)}


def _not_the_page(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s holds the words of a page that did not open, not of an article.",
        "Items %(numbers)s hold the words of pages that did not open, not of articles.",
        len(items),
    ) % {"numbers": numbers(items)}


def _copied(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s holds words of the page it was copied from: a button, a call to follow,"
        " an editor’s line.",
        "Items %(numbers)s hold words of the pages they were copied from: buttons, calls to follow,"
        " editors’ lines.",
        len(items),
    ) % {"numbers": numbers(items)}


def _twice(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s says a paragraph twice.",
        "Items %(numbers)s say a paragraph twice.",
        len(items),
    ) % {"numbers": numbers(items)}


def _no_link(items: list[ItemView]) -> str:
    return ngettext(
        "Item %(numbers)s holds a link without words, or without an address.",
        "Items %(numbers)s hold links without words, or without an address.",
        len(items),
    ) % {"numbers": numbers(items)}


def _of_day(view: IssueView) -> Iterator[Finding]:
    """A wrong year, mostly. A magazine is dated some weeks ahead."""
    ahead = view.date + dt.timedelta(days=45)
    if items := [
        item for item in view.items if item.date is not None and _last_years(item.date, view.date)
    ]:
        said = ngettext(
            "Item %(numbers)s is dated a year before the issue.",
            "Items %(numbers)s are dated a year before the issue.",
            len(items),
        )
        yield warning("item-date", said % {"numbers": numbers(items)}, items)
    if items := [item for item in view.items if item.date is not None and item.date > ahead]:
        said = ngettext(
            "Item %(numbers)s is dated long after the issue.",
            "Items %(numbers)s are dated long after the issue.",
            len(items),
        )
        yield warning("item-date", said % {"numbers": numbers(items)}, items)


def _last_years(date: dt.date, issue: dt.date) -> bool:
    """Whether a date is that of some days before the issue, but for its year."""
    return dt.timedelta(days=363) <= issue - date <= dt.timedelta(days=373)


def _no_title(items: list[ItemView]) -> str:
    return ngettext(
        "The title of item %(numbers)s is an address, a file’s name, or has marks of Markdown.",
        "The titles of items %(numbers)s are addresses, names of files, or have marks of Markdown.",
        len(items),
    ) % {"numbers": numbers(items)}
