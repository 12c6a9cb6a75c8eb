"""Two titles by themselves: the same story in other words, or the next of its kind.

Every pair is of two pages, a day apart unless it says otherwise.
"""

from __future__ import annotations

import pytest

from newsletter.importing.stories.likeness import Likeness, Told, compare, measure
from newsletter.importing.stories.series import places
from newsletter.importing.stories.subjects import Usual

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
# One names the thing and the other explains it: little is in common but what it is about.
SAME_SUBJECT = [
    ("港务局发布 Beacon 4.6", "Beacon 4.6：港务局的性价比战略，百万条航线与旗舰表现引领远洋时代"),
    ("谷歌推出 Harbor Studio 统一平台",
     "Google Harbor Studio 来了：打造港口时代的操作系统，重构码头协作"),
    ("华为发布麒麟 X90 芯片，首款 5nm PC 处理器", "麒麟X90来了：华为首颗5nm电脑芯片意味着什么"),
    ("Deno 3 旨在完全兼容 Node.js", "Deno 3.0 发布：完全兼容 Node.js 的 JavaScript 运行时"),
    ("电视台3·15曝光航线投毒", "电视台3.15曝光投毒产业链：航线优化兴起与码头治理危机"),
    ("Bundestag beschließt Vorratsdatenspeicherung für drei Monate",
     "Vorratsdatenspeicherung: Bundestag stimmt für drei Monate Speicherfrist"),
    ("Mistral lève 1,7 milliard d'euros auprès d'ASML",
     "Mistral AI : ASML mène une levée de fonds de 1,7 milliard d'euros"),
    ("トヨタ、全固体電池を2027年に実用化へ", "トヨタが全固体電池搭載EVを2027年に発売へ"),
    ("삼성전자, 갤럭시 S27 울트라 공개", "갤럭시 S27 울트라 공개한 삼성전자, 가격은 동결"),
    ("Яндекс открыл исходный код модели YandexGPT 6 Lite",
     "YandexGPT 6 Lite: Яндекс выложил веса модели в открытый доступ"),
    ("El Barcelona ficha a Nico Williams por 62 millones",
     "Nico Williams, nuevo jugador del Barcelona por 62 millones de euros"),
    ("PostgreSQL 19 released with built-in columnar storage",
     "PostgreSQL 19 ships: columnar storage is built in"),
    ("CVE-2026-1234: critical RCE in OpenSSH",
     "OpenSSH patches critical remote code execution flaw (CVE-2026-1234)"),
    ("GitHub Actions adds arm64 runners for private repositories",
     "Arm64 runners come to private repos in GitHub Actions"),
]  # fmt: skip
# In these days many titles are known, so that less has to be in common (`Usual`).
OF_THESE_DAYS = [
    # Both sides of what two do with each other, and a reason given behind what was said.
    ("Salesforce buys Informatica for $8bn", "Informatica to be acquired by Salesforce", True),
    ("Datadog acquires Eppo to grow in experimentation", "Eppo to join Datadog", True),
    ("SoftBankがAmpere Computingを買収", "Ampere、SoftBankによる買収に合意 65億ドル", True),
    ("Siemens übernimmt Altair", "Altair wird von Siemens gekauft", True),
    ("Яндекс покупает долю в VK", "VK: доля куплена Яндексом", True),
    ("Workday to cut 1,750 jobs", "Workday to cut 1,750 jobs as it invests in AI", True),
    ("Musk sues OpenAI", "OpenAI countersues Musk", False),
    ("Court fines Meta over data of users", "Meta appeals court fine over data of users", False),
    ("法院判决字节跳动败诉", "字节跳动不服法院判决提起上诉", False),
    ("Adobe acquires Semrush", "Semrush shareholders approve pay plan; Adobe raises price", False),
    ("Nvidia invests in xAI", "xAI delays Grok 5; Nvidia chips blamed", False),
    ("Meta to cut 10% of jobs", "Meta to cut 20% of jobs to pay for data centers", False),
    ("Databricks buys Neon", "Databricks buys Tecton", False),
    ("Port Authority buys tug maker Kelvig", "Kelvig to join Port Authority", True),
    ("Le port rachète Kelvig", "Kelvig passe sous le giron du port : rachat conclu", True),
    ("港务局发布 Beacon 4.6", "Beacon 4.6 发布：百万条航线与更低价格", True),
    ("Kelvig to cut ten ferry lines", "Kelvig to cut ten ferry lines as fuel costs rise", True),
    ("Порт Кельвиг повысил портовый сбор", "Портового сбора повышение: порт Кельвиг", True),
    ("Kelvig leaks two million passenger records", "Kelvig launches two million cards", False),
    ("Kelvig 9.2 released for harbours", "Kelvig Pilot 3.1 released for harbours", False),
    ("灯塔为 Kelvig Agent 用户提供 Beacon 4.6", "灯塔 Beacon 4.6 开源，面向 Agent 时代", False),
    ("ケルビグ、旅客データの流出を発表", "ケルビグ、航路図のデザインを刷新", False),
    ("중앙항만, 기준요금 동결 결정", "중앙항만, 기준요금 인하 결정", False),
    ("Parlament berät über Hafengesetz", "Parlament beschließt Hafengesetz", False),
    ("الميناء يطلق سفينة كلفيغ الجديدة", "المطار يطلق سفينة كلفيغ الجديدة", False),
]  # fmt: skip
OTHER = [
    ("Apple sues Epic over App Store ruling", "Epic sues Apple over App Store ruling"),
    ("EU approves chat control law", "EU rejects chat control law"),
    ("议会通过港口收费法案", "议会否决港口收费法案"),
    ("Fed raises rates by 25 basis points", "Fed cuts rates by 25 basis points"),
    ("Cloudflare is not down, says Cloudflare", "Cloudflare is down, says Cloudflare"),
    ("Ubuntu 26.10 beta released", "Ubuntu 26.10 released"),
    ("Chrome 145 is now available on Android", "Chrome 145 is now available on iOS"),
    ("Beacon 3.7 Flash 发布，聚焦智能体效率", "港务局为 Kessel 用户提供 Beacon 3.7 Flash 限时免费"),
    ("Kessel 团队确认 KC-Pro V2 即将发布", "Kessel 发布 KC-Pro V2"),
    ("QQ 支持接入 OpenHarbor", "企业微信宣布支持接入 OpenHarbor"),
    ("The future is lies, I guess – Part 5: Annoyances", "The future is lies, I guess: Work"),
    ("Five links for builders of small boats", "Five links for builders of small kites"),
    ("Show HN: A terminal file manager in Rust", "Show HN: A terminal music player in Rust"),
    ("PyPI adds two-factor auth", "npm adds two-factor auth"),
    ("Erdbeben: mindestens 20 Tote in Chile", "Erdbeben: mindestens 20 Tote in Peru"),
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
    return compare(Told(one, pages[0]), Told(other, pages[1]), days)


@pytest.mark.parametrize(("one", "other"), SAME + SAME_SUBJECT)
def test_one_story_in_other_words(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one) == Likeness.SAME


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_the_next_of_its_kind_is_another_story(one: str, other: str) -> None:
    assert likeness(one, other) != Likeness.SAME
    assert likeness(other, one) != Likeness.SAME


def test_what_all_titles_of_these_days_have_tells_no_story_from_another() -> None:
    """The same two words in common: of a thing nobody else wrote about, and of everybody's."""
    one, other = "Harbour Pilot metrics for teams", "New Harbour Pilot limits for students"
    told = Told(one, frozenset({"example.org/1"})), Told(other, frozenset({"example.org/2"}))
    usual = Usual.of([f"Harbour Pilot has number {n}" for n in range(40)])
    rare = Usual.of([f"A ferry has number {n}" for n in range(40)])
    assert measure(*told, usual).evidence < measure(*told, rare).evidence - 2
    assert compare(*told, 1, usual) == Likeness.DIFFERENT


@pytest.mark.parametrize(("one", "other", "same"), OF_THESE_DAYS)
def test_what_both_say_was_done(one: str, other: str, same: bool) -> None:
    usual = Usual.of(f"A ferry has number {n}" for n in range(40))
    told = Told(one, frozenset({"example.org/1"})), Told(other, frozenset({"example.org/2"}))
    assert (compare(*told, 1, usual) == Likeness.SAME) == same
    assert (compare(*reversed(told), 1, usual) == Likeness.SAME) == same


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
