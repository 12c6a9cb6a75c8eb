"""Two titles by themselves: the same story in other words, or the next of its kind.

Every pair is of two pages, a day apart unless it says otherwise.
"""

from __future__ import annotations

import pytest

from newsletter.importing.stories.likeness import Likeness, Told, compare
from newsletter.importing.stories.series import places
from newsletter.importing.stories.titles import read_title

SAME = [
    ("Anthropic raises $13B at $183B valuation",
     "Anthropic closes $13 billion round at $183 billion valuation"),
    ("Norway's fund sells 1.4bn kroner of shares in Harbour Lines",
     "Norwegian fund sells 1.38 billion kroner of Harbour Lines shares"),
    ("Bahn bestellt 300 Züge für 8 Milliarden Euro", "Bahn bestellt 300 Züge für 8 Mrd. Euro"),
    ("小米17系列开售五分钟破纪录", "小米 17 系列开售 5 分钟刷新纪录"),
    ("英伟达市值突破 5 万亿美元", "英伟达成为首家市值突破5万亿美元的公司"),
    ("日銀、政策金利を0.75%に引き上げ", "日銀が利上げ、政策金利0.75%に"),
    ("Ferry line wins second quarter on record passengers, raises forecast",
     "Record passengers lift ferry line in Q2; it raises forecast"),
    ("OpenAI Launches Sora 2 Video App", "OpenAI Releases Sora 2 Video App"),
    ("Node.js 24 becomes LTS release line", "Node.js 24 is now an LTS release line"),
    ("Rust 1.90.0 makes lld the default linker", "Rust 1.90 makes lld the default linker"),
]  # fmt: skip
OTHER = [
    ("Building a database in Go: Part One", "Building a database in Go: Part Two"),
    ("Building a database in Go, part I", "Building a database in Go, part III"),
    ("Wie wir Kubernetes abschafften, Teil eins", "Wie wir Kubernetes abschafften, Teil zwei"),
    ("Construire un moteur de recherche, partie 1", "Construire un moteur de recherche, partie 2"),
    ("从零实现大模型推理引擎 第一篇", "从零实现大模型推理引擎 第十二篇"),
    ("深入理解分布式事务(上)", "深入理解分布式事务(下)"),
    ("連載 生成AIの現場(前編)", "連載 生成AIの現場(後編)"),
    ("Harbour Lines second-quarter results beat expectations",
     "Harbour Lines third-quarter results beat expectations"),
    ("SAP: Umsatz im zweiten Quartal gestiegen", "SAP: Umsatz im dritten Quartal gestiegen"),
    ("腾讯第二季度营收增长明显", "腾讯第三季度营收增长明显"),
    ("汽车出口上半年再创新高", "汽车出口下半年再创新高"),
    ("Ask: who is hiring in the harbour? (October 2025)",
     "Ask: who is hiring in the harbour? (November 2025)"),
    ("Sicherheitsupdates zum Patchday im März 2026", "Sicherheitsupdates zum Patchday im Mai 2026"),
    ("Bitcoin falls below $100,000", "Bitcoin falls below $90,000"),
    ("比特币跌破 10 万美元关口", "比特币跌破 9 万美元关口"),
    ("Claude Opus 4.5 发布,编程更强", "Claude Sonnet 4.5 发布,编程更强"),
    ("Kubernetes v1.34: DRA goes GA", "Kubernetes v1.34: VolumeAttributesClass goes GA"),
    ("Erdbeben der Stärke 6 erschüttert Chile", "Erdbeben der Stärke 6 erschüttert Peru"),
    ("東京で震度4の地震", "大阪で震度4の地震"),
    ("Critical flaw CVE-2025-12345 in OpenSSL", "Critical flaw CVE-2025-12346 in OpenSSL"),
]  # fmt: skip


def likeness(one: str, other: str, days: int = 1, *, linked: bool = True) -> Likeness:
    pages = [frozenset({f"example.org/{n}"}) if linked else frozenset[str]() for n in (1, 2)]
    rare = read_title(one).names & read_title(other).names
    return compare(Told(one, pages[0]), Told(other, pages[1]), days, rare)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_story_in_other_words(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one) == Likeness.SAME


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_the_next_of_its_kind_is_another_story(one: str, other: str) -> None:
    assert likeness(one, other) != Likeness.SAME
    assert likeness(other, one) != Likeness.SAME


def test_a_column_of_last_month_has_the_same_title() -> None:
    """But an item without a link, or of this week, is hardly another number of a column."""
    title = "Was diese Woche im Hafen wichtig war"
    assert likeness(title, title, days=28) == Likeness.PERHAPS
    assert likeness(title, title, days=28, linked=False) == Likeness.SAME
    assert likeness(title, title, days=1) == Likeness.SAME


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the second quarter", {("2", "quarter")}),
        ("2nd-quarter results", {("2", "quarter")}),
        ("2. quartal", {("2", "quarter")}),
        ("im zweiten quartal", {("2", "quarter")}),
        ("q2 2026", {("2", "quarter")}),
        ("第2季度", {("2", "quarter")}),
        ("第2四半期", {("2", "quarter")}),
        ("part iv: the end", {("4", "part")}),
        ("staffel drei", {("3", "staffel")}),
        ("la troisième partie", {("3", "partie")}),
        ("may 2026", {("5", "month")}),
        ("it may be late", set()),
        ("a second look at parts of it", set()),
        ("10月", {("10", "month")}),
        ("在路上", set()),
    ],
)
def test_a_place_in_a_series(text: str, found: set[tuple[str, str]]) -> None:
    assert set(places(text)) == found
