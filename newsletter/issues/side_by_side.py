"""An issue beside its translation: which item is which, and what the two do not say alike.

Items pair by a person's word, then by a link that both have, then by their place between items
that are paired, within a category first. What has no partner is shown; what differs in a figure or
an address is a warning at the item, which preflight and the send page repeat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf.locale import LANG_INFO
from django.utils.translation import pgettext

from newsletter.digest.markdown import plain_text
from newsletter.editions import IssueView, ItemView, family, load_all
from newsletter.importing import link_key
from newsletter.models import Issue, Item, Link

from . import figures
from .findings import Finding, texts, warning

# Of each kind, so many are named in a warning.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """What the two sides of a pair of items do not have in common: figures, then addresses."""

    here: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    links_here: tuple[str, ...] = ()
    links_there: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.here or self.there or self.links_here or self.links_there)


@dataclass(frozen=True, slots=True)
class Row:
    """An item of the original beside the one of its translation; one of them may be missing."""

    original: ItemView | None
    translation: ItemView | None
    by_hand: bool = False
    difference: Difference = Difference()


@dataclass(frozen=True, slots=True)
class Beside:
    """Two issues, item beside item, in the order of the original."""

    original: Issue
    translation: Issue
    rows: tuple[Row, ...]

    @property
    def alone(self) -> int:
        """How many items have no partner."""
        return sum(row.original is None or row.translation is None for row in self.rows)


def beside(issue: Issue) -> list[Beside]:
    """The issue beside each of its translations, or beside its original; some queries for each."""
    rows = list(family.rows(issue))
    if len(rows) < 2:
        return []
    original, *translations = rows
    if issue.pk != original.pk:
        translations = [one for one in translations if one.pk == issue.pk]
    views = dict(zip([original.pk], load_all([original]), strict=True))
    views |= {one.pk: view for one, view in zip(translations, load_all(translations), strict=True)}
    said = Item.objects.filter(issue__in=translations, translates__isnull=False)
    hands = {pk: of for pk, of in said.values_list("pk", "translates") if of is not None}
    bodies = _body_links([original, *translations])
    return [
        Beside(original, one, tuple(rows_of(views[original.pk], views[one.pk], hands, bodies)))
        for one in translations
    ]


def _body_links(issues: Sequence[Issue]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Link.objects.filter(issue__in=issues, kind=Link.Kind.BODY, item__isnull=False)
    for item, url in rows.exclude(url="").order_by("pk").values_list("item", "url"):
        if item is not None:
            found.setdefault(item, []).append(url)
    return found


def rows_of(
    original: IssueView,
    translation: IssueView,
    hands: Mapping[int, int],
    bodies: Mapping[int, Sequence[str]],
) -> Iterator[Row]:
    """Item beside item. `hands` are ids of translated items -> the original's, `bodies` the links
    in an item's text by its id. Pure."""
    partner = paired(original.items, translation.items, hands)
    theirs = {item.id: item for item in translation.items}
    place = {item.id: number for number, item in enumerate(translation.items)}
    waiting = [item for item in translation.items if item.id not in partner.values()]
    for item in original.items:
        other = theirs.get(partner.get(item.id, 0))
        if other is None:
            yield Row(item, None)
            continue
        while waiting and place[waiting[0].id] < place[other.id]:
            yield Row(None, waiting.pop(0))
        by_hand = hands.get(other.id) == item.id
        yield Row(item, other, by_hand, difference(item, other, bodies))
    for item in waiting:
        yield Row(None, item)


def paired(
    original: Sequence[ItemView], translation: Sequence[ItemView], hands: Mapping[int, int]
) -> dict[int, int]:
    """Ids of the original's items -> those of the translation's. Pure."""
    here, there = {one.id for one in original}, {one.id for one in translation}
    found = {to: of for of, to in hands.items() if of in there and to in here}
    keys: dict[str, list[int]] = {}
    for item in translation:
        if item.id not in found.values():
            for key in _source_keys(item):
                keys.setdefault(key, []).append(item.id)
    for item in original:
        if item.id in found:
            continue
        others = [one for key in _source_keys(item) for one in keys.get(key, ())]
        # A link that several items have says nothing of which is which.
        left = [one for one in dict.fromkeys(others) if one not in found.values()]
        if len(left) == 1:
            found[item.id] = left[0]
    return _by_place(original, translation, found)


def _by_place(
    original: Sequence[ItemView], translation: Sequence[ItemView], found: dict[int, int]
) -> dict[int, int]:
    """Between items that are paired, as many on both sides stand for each other in turn.

    Those of one category first: in sister publications, which have their own, none is the same.
    """
    places = {item.id: number for number, item in enumerate(translation)}
    taken = set(found.values())
    gap: list[ItemView] = []
    begin = 0
    made = dict(found)
    for item in (*original, None):
        if item is not None and item.id not in found:
            gap.append(item)
            continue
        end = len(translation) if item is None else places[found[item.id]]
        others = [one for one in translation[begin:end] if one.id not in taken]
        for category in {one.category.id for one in gap if one.category is not None}:
            made |= _in_turn(_of(gap, category), _of(others, category))
        made |= _in_turn(
            [one for one in gap if one.id not in made],
            [one for one in others if one.id not in made.values()],
        )
        gap = []
        begin = max(begin, end + 1)
    return made


def _of(items: Sequence[ItemView], category: int) -> list[ItemView]:
    return [one for one in items if one.category is not None and one.category.id == category]


def _in_turn(here: Sequence[ItemView], there: Sequence[ItemView]) -> dict[int, int]:
    """The ones for the others, if they are as many."""
    if len(here) != len(there):
        return {}
    return {one.id: other.id for one, other in zip(here, there, strict=True)}


# ---- what differs


def difference(
    original: ItemView, translation: ItemView, bodies: Mapping[int, Sequence[str]]
) -> Difference:
    """Figures and addresses that the one has and the other has not. Pure."""
    here, there = figures.differences(_figures(original), _figures(translation))
    links = _addresses(original, bodies), _addresses(translation, bodies)
    return Difference(
        tuple(here),
        tuple(there),
        tuple(url for key, url in links[0].items() if key not in links[1]),
        tuple(url for key, url in links[1].items() if key not in links[0]),
    )


def _figures(item: ItemView) -> list[figures.Figure]:
    plain = (plain_text(text, links=False) for text in texts(item) if text)
    return figures.of_text("\n".join(plain))


def _addresses(item: ItemView, bodies: Mapping[int, Sequence[str]]) -> dict[str, str]:
    urls = [source.url for source in item.sources if source.url]
    return {key: url for url in (*urls, *bodies.get(item.id, ())) if (key := address_key(url))}


def _source_keys(item: ItemView) -> list[str]:
    return [key for source in item.sources if (key := address_key(source.url))]


# Codes of languages as addresses have them: `de`, `pt-br`, `zh-hans`, `zh_CN`.
_LANGUAGES = {code.lower() for code in LANG_INFO} | {"zh", "cn", "zh-cn", "zh-tw", "zh-hk", "en-us"}
_CODE = re.compile(r"[a-z]{2,3}(?:[-_][a-z]{2,4})?", re.IGNORECASE)
_QUERY = {"lang", "language", "locale", "hl", "setlang", "lng"}


def address_key(url: str) -> str:
    """The same for the same page in two languages; "" where there is no address.

    A translation may link to the page in its own language: the language in the host's name, in the
    path or in the query makes no difference. Where a site has a host for each language (as
    Wikipedia has) its paths are words of that language, so only the site is compared.
    """
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return url
    if not parts.netloc:
        return ""
    labels = parts.netloc.lower().removeprefix("www.").split(".")
    if len(labels) > 2 and _is_language(labels[0]):
        return "site:" + ".".join(labels[1:])
    path = "/".join(one for one in parts.path.split("/") if not _is_language(one))
    kept = [(name, value) for name, value in query if name.lower() not in _QUERY]
    return str(link_key(parts._replace(path=path, query=urlencode(kept)).geturl()) or "")


def _is_language(text: str) -> bool:
    code = text.lower().replace("_", "-")
    return bool(_CODE.fullmatch(text)) and (
        code in _LANGUAGES or ("-" in code and code.partition("-")[0] in _LANGUAGES)
    )


# ---- what preflight and the send page say of it


def findings(issue: Issue) -> list[Finding]:
    """A warning for each item that differs from, or is missing beside, its partner."""
    found = []
    for one in beside(issue):
        mine_is_original = issue.pk == one.original.pk
        other = one.translation if mine_is_original else one.original
        for row in one.rows:
            mine, theirs, difference = row.original, row.translation, row.difference
            if not mine_is_original:
                mine, theirs = theirs, mine
                difference = _turned(difference)
            if mine is None:
                continue
            if theirs is None:
                found.append(_alone(mine, other))
            elif difference:
                found.append(_differs(mine, theirs, difference, other))
    return found


def _turned(difference: Difference) -> Difference:
    return replace(
        difference,
        here=difference.there,
        there=difference.here,
        links_here=difference.links_there,
        links_there=difference.links_here,
    )


def _alone(item: ItemView, other: Issue) -> Finding:
    sentence = pgettext(
        "pair", "Item %(number)d has no partner in the other language (%(language)s)."
    )
    values = {"number": item.number, "language": other.language}
    return warning("pair-alone", sentence % values, [item])


def _differs(item: ItemView, theirs: ItemView, found: Difference, other: Issue) -> Finding:
    parts = []
    if found.here or found.there:
        parts.append(
            pgettext("pair", "figures here %(here)s, there %(there)s")
            % {"here": _named(found.here), "there": _named(found.there)}
        )
    if found.links_here or found.links_there:
        parts.append(
            pgettext("pair", "addresses here %(here)s, there %(there)s")
            % {"here": _named(found.links_here), "there": _named(found.links_there)}
        )
    sentence = pgettext(
        "pair",
        "Item %(number)d differs from item %(other)d in the other language (%(language)s):"
        " %(what)s.",
    )
    values = {
        "number": item.number,
        "other": theirs.number,
        "language": other.language,
        "what": pgettext("between parts of a sentence", "; ").join(parts),
    }
    return warning("pair-differs", sentence % values, [item])


def _named(found: Sequence[str]) -> str:
    shown = [one[:80] for one in found[:_NAMED]] + (["…"] if len(found) > _NAMED else [])
    return pgettext("between names", ", ").join(shown) or "–"
