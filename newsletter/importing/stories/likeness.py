"""Two items, link and title together: the same story, perhaps, or not.

Pure. The thresholds were set on pairs labelled by hand and held against others that were put aside
before.
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass, field

from .acts import OF_TWO, agree
from .addresses import names_only_a_site
from .announcing import ANNOUNCING_WORDS
from .opposites import opposed
from .subjects import (
    NOTHING_USUAL,
    Shared,
    Usual,
    agreement,
    announced,
    in_common,
    is_elsewhere,
    subject_of,
)
from .tellings import NOTHING_EVERYDAY, NOTHING_TOLD, Everyday, Telling, overlap
from .titles import Figure, Title, read_title


class Likeness(enum.IntEnum):
    """What two items have to do with each other, less first."""

    DIFFERENT = 0
    PERHAPS = 1
    SAME = 2


@dataclass(frozen=True, slots=True)
class Told:
    """An item as it is compared: its title, and the pages its sources name."""

    title: str
    pages: frozenset[str] = field(default_factory=frozenset)
    # Those of `pages` that many unlike items have had: a front page, a list, a feed.
    common: frozenset[str] = field(default_factory=frozenset)
    # What it says below its title.
    telling: Telling = NOTHING_TOLD

    @property
    def own(self) -> frozenset[str]:
        """The pages that can tell this story from others."""
        return frozenset(p for p in self.pages - self.common if not names_only_a_site(p))


# Shares of what both titles hold of what there is (Dice), by weight of the pieces: of items that
# lie more than SOON days apart the same words must be told again.
ALIKE = 0.62
NEAR = 0.40
SOON = 6
# Titles so alike are one title.
EQUAL = 0.98
# Weight of a title that can be told from others of its kind by itself.
LEAST = 5.0
# With the same link titles must have nearly nothing in common to be two stories; with a part of
# the links in common they must have something.
UNLIKE = 0.05
AKIN = 0.14
# Within SOON days: what speaks for one story, by what the titles have in common (`subjects`), up to
# MOST and MANY. A regression on the pairs of tests/data/story_pairs.tsv, rounded; what
# is ENOUGH was set on one half of them.
_BEGINNING, _IN_COMMON, _NAME, _RARE, _SWAPPED = 2.2, 0.25, 1.4, 0.55, -2.1
MOST, MANY = 5.0, 8
# Both name the two sides of an act of two.
_PARTIES, _TWO = 1.0, 2
ENOUGH, SOME = 4.0, 3.1
# The same act in both titles, another in each, and one version of a thing that both say is out.
ACT, OTHER_ACT, ANNOUNCED = 0.5, -1.0, 1.5
# More, where it is not known what is usual in these days.
UNKNOWN = 1.8
# Two texts are of one story, whatever their titles: the share of the words in common, the weight,
# share and number of the rare names and figures; set on pairs of public digests that no label
# was looked up for. Where the titles alone say perhaps, the words are enough.
_TEXTS, _WORDS, _WORDS_SURE = 5.0, 0.15, 0.19
_FACTS, _FACTS_SHARE, _RARE_FACTS = 2.5, 0.35, 3
# Two amounts so near each other are one that was rounded.
ROUNDED = 0.05


@dataclass(frozen=True, slots=True)
class Compared:
    """What two items have in common: figures and answers, no texts."""

    # The pages that can tell the story: shared ones, those of the item with fewer, with more.
    shared: int
    fewer: int
    more: int
    # Both name pages, be they such or not.
    linked: bool
    # Titles of one kind of script, and how alike they are (Dice, 0 to 1).
    comparable: bool
    near: float
    # A figure of one stands otherwise in the other: a version, a quarter, an amount.
    changed: bool
    # Something else says that it may be the next of its kind: a name that took another's place,
    # what is yet to come, another place where it came to, a part of a series.
    doubtful: bool
    # One of the titles is too short to be told from others of its kind.
    short: bool
    # What speaks for one story, and whether it was known what is usual in these days.
    evidence: float
    usual: bool
    # 1 where both name one act, -1 where each names another, -2 where these are of other kinds; 0
    # where one names none. So for the versions of things, down to -1.
    acts: int
    versions: int
    # Both say of one version of a thing that it is out.
    announced: bool
    # One title stands in the other as it is, which says of no other act; where it names one itself,
    # of others too.
    contained: bool
    # What both say below their titles (`tellings.Overlap`).
    words: float = 0.0
    words_share: float = 0.0
    facts: float = 0.0
    facts_share: float = 0.0
    rare_facts: int = 0


def compare(
    one: Told,
    other: Told,
    days: int = 0,
    usual: Usual = NOTHING_USUAL,
    everyday: Everyday = NOTHING_EVERYDAY,
) -> Likeness:
    """Whether two items tell the same story.

    `days` lie between them: what is news today is hardly told again in the same words next month.
    `usual` is what the titles of these days have in common, `everyday` what the texts have.
    """
    told = bool(one.telling.facts and other.telling.facts) and everyday.known and days <= SOON
    if not told and not one.own & other.own and _apart(one.title, other.title, days, usual):
        return Likeness.DIFFERENT
    return decide(measure(one, other, usual, everyday), days)


def _apart(one: str, other: str, days: int, usual: Usual) -> bool:
    """Whether two titles without a page in common have so little in common that `decide` can only
    say no: most of what is compared is not looked at any closer."""
    a, b = read_title(one), read_title(other)
    near = alike(a, b)
    if days > SOON or near >= EQUAL:
        return near < NEAR
    most = _PARTIES + ACT + ANNOUNCED
    shared = in_common(subject_of(one), subject_of(other), usual)
    enough = SOME + (0.0 if usual.known else UNKNOWN)
    return _evidence(shared) + most < enough and not contained(a, b)


def measure(
    one: Told,
    other: Told,
    usual: Usual = NOTHING_USUAL,
    everyday: Everyday = NOTHING_EVERYDAY,
) -> Compared:
    """What two items have in common, before anything is decided of it."""
    texts = overlap(one.telling, other.telling, everyday)
    a, b = read_title(one.title), read_title(other.title)
    mine, theirs = subject_of(one.title), subject_of(other.title)
    fewer, more = sorted([len(one.own), len(other.own)])
    shared = in_common(mine, theirs, usual)
    acts = agree(mine.acts, theirs.acts)
    return Compared(
        shared=len(one.own & other.own),
        fewer=fewer,
        more=more,
        linked=bool(one.pages and other.pages),
        comparable=comparable(a, b),
        near=alike(a, b),
        changed=changed(a, b),
        doubtful=(
            not (_says(a) and _says(b))
            or swapped(a, b)
            or mine.ahead != theirs.ahead
            or a.instalment != b.instalment
            or is_elsewhere(mine, theirs)
            or opposed(mine.turns, theirs.turns)
            or (shared.only_name and acts < 1 and not mine.acts & theirs.acts)
        ),
        short=min(a.weight, b.weight) < LEAST,
        evidence=_evidence(shared)
        + _PARTIES * (shared.names >= _TWO and bool(mine.acts & theirs.acts & OF_TWO)),
        usual=usual.known,
        acts=acts,
        versions=agreement(mine.versions, theirs.versions),
        announced=announced(mine, theirs),
        contained=contained(a, b) and _adds_no_act(a, b, mine.acts, theirs.acts),
        words=texts.words,
        words_share=texts.words_share,
        facts=texts.facts,
        facts_share=texts.facts_share,
        rare_facts=texts.rare,
    )


def _adds_no_act(a: Title, b: Title, mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether the longer of two titles says of the same acts, or the shorter of one that the longer
    then gives the reason of: Meta to cut 10% of jobs; ... to offset its spending."""
    shorter, longer = (mine, theirs) if len(a.words) <= len(b.words) else (theirs, mine)
    return mine == theirs or bool(shorter and shorter <= longer)


def _evidence(shared: Shared) -> float:
    return (
        _BEGINNING * shared.least
        + _IN_COMMON * min(MOST, shared.weight)
        + _NAME * shared.name
        + _RARE * min(MANY, shared.rare)
        + _SWAPPED * shared.swapped
    )


def decide(found: Compared, days: int) -> Likeness:
    """Whether it is one story, by what two items that lie so many days apart have in common."""
    if found.shared:
        return _of_one_page(found)
    if found.changed:
        return Likeness.DIFFERENT
    if days <= SOON and found.near < EQUAL:
        more = 0.0 if found.usual else UNKNOWN
        evidence = found.evidence + ACT * max(found.acts, 0) + OTHER_ACT * (found.acts < 0)
        evidence += ANNOUNCED * found.announced
        said_again = found.contained and not found.short
        told = _told_alike(found)
        if evidence < SOME + more and not said_again and not told:
            return Likeness.DIFFERENT
        doubtful = found.doubtful or found.versions < 0 or found.acts < -1
        enough = SOME if _in_like_words(found) else ENOUGH
        sure = (said_again or told or evidence >= enough + more) and not doubtful
        return Likeness.SAME if sure else Likeness.PERHAPS
    if found.near < ALIKE:
        return Likeness.DIFFERENT if found.near < NEAR else Likeness.PERHAPS
    column = days >= SOON and found.near >= EQUAL and found.linked
    if found.doubtful or found.short or column:
        return Likeness.PERHAPS  # The next of its kind, or of a column.
    return Likeness.SAME


def _told_alike(found: Compared) -> bool:
    """Whether two texts name so much that few others do that they are of one story."""
    return (
        found.words >= _TEXTS
        and found.words_share >= _WORDS
        and found.facts >= _FACTS
        and found.facts_share >= _FACTS_SHARE
        and found.rare_facts >= _RARE_FACTS
    )


def _in_like_words(found: Compared) -> bool:
    """Whether two texts have so many words in common that alike titles are of one story."""
    return found.words >= _TEXTS and found.words_share >= _WORDS_SURE


def _of_one_page(found: Compared) -> Likeness:
    if found.changed:
        return Likeness.PERHAPS
    if not found.comparable:
        needed = 0.0 if found.shared * 2 >= found.more else 2.0
    elif found.shared == found.more:
        needed = UNLIKE
    else:
        needed = AKIN if found.shared * 2 >= found.fewer else NEAR
    return Likeness.SAME if found.near >= needed else Likeness.PERHAPS


def _says(title: Title) -> bool:
    """Whether it has a word: a title of nothing but figures does not say what it is about."""
    return any(not word[0].isdigit() for word in title.words)


def alike(a: Title, b: Title) -> float:
    """How much two titles have in common, 0 to 1: twice the shared weight over both weights."""
    shared = sum(min(a.pieces[piece], b.pieces[piece]) for piece in a.pieces.keys() & b.pieces)
    whole = a.weight + b.weight
    return 2 * shared / whole if whole else 0.0


def comparable(a: Title, b: Title) -> bool:
    """Whether two titles could share anything: they are of one kind of script, and not empty."""
    return bool(a.pieces) and bool(b.pieces) and a.dense == b.dense


def contained(a: Title, b: Title) -> bool:
    """Whether one title stands in the other as it is, and no figure follows there."""
    fewer, more = sorted((a.words, b.words), key=len)
    for place in range(len(more) - len(fewer) + 1):
        end = place + len(fewer)
        if fewer and more[place:end] == fewer:
            return not (more[end:] and more[end][0].isdigit())
    return False


def changed(a: Title, b: Title) -> bool:
    """Whether a figure of one stands otherwise in the other: GPT-5 and GPT-6, Q1 and Q2."""
    mine = {one.value for one in a.figures}
    theirs = {one.value for one in b.figures}
    new = [one for one in a.figures if one.value not in theirs]
    old = [one for one in b.figures if one.value not in mine]
    return any(_of_one_thing(one, two) for one in new for two in old)


_FEW = {False: 3, True: 6}  # words, or letters of a dense script, that a name may have
_FRAME = 3  # words that two titles of one kind have in common at least
_SUBJECT = range(2, 5)  # letters of the name with which a title in a dense script begins


def swapped(a: Title, b: Title) -> bool:
    """Whether two titles are the same but for one name: Opus and Sonnet, Chile and Peru."""
    one, two = list(a.words), list(b.words)
    led = 0
    while one and two and one[0] == two[0]:
        led += 1
        del one[0], two[0]
    ended = 0
    while one and two and one[-1] == two[-1]:
        ended += 1
        del one[-1], two[-1]
    if sorted(a.words) == sorted(b.words):
        return bool(one)  # Who sues whom.
    if _in_same_places(a, b):
        return True
    if not one or not two or not led + ended or set(one) & set(two):
        return False
    if max(len(one), len(two)) <= _FEW[a.dense] and _name(one, a) and _name(two, b):
        return True
    # Links for builders, links for designers: what it begins or ends with is what it is about.
    if not a.dense and not b.dense and led + ended >= _FRAME and not (led and ended):
        return max(len(one), len(two)) == 1 and not {*one, *two} & ANNOUNCING_WORDS
    # 東京で震度4の地震: what a title in a dense script begins with is what it is about.
    dense = a.dense and b.dense and not a.marked & set(one) and not b.marked & set(two)
    return dense and not led and len(one) == len(two) and len(one) in _SUBJECT and ended >= 4


def _in_same_places(a: Title, b: Title) -> bool:
    """Whether two titles have as many words, most of them at the same places, and other names."""
    if a.dense or b.dense or len(a.words) != len(b.words) or len(a.words) < _FRAME:
        return False
    other = [(one, two) for one, two in zip(a.words, b.words, strict=True) if one != two]
    names = [
        (one, two)
        for one, two in other
        if (one in a.marked and two in b.marked) or (_caseless(one) and _caseless(two))
    ]
    return bool(names) and len(names) == len(other) and len(other) * 2 < len(a.words)


def _caseless(word: str) -> bool:
    return word[0].isalpha() and word[0].lower() == word[0].upper()


def _name(words: Collection[str], title: Title) -> bool:
    return any(word in title.marked for word in words)


def _of_one_thing(one: Figure, other: Figure) -> bool:
    if one.amount and other.amount and abs(one.amount - other.amount) <= ROUNDED * other.amount:
        return False
    if one.before and one.before == other.before:
        return True
    return bool(one.behind) and one.behind == other.behind and not (one.before or other.before)
