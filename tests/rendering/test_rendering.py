"""An issue and a selection -> HTML and text of the mail: same bytes either way, safe, in size."""

from __future__ import annotations

import html.parser
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter import rendering
from newsletter.archive import stylesheet
from newsletter.editions import BulletView, LinkView
from newsletter.rendering import neutral, pipeline, shortening
from newsletter.rendering.columns import shorten, width, wrap
from subscribers import styles, theme
from subscribers.choice import TAIL
from subscribers.links import Purpose
from tests import sample_issues as issues
from tests.conftest import ROOT
from tests.site_settings import configure


class Page(html.parser.HTMLParser):
    """What the tests ask of a page: tags with attributes, links, ids, text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def links(self) -> list[str]:
        return [a["href"] for tag, a in self.tags if tag == "a" and "href" in a]


# Same bytes ------------------------------------------------------------------------------------

ODD = st.sampled_from([
    "", "plain", "a & b < c > d", "“quotes” \"double\" 'single'", "5\u00a0km &nbsp; &copy;",
    "汉字，标点。", "**bold** and *it*", "`code` [link](https://example.org/a?b=1&c=2)",
    "\U0001f389\U0001f469\u200d\U0001f467 emoji", "line\nbreak", "- a\n- b\n\n1. c",
    "```\nx  <y>\n  z\n```", "| a | b |\n|---|---|\n| 1 | 2 |", "<b>raw</b> <i>x</i>",
    "![alt](https://example.org/p.png)", "> quoted\n> twice", *issues.HOSTILE[:-6],
])  # fmt: skip


@st.composite
def any_issue(draw: Any) -> tuple[Any, int]:
    language = draw(st.sampled_from(["en", "zh-Hans"]))
    kinds = issues.categories(language)
    items = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        bullets = draw(st.lists(st.tuples(ODD, ODD), max_size=2))
        sources = draw(st.lists(st.tuples(ODD, st.sampled_from(["", "https://a.example/é?x=[1]"]))))
        items.append(
            issues.item(
                number,
                draw(st.sampled_from(kinds[:3])),
                title=draw(ODD) or "x",
                insight=draw(ODD),
                body=draw(ODD),
                bullets=tuple(BulletView(lead, text) for lead, text in bullets),
                sources=tuple(LinkView(n, *source) for n, source in enumerate(sources)),
            )
        )
    tail = tuple(
        LinkView(n, draw(ODD), "https://example.org/t") for n in range(draw(st.integers(0, 2)))
    )
    made = issues.view(language=language, items=tuple(items), tail=tail, intro=draw(ODD))
    wanted = draw(st.sampled_from(issues.selections(made.category_mask)))
    return made, wanted | draw(st.sampled_from([0, TAIL]))


CASES = (any_issue(), st.sampled_from([6_000, 10_000, 14_000, 75_000]))


@given(*CASES)
@settings(max_examples=25, deadline=None)
def test_any_edition_from_pieces_is_byte_for_byte_the_one_rendered_alone(
    case: tuple[Any, int], target: int
) -> None:
    same_bytes(*case, target)


@pytest.mark.long
@given(*CASES)
@settings(max_examples=1000, deadline=None)
def test_a_thousand_editions_from_pieces_are_the_ones_rendered_alone(
    case: tuple[Any, int], target: int
) -> None:
    same_bytes(*case, target)


def same_bytes(view: Any, selection: int, target: int) -> None:
    # Each style in turn: which one follows from the case, so that a failure can be repeated.
    style = list(styles.STYLES)[(selection + len(view.items)) % len(styles.STYLES)]
    publication = issues.publication(view.language, theme={"style": style})
    was, shortening.TARGET = shortening.TARGET, target
    try:
        prepared = rendering.prepare(view, publication).edition(selection)
        alone = rendering.whole(view, publication, selection)
    finally:
        shortening.TARGET = was
    assert prepared == alone


@pytest.mark.parametrize(
    "style, language",
    [
        ("daily", "zh-Hans"),
        pytest.param("daily", "en", marks=pytest.mark.long),
        pytest.param("essay", "en", marks=pytest.mark.long),
        pytest.param("links", "en", marks=pytest.mark.long),
    ],
)
def test_all_31_selections_of_five_categories_have_the_bytes_of_one_rendered_alone(
    style: str, language: str
) -> None:
    view = issues.view(10, language)
    publication = issues.publication(language, theme={"style": style})
    prepared = rendering.prepare(view, publication)
    wanted = issues.selections(view.category_mask)
    assert len(wanted) == 31
    for selection in wanted:
        assert prepared.edition(selection | TAIL) == rendering.whole(
            view, publication, selection | TAIL
        )


def test_the_same_issue_gives_the_same_bytes_twice() -> None:
    view, publication = issues.view(10), issues.publication()
    one = rendering.prepare(view, publication).edition(view.mask)
    assert rendering.prepare(view, publication).edition(view.mask) == one


# What is in it ---------------------------------------------------------------------------------


def edition(view: Any = None, selection: int | None = None, **extra: Any) -> rendering.Rendered:
    view = view or issues.view(10)
    publication = issues.publication(view.language, **extra)
    wanted = view.mask if selection is None else selection
    return rendering.prepare(view, publication).edition(wanted)


def test_an_edition_has_its_items_and_says_what_is_left_out() -> None:
    made = edition(selection=0b00001)  # Business: items 5 and 10.
    page = Page(made.html)
    assert made.items == (1005, 1010)
    assert "What the new accounting rule asks of co-operatives" in page.text
    assert "A small bakery" not in page.text
    assert "2 items · 1 min read" in page.text
    assert "Categories in this mail: Business." in page.text
    assert "8 more items of this issue are in categories you have not chosen." in page.text
    assert "Also worth a look" not in page.text
    assert (
        "You get this mail because you subscribed to Harbour Daily at 127.0.0.1:8000." in page.text
    )


def test_a_full_edition_leaves_nothing_out_and_has_the_tail_links() -> None:
    made = edition()
    assert "more items of this issue" not in made.html + made.text
    for n in range(3):
        assert f"https://example.org/tail/{n}" in made.html
        assert f"https://example.org/tail/{n}" in made.text


def test_the_footer_has_every_personal_link_and_the_identity() -> None:
    made = edition()
    manage, unsubscribe, feed = (
        rendering.SLOTS[purpose] for purpose in (Purpose.MANAGE, Purpose.UNSUBSCRIBE, Purpose.FEED)
    )
    for link in (
        f"http://127.0.0.1:8000/s/m/{manage}/",
        f"http://127.0.0.1:8000/s/m/{manage}/#pause",
        f"http://127.0.0.1:8000/s/u/{unsubscribe}/",
        f"http://127.0.0.1:8000/s/f/{feed}/",
        f"http://127.0.0.1:8000/s/f/{feed}/issues/2026-03-02/",
        "http://127.0.0.1:8000/daily/subscribe/",
    ):
        assert link in Page(made.html).links
        assert link in made.text
    assert "Harbour Press, 1 Quay Street, Port" in made.html
    assert "Harbour Press, 1 Quay Street, Port" in made.text


def test_who_was_sent_it_on_may_ask_for_the_same_and_for_nothing_of_the_sender() -> None:
    whole, part = edition(), edition(selection=1 << 1)
    address = "http://127.0.0.1:8000/daily/subscribe/"
    assert address in Page(whole.html).links and f"{address}\n" in whole.text
    (link,) = [one for one in Page(part.html).links if one.startswith(address)]
    assert link.startswith(f"{address}?category=") and link in part.text
    assert "SUDI--SLOT" not in link


def test_the_contents_lead_to_the_items_in_the_order_of_the_bodies() -> None:
    page = Page(edition().html)
    ids = [a["id"] for _tag, a in page.tags if "id" in a]
    inside = [link for link in page.links if link.startswith("#")]
    assert len(inside) == 10
    assert [link[1:] for link in inside] == ids
    # The categories of this issue come back, so each entry names its own.
    assert re.search("What the new accounting rule .{,40} Business", page.text)
    numbers = [a["value"] for tag, a in page.tags if tag == "li" and "value" in a]
    assert numbers == [str(number) for number in range(1, 11)]
    assert "5. What the new accounting rule" in page.text


def test_an_issue_sorted_by_category_has_contents_by_category() -> None:
    kinds = issues.categories()
    sorted_items = tuple(issues.item(n, kinds[(n - 1) // 2]) for n in range(1, 7))
    view = issues.view(items=sorted_items)
    page = Page(edition(view).html)
    assert re.search("Business 2 ?Harbour opens .*Culture 2 ?A small bakery", page.text)
    assert "[Business]" in edition(view).text
    # A selection of it stays sorted; where a category came back it would not be.
    assert "[Science]" in edition(view, 0b110 | 0b1).text
    assert "[" not in edition(issues.view(6)).text.split("Harbour opens")[0]


@pytest.mark.parametrize("style", list(styles.STYLES))
def test_headline_and_source_are_links_to_the_original(style: str) -> None:
    kinds = issues.categories()
    several = (
        LinkView(1, "The Paper", "https://a.example/1"),
        LinkView(2, "", "https://b.example/2"),
    )
    items = (
        issues.item(1, kinds[0], sources=several),
        issues.item(2, kinds[0], sources=(LinkView(3, "A book", ""),)),
        issues.item(3, kinds[0], title="See [there](https://c.example/3)", sources=several[:1]),
    )
    made = edition(issues.view(items=items), theme={"style": style})
    body = made.html.split('id="item-1"', 1)[-1] if 'id="item-1"' in made.html else made.html
    links = Page(body).links
    assert links.count("https://a.example/1") == 3  # twice of the first, once of the third
    assert links.count("https://b.example/2") == 1
    assert "b.example" in Page(body).text  # A source without a name is named by its host.
    assert "A book" in Page(body).text
    assert links.count("https://c.example/3") == 1  # A link inside another one is no HTML.
    # Where no source has an address, the headline leads to the page.
    assert "http://127.0.0.1:8000/daily/2026-03-02/#item-2" in links


def test_only_the_first_item_of_an_edition_is_its_lead() -> None:
    def sizes(html: str) -> list[str]:
        return re.findall(r"<h2[^>]*font-size:(\d+)px[^>]*>\d", html)

    view = issues.view(10)
    assert sizes(edition(view).html) == ["28", *["20"] * 9]
    # Whoever chose two categories has a lead story of their own.
    culture = edition(view, 0b10)
    assert sizes(culture.html) == ["28", "20"]
    assert sizes(edition(view, theme={"style": "essay"}).html) == ["27"] * 10


@pytest.mark.parametrize("style, count, has", [
    ("daily", 3, False), ("daily", 4, True), ("essay", 7, False), ("essay", 8, True),
    ("links", 40, False),
])  # fmt: skip
def test_contents_stand_where_they_help(style: str, count: int, has: bool) -> None:
    # All in one category and short, so that nothing is shortened.
    kinds = issues.categories()
    items = tuple(issues.item(n, kinds[0], insight="", bullets=()) for n in range(1, count + 1))
    made = edition(issues.view(items=items), theme={"style": style})
    assert ("In this issue" in made.html, "In this issue" in made.text) == (has, has)


@pytest.mark.parametrize("style", list(styles.STYLES))
def test_a_shortened_mail_names_every_item_once(style: str) -> None:
    view = issues.view(133, tail=())
    made = edition(view, theme={"style": style})
    assert made.shortened
    assert made.size <= shortening.TARGET
    assert sorted(re.findall(r'name="i(\d+)"', made.html), key=int) == [
        str(number) for number in range(1, 134)
    ]
    for item in view.items:
        assert len(re.findall(rf"{re.escape(item.title)}\s*</a>", made.html)) == 1


def _sorted_view(counts: dict[int, int]) -> Any:
    """Items by category: index of the category -> how many of it."""
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    categories = issues.categories()
    return issues.view(
        items=tuple(
            issues.item(n, categories[kind], insight="", bullets=())
            for n, kind in enumerate(kinds, 1)
        )
    )


@pytest.mark.parametrize(
    ("view", "selection", "sections"),
    [
        # Twenty titles are a list to look through.
        (_sorted_view({0: 12, 1: 8}), None, []),
        (_sorted_view({0: 12, 1: 9}), None, [("i1", "Business 12"), ("i13", "Culture 9")]),
        # Of each edition its own: without Culture the first of Science is another number, and one
        # section alone leads nowhere.
        (
            _sorted_view({0: 12, 1: 9, 2: 10}),
            0b101,
            [("i1", "Business 12"), ("i22", "Science 10")],
        ),
        (_sorted_view({0: 30, 1: 9}), 0b1, []),
        # Categories that come back part nothing: tens do.
        (
            issues.view(items=issues.view(23).items, tail=()),
            None,
            [("i1", "1–10"), ("i11", "11–20"), ("i21", "21–23")],
        ),
        (issues.view(items=issues.view(21).items, tail=()), None,
         [("i1", "1–10"), ("i11", "11–20"), ("i21", "21")]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("style", list(styles.STYLES))
def test_contents_of_many_items_are_their_sections(
    style: str, view: Any, selection: int | None, sections: list[tuple[str, str]]
) -> None:
    made = edition(view, selection, theme={"style": style})
    found = re.findall(r'<a(?= )[^>]* href="#(i\d+)"[^>]*>(.*?)</a>(.*?)(?=<a |</td>)', made.html)
    shown = [
        (at, " ".join(re.sub(r"<[^>]*>|&nbsp;", " ", f"{name} {count}").split()))
        for at, name, count in found
    ]
    assert shown[: len(sections)] == sections
    if len(made.items) > 20:
        assert len(shown) == len(sections)
        assert ("In this issue" in made.html) == bool(sections)
    for at, _name in sections:
        assert made.html.count(f'name="{at}"') == 1


def test_the_text_part_tells_the_numbers_of_each_section() -> None:
    text = edition(_sorted_view({0: 12, 1: 9})).text
    assert "\nIn this issue\n  1–12  [Business]\n  13–21  [Culture]\n" in text
    assert "In this issue" not in edition(issues.view(items=issues.view(23).items)).text


@pytest.mark.parametrize(
    "selection, order",
    [
        (None, [1, "contents", 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        # Whoever chose some categories has another lead story, and the contents behind that one.
        (0b00111, [2, "contents", 4, 5, 7, 9, 10]),
    ],
)
def test_the_lead_story_comes_before_the_contents(
    selection: int | None, order: list[object]
) -> None:
    view = issues.view(10)

    def read(html: str) -> list[object]:
        found = re.findall(r'name="i(\d+)"|(In this issue)', html)
        return [int(number) if number else "contents" for number, _name in found]

    assert read(edition(view, selection).html) == order
    essay = read(edition(view, selection, theme={"style": "essay"}).html)
    # Six items are too few for contents in that style.
    assert essay == ["contents"] * (selection is None) + [one for one in order if one != "contents"]


def test_a_lead_story_told_in_brief_leaves_the_contents_first() -> None:
    kinds = issues.categories()
    long = issues.item(1, kinds[0], body="A word. " * 2_000)
    items = (long, *(issues.item(n, kinds[n // 70]) for n in range(2, 134)))
    html = edition(issues.view(items=items)).html
    assert html.index("In this issue") < html.index('name="i2"')


def test_one_item_alone_has_no_contents() -> None:
    made = edition(issues.view(1))
    assert "In this issue" not in made.html
    assert "In this issue" not in made.text


def test_the_page_speaks_the_language_of_the_issue() -> None:
    made = edition(issues.view(10, "zh-Hans"))
    page = Page(made.html)
    name, attributes = page.tags[0]
    assert (name, attributes["lang"], attributes["dir"]) == ("html", "zh-Hans", "ltr")
    for words in (
        "2026年3月2日 星期一",
        "共 10 条 · 约 4 分钟读完",
        "本期内容",
        "退订",
    ):
        assert words in page.text
    assert "阅读原文" in made.text
    assert "PingFang SC" in made.html
    assert "Categories" not in made.html + made.text


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_text_part_has_every_link_of_the_html_part(language: str) -> None:
    for count in (1, 10, 133):
        made = edition(issues.view(count, language))
        for link in Page(made.html).links:
            assert link.startswith("#") or link in made.text, link


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_text_part_is_numbered_and_wrapped_by_display_width(language: str) -> None:
    made = edition(issues.view(10, language))
    for line in made.text.splitlines():
        assert width(line) <= 72 or "://" in line, line
    title = {"en": "Bees return to the old quarry", "zh-Hans": "蜜蜂回到旧采石场"}[language]
    assert f"\n 8. {title}\n" in made.text
    assert "\r" not in made.text
    assert made.text.endswith("\n")


def test_no_style_needs_another_host() -> None:
    for name, attributes in Page(edition().html).tags:
        assert name not in ("link", "script", "iframe", "form", "object", "embed", "base")
        assert "src" not in attributes
        assert "url(" not in attributes.get("style", "")


# Subject and preheader -------------------------------------------------------------------------


def test_subject_and_preheader_come_from_the_items_of_this_edition() -> None:
    both = edition(selection=0b00001)
    assert both.subject == "What the new accounting rule asks of co-operatives, and 1 more"
    assert both.preheader == "An open standard for parcel lockers"
    single = edition(issues.view(1))
    assert single.subject == "Harbour opens the night ferry to the islands"
    assert single.preheader.startswith("The decision matters less for the money")
    chinese = edition(issues.view(10, "zh-Hans"), selection=0b01000)  # Items 1 and 6.
    assert chinese.subject == "港口夜航轮渡下月开通，往返岛屿不再绕行 等 2 条"
    assert chinese.preheader == "芯片厂商年内第二次下调预期"


def test_the_editors_own_subject_and_preheader_win() -> None:
    made = edition(issues.view(3, subject="特刊 🎉 Special", preheader="Read me first"))
    assert (made.subject, made.preheader) == ("特刊 🎉 Special", "Read me first")


def test_the_preheader_stands_first_and_nothing_leaks_in_behind_it() -> None:
    made = edition()
    text = Page(made.html.partition("<body")[2]).text.partition(">")[2].strip()
    assert text.startswith(made.preheader)
    behind = text[len(made.preheader) :]
    pad = re.match("[\u034f\u200c\u00a0 ]*", behind)
    assert pad and len(pad.group().replace(" ", "")) >= 100


# Size ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_133_items_fit_and_every_one_of_them_is_named(language: str) -> None:
    view = issues.view(133, language)
    made = edition(view)
    page = Page(made.html)
    assert made.size == len(made.html.encode()) <= 75_000
    assert made.shortened
    for one in view.items:
        assert one.title in page.text
        assert f"{one.number}. {one.title[:20]}" in made.text
    assert "http://127.0.0.1:8000/daily/2026-03-02/#item-133" in page.links
    told = {"en": "This issue is too long for a mail.", "zh-Hans": "本期内容较多"}[language]
    assert told in page.text
    assert told in made.text


def test_a_long_essay_among_short_items_does_not_push_them_out() -> None:
    kinds = issues.categories()
    essay = issues.item(1, kinds[0], body="A sentence of the essay. " * 4000)
    view = issues.view(items=(essay, *(issues.item(n, kinds[n % 5]) for n in range(2, 6))))
    made = edition(view)
    assert made.size <= 75_000
    assert made.html.count('<h2 class="title"') == 4
    assert "A sentence of the essay. A sentence" not in made.html


def test_an_edition_that_cannot_be_short_enough_is_refused() -> None:
    with pytest.raises(rendering.TooLarge, match="above 102,000 bytes"):
        edition(issues.view(1000))


def test_a_selection_of_nothing_is_refused() -> None:
    with pytest.raises(rendering.RenderingError, match="at least one item"):
        edition(selection=TAIL)


# The guard -------------------------------------------------------------------------------------

SLOTTED = " ".join(rendering.SLOTS.values())
PAGE = (
    "<!doctype html><html><head><style>/* inline */ p { color: red }</style>"
    "<style>@media (max-width: 9px) { p { margin: 0 !important } }</style></head>"
    f"<body><!--[if mso]><b>x</b><![endif]--><p>{SLOTTED}</p></body></html>"
)


def test_inlining_keeps_what_the_guard_watches() -> None:
    made = pipeline.inline(PAGE)
    assert made.startswith("<!DOCTYPE html>")
    assert "@media (max-width: 9px) { p { margin: 0 !important } }" in made
    assert '<p style="color:red">' in made


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<!DOCTYPE html>", "", "doctype"),
        ("<!--[if mso]><b>x</b><![endif]-->", "", "conditional comment"),
        ("<b>x</b>", "<b>y</b>", "conditional comment"),
        (" !important", "", "media queries"),
        (rendering.SLOTS[Purpose.UNSUBSCRIBE], "", "personal link"),
        ("SUDI--SLOT--MANAGE", "SUDI%20SLOT--MANAGE", "personal link"),
    ],
)
def test_the_guard_refuses_what_inlining_damaged(old: str, new: str, message: str) -> None:
    made = pipeline.inline(PAGE)
    assert old in made
    with pytest.raises(rendering.RenderingError, match=message):
        pipeline.guard(PAGE, made.replace(old, new, 1))


def test_a_template_that_lost_a_mark_or_a_name_says_so(tmp_path: Any, settings: Any) -> None:
    folder = tmp_path / "templates" / "emails"
    folder.mkdir(parents=True)
    configure(settings, DATA_DIR=tmp_path)
    pipeline.environment.cache_clear()
    original = (ROOT / "templates" / "emails" / "issue.mjml").read_text()
    try:
        for old, new, message in (
            (
                "<mj-raw>{{ cut.close() }}{{ cut.open(",
                "<mj-raw>{{ cut.open(",
                "not closed",
            ),
            ("{{ ground.page }}", "{{ ground.gape }}", "gape"),
            ("<mj-head>", "<mj-head", "MJML"),
        ):
            (folder / "issue.mjml").write_text(original.replace(old, new, 1))
            pipeline.environment.cache_clear()
            with pytest.raises(rendering.RenderingError, match=message):
                edition()
    finally:
        pipeline.environment.cache_clear()


def test_a_publication_may_have_a_template_of_its_own(tmp_path: Any, settings: Any) -> None:
    folder = tmp_path / "templates" / "emails" / "daily"
    folder.mkdir(parents=True)
    configure(settings, DATA_DIR=tmp_path)
    original = (ROOT / "templates" / "emails" / "issue.mjml").read_text()
    own = original.replace("{{ style.masthead() }}", "<mj-text>On {{ date }}</mj-text>", 1)
    (folder / "issue.mjml").write_text(own)
    pipeline.environment.cache_clear()
    try:
        assert "On Monday, 2 March 2026" in edition().html
        assert "On Monday" not in edition(slug="weekly").html
    finally:
        pipeline.environment.cache_clear()


# Hostile content -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", issues.HOSTILE)
def test_hostile_content_is_harmless_in_mail(text: str) -> None:
    view = issues.hostile(text)
    publication = issues.publication(name=text[:100], postal_identity=text[:300])
    publication.from_name = text[:100]
    made = rendering.prepare(view, publication).edition(view.mask)
    page = Page(made.html)
    for name, attributes in page.tags:
        assert name not in ("script", "svg", "iframe", "object", "form", "mj-text", "mj-section")
        assert not [key for key in attributes if key.startswith("on")]
        for key in ("href", "src"):
            assert re.match(r"(https?://|mailto:|#|\Z)", attributes.get(key, ""))
        assert "position" not in attributes.get("style", "")
    both = made.html + made.text + made.subject + made.preheader
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", both)
    assert "\n" not in made.subject + made.preheader
    for slot in rendering.SLOTS.values():
        often = {"MANAGE": (2, 2), "FEED": (3, 2)}.get(slot.strip("-").rpartition("-")[2], (1, 1))
        assert (made.html.count(slot), made.text.count(slot)) == often
    assert not re.search(r"<!--[~=]", made.html)
    # The neighbours are whole.
    for number in (1, 3):
        assert f'id="i{number}"' in made.html
    assert made == rendering.whole(view, publication, view.mask)
    for value in made.headers.values():
        assert value.isascii()
        assert not re.search(r"\r\n[^ ]|(?<!\r)\n|\r(?!\n)", value)


def test_what_scripts_and_emoji_need_stays() -> None:
    for text in ("\U0001f469\u200d\U0001f469\u200d\U0001f467", "می‌خواهم", "é", "ไม่ได้", "नमस्ते"):
        assert neutral.text(text) == text


def test_addresses_become_plain_ascii() -> None:
    assert neutral.address("https://例子.example/路径?q=é#ö") == (
        "https://xn--fsqu00a.example/%E8%B7%AF%E5%BE%84?q=%C3%A9#%C3%B6"
    )
    assert (
        neutral.address("https://example.org/a%20b?x=1&y=2") == "https://example.org/a%20b?x=1&y=2"
    )
    for bad in (
        "javascript:alert(1)",
        "ftp://example.org",
        "https://",
        "https://a b",
    ):
        assert neutral.address(bad) == ""


# Columns ---------------------------------------------------------------------------------------


def test_wrapping_knows_wide_characters_and_their_punctuation() -> None:
    assert wrap("汉字" * 5, columns=8) == "汉字汉字\n汉字汉字\n汉字"
    # No line begins with a full stop or ends with an opening bracket.
    assert wrap("一二三四。五", columns=8) == "一二三\n四。五"
    assert wrap("一二三「四」", columns=8) == "一二三\n「四」"
    assert wrap("see https://example.org/a-long-one now", columns=12) == (
        "see\nhttps://example.org/a-long-one\nnow"
    )
    assert wrap("a b", "- ", "  ", columns=4) == "- a\n  b"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        # Korean: between words only, whatever stands in them.
        ("낡은 부두는 백로에게", "낡은\n부두는\n백로에게"),
        ("「서울」은 봄이다", "「서울」은\n봄이다"),
        ("漢字를 KTX는 3월부터", "漢字를\nKTX는\n3월부터"),
        ("ㅋㅋㅋㅋ 정말요?", "ㅋㅋㅋㅋ\n정말요?"),
        # Japanese: anywhere but before small letters, marks of length, of repetition, brackets.
        ("夜間フェリーは", "夜間フェ\nリーは"),
        ("あちこちっと", "あちこ\nちっと"),
        ("一二三四々五", "一二三\n四々五"),
        ("一二三「四」", "一二三\n「四」"),
        # Chinese beside Korean is still Chinese.
        ("他去了서울看花海", "他去\n了서울看\n花海"),
    ],
)
def test_korean_is_broken_at_spaces_and_japanese_by_its_rules(text: str, lines: str) -> None:
    assert wrap(text, columns=8) == lines


@given(
    st.text(alphabet="ab 汉字，。「」\U0001f469\u200d\U0001f467\u0301-", max_size=60),
    st.integers(4, 30),
)
def test_wrapping_loses_nothing(text: str, columns: int) -> None:
    made = wrap(text, columns=columns)
    assert "".join(made.split()) == "".join(text.split())


@given(
    st.text(alphabet="ab 汉字，。\U0001f469\u200d\U0001f467\u0301", max_size=60), st.integers(6, 30)
)
def test_shortened_text_fits_and_is_a_beginning(text: str, most: int) -> None:
    made = shorten(text, most)
    assert made == text or width(made) <= most
    assert text.startswith(made.removesuffix("…"))


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("🇩🇪🇫🇷🇮🇹🇪🇸", 6, "🇩🇪🇫🇷…"), ("x🇩🇪🇫🇷🇮🇹🇪🇸", 6, "x🇩🇪🇫🇷…"), ("ab 🇩🇪🇫🇷🇮🇹🇪🇸", 6, "ab 🇩🇪…"),
        ("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 6, "👩‍👩‍👧👩‍👩‍👧…"), ("👍🏽👍🏽👍🏽👍🏽", 6, "👍🏽👍🏽…"),
        ("1️⃣1️⃣1️⃣1️⃣", 6, "1️⃣1️⃣…"),
        ("e\u0301" * 9, 6, "e\u0301" * 5 + "…"), ("กำกำกำกำกำกำกำ", 6, "กำกำ…"),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿🏴󠁧󠁢󠁥󠁮󠁧󠁿🏴󠁧󠁢󠁥󠁮󠁧󠁿🏴󠁧󠁢󠁥󠁮󠁧󠁿", 6, "🏴󠁧󠁢󠁥󠁮󠁧󠁿🏴󠁧󠁢󠁥󠁮󠁧󠁿…"),
        ("한국어한국어", 6, "한국…"),
    ],
)  # fmt: skip
def test_d9_a_text_is_never_cut_inside_a_grapheme(text: str, most: int, cut: str) -> None:
    assert shorten(text, most) == cut


# Look ------------------------------------------------------------------------------------------


def test_a_typeface_is_in_mail_and_site() -> None:
    usual = issues.publication(theme={"style": "daily"})
    other = issues.publication(theme={"style": "daily", "typeface": "serif"})
    view = issues.view(2)
    mails = [rendering.prepare(view, one).edition(view.mask).html for one in (usual, other)]
    assert ["Charter,Iowan" in mail for mail in mails] == [False, True]
    assert ["Georgia,serif !important" in mail for mail in mails] == [False, True]
    sheets = [stylesheet.stylesheet(one, []) for one in (usual, other)]
    assert ["--face:Charter,Iowan" in sheet for sheet in sheets] == [False, True]
    assert "Songti SC" in sheets[1]


COLOURS = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


@given(COLOURS, COLOURS, st.sampled_from(list(styles.STYLES)))
def test_any_accent_stays_legible_in_light_and_dark(accent: str, dark: str, style: str) -> None:
    look = theme.load({"accent": accent, "accent_dark": dark, "style": style})
    light, night = look.style.light, look.style.dark
    chip = theme.chip(accent, None)
    for text, back in (
        (look.on_band, look.band),
        (look.band_muted, look.band),
        (look.on_dark_band, look.dark_band),
        (look.dark_band_muted, look.dark_band),
        (look.accent, light.paper),
        (look.accent, look.call_out),
        (look.dark_accent, night.paper),
        (look.dark_accent, look.dark_call_out),
        (light.ink, look.call_out),
        (night.ink, look.dark_call_out),
        (light.muted, light.paper),
        (light.muted, light.page),
        (night.muted, night.paper),
        (night.muted, night.page),
        (chip.text, light.paper),
        (chip.dark_text, night.paper),
    ):
        assert theme.contrast(text, back) >= 4.5, (text, back)
    assert theme.contrast(chip.text, chip.back) >= 4.5
    assert theme.contrast(chip.dark_text, chip.dark_back) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_theme_is_checked() -> None:
    assert theme.problems({}) == []
    assert theme.problems({
        "accent": "#123abc", "logo": "/static/l.png", "logo_alt": "L", "logo_width": 120,
        "logo_height": 40,
    }) == []  # fmt: skip
    assert theme.problems({"accent": "red", "colour": 1}) == [
        "Unknown setting “colour”.",
        "“accent”: write a colour as #rrggbb.",
    ]
    assert theme.problems({"logo": "javascript:x"}) == [
        "“logo”: write an https address or a path on this site.",
        "“logo_alt”: say in words what the logo shows.",
        "“logo_width”: write a whole number from 1 to 560.",
        "“logo_height”: write a whole number from 1 to 200.",
    ]
    assert theme.problems([]) == ["The look must be a set of names and values."]


def test_a_logo_has_words_and_a_size() -> None:
    look = {"logo": "/static/logo.png", "logo_alt": "A gull", "logo_width": 90, "logo_height": 30}
    made = edition(theme=look)
    images = [a for tag, a in Page(made.html).tags if tag == "img"]
    assert [(i["src"], i["alt"], i["width"], i["height"]) for i in images] == [
        ("http://127.0.0.1:8000/static/logo.png", "A gull", "90", "30")
    ]
    assert "<img" not in edition(theme={**look, "logo_alt": ""}).html
