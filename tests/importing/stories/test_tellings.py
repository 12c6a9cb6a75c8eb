"""What two items say below their titles: names and figures that few others have."""

from __future__ import annotations

import itertools

from newsletter.importing.stories.likeness import Likeness, Told, compare, decide, measure
from newsletter.importing.stories.subjects import Usual
from newsletter.importing.stories.tellings import (
    LONGEST,
    NOTHING_TOLD,
    Everyday,
    Telling,
    overlap,
    telling_of,
    text_of,
)
from tests.benchmarks import story_pairs

# Invented, as everything here.
ONE = (
    "港务局联合 Meridian 启动 Agent 调度试点\n"
    "港务局与 Kestrel Labs 签约，把 Tidewatch 平台接入 14 座吊机，调度耗时从 52 分钟降到 9.5 分钟，"
    "首期投入 3800 万元，由 Orlow Capital 出资。"
)
OTHER = (
    "谁在指挥码头：一套调度系统背后的算盘\n"
    "Orlow Capital 出资 3800 万元，Kestrel Labs 的 Tidewatch 已接入 14 座吊机；船期等待从 52 分钟"
    "降到 9.5 分钟，港务局称年底前扩到全部泊位。"
)
NEXT = "谁在指挥码头：工会要求暂停\nKestrel Labs 的系统上线后，工会称夜班减少，要求港务局公开合同。"


def everyday(*texts: str) -> Everyday:
    """Forty other items of these days, and those."""
    others = (f"第{n}条 航运公司发布季度报告，货轮在港口等待引航 Port {n}" for n in range(40))
    return Everyday.of(map(telling_of, [*texts, *others]))


def told(text: str) -> Told:
    title = text.partition("\n")[0]
    return Told(title, frozenset({f"example.org/{hash(title)}"}), telling=telling_of(text))


def test_words_names_and_figures() -> None:
    assert telling_of("港务局 signs Kestrel Labs, 14 cranes, 9.5 min, 2026, v2.1, 7") == Telling(
        frozenset(
            {"港务", "务局", "signs", "kestrel", "labs", "14", "cranes", "9.5", "min", "2026"}
            | {"v2.1", "7"}
        ),
        frozenset({"kestrel", "lab", "14", "9.5", "v2.1"}),
    )


def test_addresses_tell_nothing() -> None:
    assert telling_of("a https://example.org/Kestrel/2500 b").facts == frozenset()


def test_the_beginning_is_enough() -> None:
    assert text_of("x" * 3000, [], "y") == "x" * LONGEST
    bullets = [{"lead": "Who", "text": "Kestrel", "children": [{"lead": "", "text": "Orlow"}]}]
    assert text_of("", bullets, "End") == "\nWho Kestrel\n Orlow\nEnd"


def test_other_titles_and_the_same_rare_names_are_one_story() -> None:
    usual = everyday(ONE, OTHER)
    assert compare(told(ONE), told(OTHER), 1, everyday=usual) == Likeness.SAME
    # The titles alone tell nothing of it.
    bare = [Told(text.partition("\n")[0]) for text in (ONE, OTHER)]
    assert compare(bare[0], bare[1], 1) == Likeness.DIFFERENT


def test_one_name_in_common_is_another_story() -> None:
    usual = everyday(ONE, OTHER, NEXT)
    assert compare(told(ONE), told(NEXT), 1, everyday=usual) != Likeness.SAME


def test_what_all_name_tells_nothing() -> None:
    usual = Everyday.of([telling_of(ONE), *[telling_of(OTHER)] * 40])
    assert compare(told(ONE), told(OTHER), 1, everyday=usual) != Likeness.SAME


def test_a_month_later_it_is_not_the_same_news() -> None:
    usual = everyday(ONE, OTHER)
    assert compare(told(ONE), told(OTHER), 30, everyday=usual) == Likeness.DIFFERENT


def test_nothing_is_said_where_it_is_not_known_what_is_usual() -> None:
    few = Everyday.of([telling_of(ONE), telling_of(OTHER)])
    assert overlap(telling_of(ONE), telling_of(OTHER), few).words == 0
    assert overlap(NOTHING_TOLD, telling_of(OTHER), everyday(OTHER)).words == 0


def test_what_is_not_looked_at_closer_would_have_been_no() -> None:
    """`compare` gives up early, and never where `decide` would say anything else than no."""
    rows = story_pairs.TITLES.read_text(encoding="utf-8").splitlines()[1:60]
    titles = [title for row in rows for title in row.split("\t")[3:5]]
    usual = Usual.of(titles)
    for one, other in itertools.combinations(titles, 2):
        for days in (0, 30):
            mine, theirs = Told(one), Told(other)
            found = decide(measure(mine, theirs, usual), days)
            assert compare(mine, theirs, days, usual) == found, (one, other, days)
