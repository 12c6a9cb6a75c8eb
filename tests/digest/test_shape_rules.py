"""The rules by which a shape is told from another and its items are cut, one small text each."""

from __future__ import annotations

import pytest

from newsletter.digest import Bullet, Digest, Item, Link, parse

HEAD = "# T - 2026-03-02\n\n"
PROSE = "Some words about ropes.\n\n"


def link(n: int | str) -> str:
    return f"https://example.org/{n}"


def labelled(title: str, n: int = 1, rest: str = "Text.") -> str:
    return f"## {title}\n\n**Source:** [Paper]({link(n)})\n\n{rest}\n\n"


def sections(count: int, text: str = PROSE) -> str:
    return "".join(f"## S{n}\n\n{text}" for n in range(count))


def bullets(count: int) -> str:
    return "".join(f"- [b{n}]({link(n)})\n" for n in range(count)) + "\n"


def of(text: str, shape: str = "auto") -> Digest:
    return parse(HEAD + text, shape=shape)


def only(text: str) -> Item:
    (item,) = of(text, shape="labelled").items
    return item


def titles(digest: Digest) -> list[str]:
    return [item.title for item in digest.items]


def codes(digest: Digest) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in digest.problems]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        # The shape that read most items is named; how many sections are alike decides nothing.
        (labelled("A") + sections(1), "labelled"),
        (labelled("A") + sections(4), "headlines"),
        (labelled("A") + labelled("B", 2) + labelled("C", 3) + sections(7), "headlines"),
        (sections(3, "Date: 2026-03-01\n\n" + PROSE), "document"),
        (sections(3, "Score: 5\n\n" + PROSE), "document"),
        (labelled("A") + sections(3, "- **Why:** because\n- **How:** so\n\n"), "labelled"),
        (labelled("A") + sections(3, "- Why: because\n- How: so\n\n"), "headlines"),
        # Numbers: with `、` a link, bold or text each; with `.` more than any list has.
        (f"1、[a]({link(1)})\n2、[b]({link(2)})\n", "numbered"),
        ("1、a\n2、b\n", "document"),
        (f"1. [a]({link(1)})\n2. [b]({link(2)})\n", "numbered"),
        (f"1. [a]({link(1)})\n2. [b]({link(2)})\n3. [c]({link(3)})\n", "numbered"),
        (PROSE * 4 + f"1. [a]({link(1)})\n2. [b]({link(2)})\n3. [c]({link(3)})\n", "document"),
        (f"1. **a**\n\nText.\n\n2. [b]({link(2)})\n\nText.\n", "numbered"),
        ("1. a\n\nText.\n\n2. b\n\nText.\n", "document"),
        ("1. **a**\n2. **b**\n3. **c**\n", "document"),
        (f"1、[a]({link(1)})\n2、[b]({link(2)})\n\n## More\n\n" + bullets(2), "numbered"),
        (f"1、[a]({link(1)})\n2、[b]({link(2)})\n\n## More\n\n" + bullets(3), "links"),
        # Lists of links: short, and not outweighed by paragraphs.
        (bullets(1), "links"),
        (bullets(2) + PROSE * 2, "links"),
        (bullets(2) + PROSE * 3, "document"),
        (bullets(3) + PROSE * 6, "links"),
        (bullets(3) + PROSE * 7, "document"),
        ("".join(f"- [b]({link(n)}) {'long ' * 60}\n" for n in range(3)), "document"),
        (f"## [x]({link(8)})\n\n" + bullets(3) + f"## [y]({link(9)})\n\n" + PROSE * 9, "links"),
        # Headlines: a text of its own with a link, or text beside such sections.
        (sections(2, f"A line, [here]({link(1)}).\n\n"), "headlines"),
        (sections(3, f"A line, [here]({link(1)}).\n\n"), "headlines"),
        (sections(3, f"A line, [here]({link(1)}).\n\n") + sections(2), "headlines"),
        (sections(3, f"A line, [here]({link(1)}).\n\n") + sections(3), "headlines"),
        (sections(3, f"A line, [here]({link(1)}).\n\n" + PROSE * 3), "headlines"),
        (sections(3, f"A line, [here]({link(1)}).\n\n" + PROSE * 4), "document"),
        (sections(3, f"[a]({link(1)}), [b]({link(2)}), [c]({link(3)})\n\n"), "headlines"),
        (sections(3, f"[a]({link(1)}), [b]({link(2)}), [c]({link(3)}), [d]({link(4)})\n\n"),
         "document"),
        (sections(3, f"[Read more]({link(1)})\n\n" + PROSE * 30), "headlines"),
        (sections(3, f"[Read more]({link(1)})\n\n" + PROSE * 200), "headlines"),
        ("".join(f"## [h{n}]({link(n)})\n\n" + "- point\n" * 6 for n in range(3)), "headlines"),
        ("".join(f"## [h{n}]({link(n)})\n\n" + "- point\n" * 7 for n in range(3)), "headlines"),
        ("".join(f"## [h{n}]({link(n)})\n\n### Sub\n\n{PROSE}" for n in range(3)), "headlines"),
        (sections(3, bullets(1)), "links"),
    ],
)  # fmt: skip
def test_the_shape(text: str, shape: str) -> None:
    assert of(text).shape == shape


class TestLabelled:
    def test_a_number_stays_where_most_titles_have_none(self) -> None:
        text = labelled("3. March", 1) + labelled("B", 2) + labelled("C", 3)
        assert titles(of(text)) == ["3. March", "B", "C"]

    def test_prose_before_the_first_item_is_introduction_and_later_is_an_item(self) -> None:
        digest = of(
            "## Hello\n\nWelcome.\n\n" + labelled("A") + labelled("B", 2) + "## P\n\nSaid.\n"
        )
        assert (digest.intro, titles(digest)) == ("## Hello\n\nWelcome.", ["A", "B", "P"])
        assert codes(digest) == [(19, "source-missing")]

    def test_what_follows_the_only_item_belongs_to_it(self) -> None:
        digest = of(labelled("A") + "### More\n\nWords.\n")
        assert [item.body for item in digest.items] == ["Text.\n\n### More\n\nWords."]
        assert digest.unclaimed_lines == ()

    def test_a_section_without_labels_is_an_item_beside_one_that_has_some(self) -> None:
        digest = of("# P\n\n" + labelled("A") + "# Q\n\n" + labelled("B", 2) + "## C\n\nText.\n")
        assert [(item.title, item.section) for item in digest.items] == [
            ("A", "P"), ("B", "Q"), ("C", "Q"),
        ]  # fmt: skip

    def test_an_empty_part_is_told_of_and_makes_no_item(self) -> None:
        front = "---\ntitle: T\ndate: 2026-03-02\n---\n"
        digest = parse(front + "# Empty\n\n# Part\n\n" + labelled("A"))
        assert codes(digest) == [(5, "item-empty")]
        digest = parse(front + "# Part\n\n" + labelled("A") + "# Empty\n")
        assert codes(digest) == [(13, "item-empty")]

    def test_a_heading_over_items_is_their_category_or_is_kept_beside_them(self) -> None:
        own = labelled("A").replace("## A", "### A")
        assert of("## Group\n\n" + own).items[0].category == "Group"
        digest = of("## Group\n\n" + own.replace("Text.", "Category: Port\n\nText."))
        assert (digest.items[0].category, digest.extra) == ("Port", {"sections": ["Group"]})
        assert digest.unclaimed_lines == ()

    def test_the_tail_has_the_title_of_its_first_heading(self) -> None:
        digest = of(labelled("A") + labelled("B", 2) + "## More\n\n" + bullets(1) +
                    "## Even more\n\n- [c](javascript:x)\n")  # fmt: skip
        assert digest.tail_title == "More"
        assert digest.tail_links == (Link("b0", link(0)), Link("c", ""))
        assert codes(digest) == [(21, "link-unsafe")]

    @pytest.mark.parametrize(
        "bullet", [f"- [a]({link(9)}) {'word ' * 13}", f"- **By:** [a]({link(9)})"]
    )
    def test_long_or_labelled_bullets_are_no_tail(self, bullet: str) -> None:
        digest = of(labelled("A") + labelled("B", 2) + f"# More\n\n{bullet}\n")
        assert (digest.tail_title, digest.tail_links) == ("", ())

    def test_a_list_in_the_insight_stays_there_while_a_summary_is_to_come(self) -> None:
        item = only("## A\n\n**Insight:** Two reasons:\n- one\n- two\n\n**Summary:**\n\n- point\n")
        assert (item.insight, item.bullets) == (
            "Two reasons:\n- one\n- two", (Bullet("", "point"),),
        )  # fmt: skip
        item = only("## A\n\n**Insight:** Two reasons:\n- one\n- two\n")
        assert (item.insight, item.bullets) == (
            "Two reasons:", (Bullet("", "one"), Bullet("", "two")),
        )  # fmt: skip

    def test_a_list_in_the_text_stays_there(self) -> None:
        item = only(labelled("A", rest="Text.\n\n- one\n- two"))
        assert (item.body, item.bullets) == ("Text.\n\n- one\n- two", ())

    def test_a_quote_goes_on_with_its_label_until_a_blank_line(self) -> None:
        quote = f"## A\n\n> **Source:** [a]({link(1)})\n> [b]({link(2)})\n\n> Said by c\n"
        item = only(quote)
        assert item.sources == (Link("a", link(1)), Link("b", link(2)))
        assert item.body == "> Said by c"

    def test_a_link_that_names_nobody_belongs_to_the_name_before_it(self) -> None:
        item = only(f"## A\n\nSource: The Paper\n[Read more]({link(1)})\n\nText.\n")
        assert item.sources == (Link("The Paper", link(1)),)

    def test_an_unknown_label_is_a_field_in_a_quote_and_text_elsewhere(self) -> None:
        item = only(labelled("A", rest="> **Mood:** calm\n\n**Note:** a word"))
        assert (item.extra, item.body) == ({"Mood": "calm"}, "**Note:** a word")

    @pytest.mark.parametrize(
        ("value", "score", "extra"),
        [("7", 7.0, {}), ("★★★", 3.0, {"score": "★★★"}), ("8.5/10", 8.5, {"score": "8.5/10"})],
    )
    def test_scores(self, value: str, score: float, extra: dict[str, str]) -> None:
        item = only(labelled("A", rest=f"Score: {value}\n\nText."))
        assert (item.score, item.extra) == (score, extra)

    def test_a_labelled_link_in_the_summary_is_a_bullet(self) -> None:
        item = only(labelled("A", rest=f"**Summary:**\n\n- x\n- **Link:** [b]({link(2)})"))
        assert item.sources == (Link("Paper", link(1)),)
        assert item.bullets == (Bullet("", "x"), Bullet("Link", f"[b]({link(2)})"))

    def test_in_a_list_a_source_needs_a_bold_label(self) -> None:
        assert only(f"## A\n\n- **Source:** by [a]({link(1)})\n\nText.\n").sources[-1] == Link(
            "a", link(1)
        )
        assert only(f"## A\n\nCategory: x\n\n- Source: by [a]({link(1)})\n").sources == ()

    def test_a_bar_in_an_insight_cuts_nothing(self) -> None:
        item = only(f"## A\n\n**Insight:** One | **Source:** [b]({link(1)})\n")
        assert (item.insight, item.sources) == (f"One | **Source:** [b]({link(1)})", ())


class TestNumbered:
    def test_one_number_with_the_other_mark_does_not_decide(self) -> None:
        text = f"1. [A]({link(1)})\n\n1、other\n\n2. [B]({link(2)})\n\nText.\n"
        assert titles(of(text, shape="numbered")) == ["A", "B"]

    def test_a_list_inside_an_entry_opens_none(self) -> None:
        text = f"1. [A]({link(1)})\n\nText.\n\n1. x\n2. y\n\nMore.\n\n2. [B]({link(2)})\n\nText.\n"
        assert titles(of(text, shape="numbered")) == ["A", "B"]

    def test_a_number_far_from_the_last_opens_none(self) -> None:
        text = f"1. [A]({link(1)})\n\nIn\n1999. A year.\n\n3. [C]({link(3)})\n\nText.\n"
        digest = of(text, shape="numbered")
        assert titles(digest) == ["A", "C"]
        assert digest.items[0].body == "In\n1999. A year."


class TestLinks:
    def test_one_space_more_is_the_same_level(self) -> None:
        text = f"- [a]({link(1)})\n - [b]({link(2)})\n   - note\n"
        digest = of(text, shape="links")
        assert [(item.title, item.body) for item in digest.items] == [("a", ""), ("b", "- note")]

    def test_a_rule_ends_the_note(self) -> None:
        digest = of(f"- [a]({link(1)})\n\n  Note.\n\n---\n\n  Lost.\n", shape="links")
        assert [item.body for item in digest.items] == ["Note."]
        assert digest.unclaimed_lines == ((9, 9),)

    @pytest.mark.parametrize(
        ("bullet", "title", "body"),
        [
            (f"[Rope]({link(1)}) by Alice", "Rope", "by Alice"),
            (f"[Rope]({link(1)}) was made.", "Rope", f"[Rope]({link(1)}) was made."),
            (f"[Rope]({link(1)}) — A new one.", "Rope", "A new one."),
            (f"**[Rope]({link(1)})**: strong", "Rope", "strong"),
            (f"[video] [Rope]({link(1)})", "[video] Rope", ""),
        ],
    )
    def test_titles_and_what_follows(self, bullet: str, title: str, body: str) -> None:
        (item,) = of(f"- {bullet}\n", shape="links").items
        assert (item.title, item.body, item.sources) == (title, body, (Link("Rope", link(1)),))

    @pytest.mark.parametrize(
        ("heading", "category"),
        [("🛠 Tools (12 items)", "Tools"), ("**Papers**（3篇）", "Papers"), ("News (2026)", "News")],
    )
    def test_a_heading_as_category(self, heading: str, category: str) -> None:
        assert (
            of(f"## {heading}\n\n- [a]({link(1)})\n", shape="links").items[0].category == category
        )


class TestHeadlines:
    def test_numbers_go_where_most_titles_have_one(self) -> None:
        few = "".join(f"## {t}\n\n[Here]({link(t[0])}).\n\n" for t in ("1. Alpha", "Beta", "Gamma"))
        assert titles(of(few)) == ["1. Alpha", "Beta", "Gamma"]
        most = few.replace("Beta", "2. Beta")
        assert titles(of(most)) == ["Alpha", "Beta", "Gamma"]

    def test_one_address_is_one_source_named_by_its_host(self) -> None:
        text = (
            "".join(
                f"## [Head {n}]({link(n)})\n\n[Read more]({link(n)})\n\nText.\n\n" for n in range(3)
            )
            + f"## Last\n\n[Read more]({link(9)})\n\nText.\n"
        )
        digest = of(text)
        assert [item.sources for item in digest.items] == [
            *((Link(f"Head {n}", link(n)),) for n in range(3)),
            (Link("example.org", link(9)),),
        ]

    def test_few_titles_in_a_list_make_no_index(self) -> None:
        listed = "## Today\n\n- Alpha rope\n- Other\n- Third\n- Fourth\n\n"
        heads = "".join(
            f"## {t} rope\n\n[Here]({link(t)}).\n\n" for t in ("Alpha", "Beta", "Gamma")
        )
        assert "Today" in titles(of(listed + heads, shape="headlines"))
        full = "## Today\n\n- Alpha rope\n- Beta rope\n- Gamma rope, and more\n\n"
        digest = of(full + heads)
        assert titles(digest) == ["Alpha rope", "Beta rope", "Gamma rope"]
        assert codes(digest) == [(3, "index-left-out")]

    def test_a_short_title_is_not_repeated_by_a_line_that_begins_with_it(self) -> None:
        listed = "## Today\n\n- Rope again\n- Beta again\n- Gamma again\n\n"
        heads = "".join(f"## {t}\n\n[Here]({link(t)}).\n\n" for t in ("Rope", "Beta", "Gamma"))
        assert titles(of(listed + heads, shape="headlines")) == ["Today", "Rope", "Beta", "Gamma"]


class TestDocument:
    def test_the_item_has_the_title_and_link_of_the_front_matter(self) -> None:
        text = (
            f"---\ntitle: Front\ndate: 2026-03-02\nurl: {link(1)}\n---\n# Heading\n\n" + PROSE * 2
        )
        (item,) = parse(text).items
        assert (item.title, item.sources) == ("Front", (Link("Front", link(1)),))


def test_a_heading_is_the_title_only_in_front_of_all_others() -> None:
    assert parse("## A\n\nText.\n\n# B\n\nText.\n", name="2026-03-02.md").title == ""
    front = "---\ntitle: Front\ndate: 2026-03-02\n---\n"
    assert parse(front + "# A\n\nText.\n").extra["heading"] == "A"
    assert "heading" not in parse(front + "# A\n\nText.\n\n# B\n\nText.\n").extra


def test_a_date_in_a_long_line_is_not_the_date_of_the_issue() -> None:
    assert parse("# T\n\nOn 2026-03-02 it rained.\n").date is not None
    assert parse("# T\n\nOn 2026-03-02 it rained, and then the sun came out again.\n").date is None


@pytest.mark.parametrize(
    ("line", "bullet"),
    [
        ("- **Lead:** rest", Bullet("Lead", "rest")),
        ("- **Lead** — rest", Bullet("Lead", "rest")),
        ("- **Bold** goes on", Bullet("", "**Bold** goes on")),
        ("- Lead: rest", Bullet("Lead", "rest")),
        ("- https://example.org/x", Bullet("", "https://example.org/x")),
        (
            "- a\n  - b\n    - c\n      - d",
            Bullet("", "a", (Bullet("", "b", (Bullet("", "c", (Bullet("", "d"),)),)),)),
        ),
        ("- a：   - b   - c", Bullet("a", "", (Bullet("", "b"), Bullet("", "c")))),
    ],
)
def test_leads_and_levels_of_bullets(line: str, bullet: Bullet) -> None:
    item = only(labelled("A", rest=f"**Summary:**\n\n{line}"))
    assert item.bullets == (bullet,)
