"""The five shapes, on invented issues with the structure of real ones."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from newsletter.digest import Bullet, Digest, Link, decode, parse

DATA = Path(__file__).parent.parent / "data" / "digests"
SAMPLES = Path(__file__).parent.parent.parent / "newsletter" / "config" / "samples"
DAY = dt.date(2026, 3, 2)


def read(name: str, **extra: object) -> Digest:
    return parse(decode((DATA / name).read_bytes()).text, name=name, **extra)  # type: ignore[arg-type]


def codes(digest: Digest) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in digest.problems]


def test_labelled() -> None:
    digest = read("labelled-zh.md")
    assert digest.shape == "labelled"
    assert digest.title == "🌊 港口速递 - 2026年03月02日"
    assert digest.date == DAY
    assert [item.title for item in digest.items] == [
        "夜间渡轮复航：末班推迟到 23:40",
        "旧厂房改造：50~80 户与 17~36 人 | 通过模型输出<think>",
        '{"title": "漏出来的标题',
    ]
    ferry, mill, leaked = digest.items
    assert ferry.category == "出行"
    assert ferry.date == dt.date(2026, 3, 1)
    assert ferry.sources == (
        Link("河岸日报", "https://example.org/ferry"),
        Link("码头公告"),
        Link("来源链接 2", "https://example.org/ferry?x=1&y=2#rd"),
    )
    assert ferry.insight == "第一段说明缘由。\n\n第二段给出判断：\n\n1. 先看客流\n2. 再看成本"
    assert ferry.body == "一句没有项目符号的话。"
    assert ferry.bullets == (
        Bullet("时间", "**三月九日**起实行"),
        Bullet("票价", "夜间不变"),
        Bullet("码头", "十二处改造", (Bullet("", "低位照明"), Bullet("", "候船室延时"))),
        Bullet("", "没有导语的一条"),
    )
    assert mill.category == "城市"
    assert mill.insight == "顺序不同也能读。"
    assert mill.bullets == (
        Bullet("面积", "三千平方米", (Bullet("", "东区先开放"), Bullet("", "西区随后"))),
        Bullet("单独一行", ""),
    )
    assert leaked.sources == (Link("未给链接"),)
    assert digest.tail_title == "其他相关资讯"
    assert digest.tail_links == (
        Link("第一条[附注]", "https://example.org/more/1"),
        Link("第二条", "https://example.org/more/2"),
    )
    assert digest.unclaimed_lines == ()
    assert codes(digest) == [
        (3, "source-placeholder"),
        (37, "item-incomplete"),
        (37, "source-unlinked"),
        (37, "title-json"),
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_samples_are_read_without_a_problem(language: str) -> None:
    name = f"sample-{language}.md"
    digest = parse((SAMPLES / name).read_text(), name=name)
    assert (digest.shape, digest.date, len(digest.items)) == ("labelled", DAY, 10)
    assert len({item.category for item in digest.items}) == 5
    assert all(4 <= len(item.bullets) <= 6 and item.insight for item in digest.items)
    assert all(bullet.lead for item in digest.items for bullet in item.bullets)
    assert all(item.sources and item.sources[0].url for item in digest.items)
    assert len(digest.tail_links) == 3
    assert digest.problems == () and digest.unclaimed_lines == ()


def test_labels_between_bars() -> None:
    digest = read("labelled-bars.md")
    assert (digest.shape, digest.title) == ("labelled", "每日要闻 · 2026年03月02日")
    assert [(item.title, item.category, item.score, item.body) for item in digest.items] == [
        ("港口改用岸电", "编辑精选 (Picks)", 66.0, "靠港船舶关闭辅机。"),
        ("修船厂扩建", "产业动态", 60.0, "新增两座船坞。"),
        ("冷库招标", "产业动态", None, "三家入围。"),
    ]
    assert [item.sources for item in digest.items] == [
        (Link("绿电观察", "https://example.org/power"),),
        (Link("船讯", "https://example.org/yard"),),
        (Link("仓储周刊", "https://example.org/cold"),),
    ]
    assert digest.items[0].extra == {"score": "66/100", "关键信息": "岸电 | 减排"}
    assert digest.intro.startswith("> **期号**: #20260302")
    assert "## 💡 今日综述\n\n- 一条综述。" in digest.intro
    assert digest.extra["categories"] == ["要闻", "产业"]
    assert digest.unclaimed_lines == ((45, 45),)
    assert codes(digest) == [(21, "field-unknown"), (45, "unclaimed")]


def test_labels_behind_the_text() -> None:
    digest = read("labelled-last.md")
    assert (digest.shape, digest.title, digest.date) == ("labelled", "Harbour tech", DAY)
    engine, rope = digest.items
    assert engine.title == "[Search] A quieter engine"
    assert engine.sources == (Link("Engine Blog", "https://example.org/engine"),)
    assert engine.body == "The new engine makes half the noise."
    assert rope.category == "Gear"
    assert rope.sources == (Link("The Chandler", "https://example.org/rope"),)
    assert digest.extra["itemcount"] == 2
    assert digest.problems == ()


def test_numbered() -> None:
    digest = read("numbered-zh.md", date=DAY)
    assert digest.shape == "numbered"
    assert [(i.title, i.category) for i in digest.items] == [
        ("新的水手结", "资讯"),
        ("浮标换灯", "资讯"),
        ("灯塔开放日", "资讯"),
        ("潮汐表怎样读", "文章"),
    ]
    knot, buoy, light, _tides = digest.items
    assert knot.sources == (Link("新的水手结", "https://example.org/knot"),)
    assert knot.body == (
        "它有三个优点：\n\n1. 好打\n2. 好解\n3. 好看\n\n```text\n1、这不是条目\n```"
    )
    assert buoy.body == "全部改用冷光。"
    assert light.body == "- 周六\n- 周日"
    assert digest.intro == "## 卷首语\n\n这一期讲绳结。"
    assert digest.unclaimed_lines == ()
    assert codes(digest) == [(30, "source-missing")]


def test_numbers_with_a_point_start_again_in_each_section() -> None:
    entries = "\n\n".join(f"{n}. [Piece {n}](https://example.org/{n})\n\nText {n}." for n in (1, 2))
    digest = parse(f"# Weekly - 2026-03-02\n\n## A\n\n{entries}\n\n## B\n\n{entries}\n")
    assert digest.shape == "numbered"
    assert [(item.title, item.category) for item in digest.items] == [
        ("Piece 1", "A"), ("Piece 2", "A"), ("Piece 1", "B"), ("Piece 2", "B"),
    ]  # fmt: skip


def test_link_list() -> None:
    digest = read("links-en.md")
    assert (digest.shape, digest.title, digest.date) == ("links", "Harbour Links 12", DAY)
    assert digest.extra["number"] == "12"
    assert digest.intro == "Welcome to the *twelfth* issue."
    assert [(i.title, i.category, i.body) for i in digest.items] == [
        ("Ropes that `[float]`", "News & Posts", "by Alice"),
        ("[video] How to splice", "News & Posts", "> A quiet film about hands."),
        (
            "Bob wrote about the new pier and its lamps.",
            "News & Posts",
            "Bob wrote about [the new pier](https://example.org/pier) and "
            "[its lamps](https://example.org/lamps).",
        ),
        ("Pilot wanted", "Jobs", "(full time)"),
    ]
    assert [item.sources[0].url for item in digest.items] == [
        "https://example.org/rope",
        "https://example.org/splice",
        "https://example.org/pier",
        "https://example.org/pilot",
    ]
    # The members: nobody's, and asked about.
    assert digest.unclaimed_lines == ((25, 26),)
    assert codes(digest) == [
        (17, "reference-unused"),
        (19, "comment-dropped"),
        (25, "unclaimed"),
    ]


def test_linked_headings_are_no_categories() -> None:
    digest = read("links-toml.md")
    assert (digest.shape, digest.title, digest.date) == ("links", "Tools of the month", DAY)
    assert [(item.title, item.category) for item in digest.items] == [
        ("winch", "Projects"),  # What the heading links to, with the text above the list.
        ("Add a brake", "Projects"),
        ("Fix the drum", "Projects"),
        ("Lighter chain", "Projects"),
    ]
    assert digest.extra["extra"] == {"month": "March"}


def test_headlines_with_translations() -> None:
    digest = read("headlines-zh.md")
    assert (digest.shape, digest.date) == ("headlines", DAY)
    assert [(i.title, i.category, i.body) for i in digest.items] == [
        ("Ferry returns at night", "航运", "**夜间渡轮复航**\n\n末班推迟到 23:40。"),
        ("New lamps", "航运", "**新灯**"),
        ("Yard grows", "造船", "Two more docks."),
    ]
    assert [item.sources for item in digest.items] == [
        (Link("example.org", "https://example.org/ferry"),),
        (),
        (Link("Yard grows", "https://example.org/yard"),),
    ]
    assert digest.intro == "## 今日要点\n\n- **一句话**：今天很忙。"
    assert digest.unclaimed_lines == ()
    assert codes(digest) == [(24, "link-unsafe")]


def test_an_index_in_front_is_no_items() -> None:
    digest = read("headlines-index.md")
    assert digest.shape == "headlines"
    assert [(i.title, i.category, i.body) for i in digest.items] == [
        ("Yard grows by two docks", "Ships", "> Two more docks."),
        ("A rope that floats", "Ropes", "> It floats."),
        ("Splicing made easy", "Ropes", "> A film."),
    ]
    assert digest.intro == ""
    assert codes(digest) == [(3, "index-left-out")]
    assert digest.unclaimed_lines == ()


def test_document() -> None:
    digest = read("document-en.md", date=DAY)
    assert (digest.shape, digest.title) == ("document", "Issue #11")
    (item,) = digest.items
    assert item.title == "Issue #11"
    assert item.body.startswith("This week was about [ropes](https://example.org/ropes).")
    assert "see the [report](https://example.org/ropes)" in item.body
    assert "```python\ndef knot(): {{ 1 }}\n```" in item.body
    assert "sponsor" not in item.body and "excerpt" not in item.body
    assert digest.unclaimed_lines == ()
    found = dict(codes(digest))
    assert (found.pop(8), found.pop(10)) == ("comment-dropped", "dialect-dropped")
    assert list(found.values()) in ([], ["one-item"])


def test_a_shape_can_be_forced() -> None:
    digest = read("headlines-zh.md", shape="document")
    assert digest.shape == "document"
    assert len(digest.items) == 1


@pytest.mark.parametrize(
    ("line", "category"),
    [
        ("> **分类：** 出行", "出行"),
        ("> **分类**：出行", "出行"),
        ("> **分类:** 出行", "出行"),
        ("**分类：**出行", "出行"),
        ("分类：出行", "出行"),
        ("> 分类: 出行", "出行"),
        ("**Category**: Travel", "Travel"),
        ("Category: Travel", "Travel"),
        ("🏷️ **分类：** 出行", "出行"),
        ("**分类**：出行 · **来源**：[a](https://example.org/a)", "出行"),
        ("**分类**：出行 | **来源**：[a](https://example.org/a)", "出行"),
    ],
)
def test_label_forms(line: str, category: str) -> None:
    digest = parse(
        f"# T - 2026-03-02\n\n### 1. Item\n\n{line}\n\nText.\n\n**来源：** [b](https://example.org/b)\n"
    )
    assert digest.shape == "labelled"
    assert digest.items[0].category == category
    assert digest.items[0].body == "Text."


def test_a_publication_adds_its_own_labels() -> None:
    text = "# T - 2026-03-02\n\n## Eins\n\nRubrik: Hafen\nQuelle: [A](https://example.org/a)\n\nText.\n"
    digest = parse(text, labels={"category": ["Rubrik"], "source": "Quelle", "bad": 7})
    assert digest.shape == "labelled"
    assert digest.items[0].category == "Hafen"
    assert digest.items[0].sources == (Link("A", "https://example.org/a"),)


def test_deviations_of_the_reference_shape() -> None:
    """No blank lines, no space behind ##, full-width signs, ASCII colons, a rule under the text."""
    digest = parse(
        "# T - 2026年3月2日\n##甲\n> **分类:** 一\n> **来源:** [a](https://example.org/a)\n"
        "**核心洞察:** 好。\n**内容简介:**\n* 首：一\n* 次：二\n---\n＃＃ 乙\n> **分类：** 二\n"
        "> **来源：** [b](https://example.org/b)\n**核心洞察：** 也好。\n---\n"
    )
    assert digest.shape == "labelled"
    assert [(i.title, i.category, i.insight, len(i.bullets)) for i in digest.items] == [
        ("甲", "一", "好。", 2), ("乙", "二", "也好。", 0),
    ]  # fmt: skip
    assert digest.date == DAY
    assert digest.unclaimed_lines == ()


def test_an_item_that_lost_its_labels_is_still_an_item() -> None:
    labelled = "\n\n".join(
        f"## I{n}\n\n**来源：** [a](https://example.org/{n})\n\nText." for n in (1, 2, 3)
    )
    digest = parse(f"# T - 2026-03-02\n\n{labelled}\n\n## Lost\n\nOnly text.\n")
    assert [item.title for item in digest.items] == ["I1", "I2", "I3", "Lost"]
    assert codes(digest) == [(21, "source-missing")]


def test_numbers_without_links() -> None:
    digest = parse(
        "# Weekly - 2026-03-02\n\n## Said\n\n1、\n\nA sentence. And more.\n\n-- Bob\n\n"
        "2、Another\n\nBelow.\n"
    )
    assert digest.shape == "numbered"
    assert [(item.title, item.body) for item in digest.items] == [
        ("A sentence.", "A sentence. And more.\n\n-- Bob"),
        ("Another", "Below."),
    ]


def test_numbered_lines_with_links_and_nothing_below() -> None:
    digest = parse(
        "# Today 2026-03-02\n\n### **Tools**\n\n1. **A winch.**<br>See [it](https://example.org/1).\n"
        "2. **A rope.**<br>See [it](https://example.org/2).\n\n### **Papers**\n\n"
        "1. **Knots.**<br>See [it](https://example.org/3).\n"
    )
    assert digest.shape == "numbered"
    assert [(i.title, i.category, i.sources[0].url) for i in digest.items] == [
        ("A winch.", "Tools", "https://example.org/1"),
        ("A rope.", "Tools", "https://example.org/2"),
        ("Knots.", "Papers", "https://example.org/3"),
    ]


def test_an_ordinary_list_makes_no_entries() -> None:
    text = "Some prose about ropes, at length.\n\n" * 6
    digest = parse(
        f"# T - 2026-03-02\n\n{text}1. [a](https://example.org/1)\n2. [b](https://example.org/2)\n"
    )
    assert digest.shape == "document"


def test_plain_labels_in_a_list() -> None:
    one = (
        "## {0}. Title {0}\n\n- 原文标题: A title\n- 原文链接: https://example.org/{0}\n\n"
        "内容摘要: Text.\n\n"
    )
    digest = parse("# News - 2026-03-02\n\n" + one.format(1) + one.format(2))
    assert digest.shape == "labelled"
    assert [(i.title, i.sources[0].url, i.body) for i in digest.items] == [
        ("Title 1", "https://example.org/1", "Text."),
        ("Title 2", "https://example.org/2", "Text."),
    ]


def test_a_file_that_was_cut_off_is_asked_about() -> None:
    whole = (SAMPLES / "sample-en.md").read_text()
    cut = parse(whole[: whole.index("- The battery")], name="2026-03-02.md")
    assert [problem.code for problem in cut.problems] == ["item-incomplete"]
    one = parse(whole[: whole.index("- New hours")], name="2026-03-02.md")
    assert [problem.code for problem in one.problems] == ["item-incomplete"]
