"""The words by which a text is found, and what a search asks for."""

from __future__ import annotations

import datetime as dt

import pytest

from newsletter.editions.search import asked, marking
from newsletter.editions.search.asked import Term, terms_of
from newsletter.editions.search.words import words_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Night ferries start", ["night", "ferry", "start"]),
        ("GPT-5 and C++", ["gpt", "5", "and", "c"]),
        ("港口潮汐", ["港口", "口潮", "潮汐", "汐"]),
        ("用AI做港口", ["用", "ai", "做港", "港口", "口"]),
        ("ＡＩ　ﬁnance", ["ai", "finance"]),
        ("Café Müller, CAFE", ["cafe", "muller", "cafe"]),
        ("Straße", ["strasse"]),
        ("Подъём цен", ["подъем", "цен"]),
        ("フェリー", ["ふぇ", "ぇり", "りー", "ー"]),
        ("ﾌｪﾘｰ ふぇりー", ["ふぇ", "ぇり", "りー", "ー", "ふぇ", "ぇり", "りー", "ー"]),
        ("부산항", ["부산", "산항", "항"]),
        ("हिन्दी समाचार", ["हिन्दी", "समाचार"]),
        ("الأَخبار", ["اخبار"]),
        ("أخبار وبالأخبار للأخبار أخـــبار", ["اخبار"] * 4),
        # Of what is left two letters, or it is no article; and not within a word.
        ("إلى الله مالك", ["الي", "له", "مالك"]),
        ("مدرسة على کتاب", ["مدرسه", "علي", "كتاب"]),
        ("٢٠٢٤ ۱۴۰۳ २०२५ １２", ["2024", "1403", "2025", "12"]),
        ("Łódź, Søren, Đà Nẵng", ["lodz", "soren", "da", "nang"]),
        ("Œuvre Ærø þing", ["oeuvre", "aero", "thing"]),
        ("ışık IŞIK İzmir", ["isik", "isik", "izmir"]),
        ("co\u00adopera\u00adtion", ["cooperation"]),
        ("ท่าเรือ", ["ท่", "่า", "าเ", "เร", "รื", "ือ", "อ"]),
        ("snake_case 🚢", ["snake", "case"]),
        ("buses, status, glass, news, AIs", ["buse", "status", "glass", "new", "ais"]),
        ("a" * 61 + " b", ["b"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert [word.text for word in words_of(text)] == expected


def test_words_stand_where_they_were_written() -> None:
    text = "Die ﬁnance 港口"
    found = [(text[word.start : word.end], word.text) for word in words_of(text)]
    assert found == [("Die", "die"), ("ﬁnance", "finance"), ("港口", "港口"), ("口", "口")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ferry ports", [Term(("ferry",)), Term(("port",))]),
        ("GPT-5", [Term(("gpt", "5"))]),
        ("港口潮汐", [Term(("港口", "口潮", "潮汐"))]),
        ("海", [Term(("海",), begins=True)]),
        ("港口 海", [Term(("港口",)), Term(("海",), begins=True)]),
        ("AI港口v1.2", [Term(("ai",)), Term(("港口",)), Term(("v1", "2"))]),
        ("ferry Ferries", [Term(("ferry",))]),
        ("— 。 \"'", []),
        ("Ferr* port", [Term(("ferr",), begins=True), Term(("port",))]),
        ("Straße*", [Term(("strasse",), begins=True)]),
        ('"Hello World" now', [Term(("hello", "world")), Term(("now",))]),
        ("“night ferry” «ports of call»", [Term(("night", "ferry")), Term(("port", "of", "call"))]),
        ("„Große Straße“ »oder so«", [Term(("grosse", "strasse")), Term(("oder", "so"))]),
        ('「港口潮汐」"AI 港口"', [Term(("港口", "口潮", "潮汐")), Term(("ai",)), Term(("港口",))]),
        # One that does not close is no more than a sign.
        ('27" screens', [Term(("27",)), Term(("screen",))]),
        ('"', []),
        # A letter begins too many words, a name has no open one, and pairs are found within a run.
        ("f* GPT-5* 港口* *", [Term(("f",)), Term(("gpt", "5")), Term(("港口",))]),
    ],
)
def test_terms(text: str, expected: list[Term]) -> None:
    assert list(terms_of(text)) == expected


def test_an_address_says_what_is_asked_for() -> None:
    found = asked.read(
        {"q": "  港口   GPT-5 ", "category": "ships", "source": "WWW.Example.org",
         "since": "2026-03-01", "until": "2026-03-31", "page": "7"}
    )  # fmt: skip
    assert (found.text, found.category, found.source) == ("港口 GPT-5", "ships", "example.org")
    assert (found.since, found.until) == (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    assert found.query == (
        "q=%E6%B8%AF%E5%8F%A3%20GPT-5&category=ships&source=example.org"
        "&since=2026-03-01&until=2026-03-31"
    )


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "empty"),
        ({"q": "  …  "}, "empty"),
        ({"q": "…", "category": "ships"}, "empty"),
        ({"q": "x" * 101}, "long"),
        ({"q": "a b c d e f g h i"}, "many"),
        ({"q": "ferry", "since": "tomorrow"}, "since"),
        ({"q": "ferry", "until": "2026-02-30"}, "until"),
        ({"source": "a b"}, "source"),
    ],
)
def test_what_cannot_be_looked_for(given: dict[str, str], why: str) -> None:
    with pytest.raises(asked.NotAsked) as caught:
        asked.read(given)
    assert caught.value.why == why


@pytest.mark.parametrize(
    ("text", "search", "expected"),
    [
        ("Ferries & <b>ports</b>", "ferry port",
         "<mark>Ferries</mark> &amp; &lt;b&gt;<mark>ports</mark>&lt;/b&gt;"),
        ("新港口潮汐观测", "港口潮汐", "新<mark>港口潮汐</mark>观测"),
        ("口潮 港口", "港口潮汐", "口潮 港口"),
        ("上海的海", "海", "上<mark>海</mark>的<mark>海</mark>"),
        ("GPT-5 beats GPT 4", "gpt-5", "<mark>GPT-5</mark> beats GPT 4"),
        ("CAFÉ", "cafe", "<mark>CAFÉ</mark>"),
        ("Ferries, a ferryman, no offer", "fer*",
         "<mark>Ferries</mark>, a <mark>ferryman</mark>, no offer"),
        ("Die Straßenbahn <b>der Straße</b>", "strass*",
         "Die <mark>Straßenbahn</mark> &lt;b&gt;der <mark>Straße</mark>&lt;/b&gt;"),
        ("أعلنت الأخبار وبالأخبار", "أخبار", "أعلنت <mark>الأخبار</mark> <mark>وبالأخبار</mark>"),
        ("أخبار وأخبارهم", "الأخبار", "<mark>أخبار</mark> وأخبارهم"),
        ("Łódź, Lodz", "lodz", "<mark>Łódź</mark>, <mark>Lodz</mark>"),
        ("Ærø und Aerosol", "ærø", "<mark>Ærø</mark> und Aerosol"),
        ("ふぇりー、フェリー", "ﾌｪﾘｰ", "<mark>ふぇりー</mark>、<mark>フェリー</mark>"),
        ("co\u00adopera\u00adtion", "cooperation", "<mark>co\u00adopera\u00adtion</mark>"),
        ("World hello, hello, world", '"hello world"', "World hello, <mark>hello, world</mark>"),
        ("Паром и паромы", "паром*", "<mark>Паром</mark> и <mark>паромы</mark>"),
        ("Müller, MÜLLER, Mu\u0308ller, Mueller, Muller, Mull", "mueller",
         "<mark>Müller</mark>, <mark>MÜLLER</mark>, <mark>Mu\u0308ller</mark>, "
         "<mark>Mueller</mark>, Muller, Mull"),
        ("Müller, Mueller, Muller", "Müller",
         "<mark>Müller</mark>, <mark>Mueller</mark>, <mark>Muller</mark>"),
        ("Århus, Aarhus, Tromsø", "aarhus tromsoe",
         "<mark>Århus</mark>, <mark>Aarhus</mark>, <mark>Tromsø</mark>"),
        ("Öffnungszeiten ＭÜＬＬＥＲ", "oeff* mueller",
         "<mark>Öffnungszeiten</mark> <mark>ＭÜＬＬＥＲ</mark>"),
        ("Does it? MS-DOS does.", "dos", "Does it? MS-<mark>DOS</mark> does."),
    ],
)  # fmt: skip
def test_what_was_found_is_marked(text: str, search: str, expected: str) -> None:
    assert marking.marked(text, terms_of(search)) == expected


def test_an_excerpt_is_of_the_text_with_most_of_it() -> None:
    texts = ["Nothing here.", "ferry", f"{'word ' * 30}the night ferry sails {'on and ' * 60}"]
    found = marking.excerpt(texts, terms_of("ferry night"))
    assert found.startswith("…") and found.endswith("…") and len(found) < 240
    assert "<mark>night</mark> <mark>ferry</mark> sails" in found
    assert marking.excerpt(["港口" * 200], ()) == "港口" * 90 + "…"
    assert marking.excerpt([], terms_of("ferry")) == ""


@pytest.mark.parametrize(
    ("text", "search", "expected"),
    [
        ("ﬁve cafe\u0301 港口", "cafe 港口", "ﬁve <mark>cafe\u0301</mark> <mark>港口</mark>"),
        ("Große Straßen, Straße", "straße", "Große Straßen, <mark>Straße</mark>"),
        ("\u1112\u1161\u11ab강 1", "한강", "<mark>\u1112\u1161\u11ab강</mark> 1"),
        ("ferryman, ferry_2, ferries", "ferry",
         "ferryman, <mark>ferry</mark>_2, <mark>ferries</mark>"),
        ("busy buses stay by", "stay", "busy buses <mark>stay</mark> by"),
        ("a GPT – 5, GPT港5", "gpt-5", "a <mark>GPT – 5</mark>, GPT港5"),
    ],
)  # fmt: skip
def test_marks_stand_where_it_was_written(text: str, search: str, expected: str) -> None:
    assert marking.marked(text, terms_of(search)) == expected


def test_an_excerpt_of_a_long_text_is_of_the_passage_that_has_it() -> None:
    paragraph = (
        "Nothing of the kind is told here, only that **much** is [told](https://a.example/). "
    )
    long = "\n\n".join([paragraph * 8] * 12 + ["The **night** ferry\nsails at *dawn*."])
    found = marking.excerpt(["", "A ferry", long], terms_of("ferry night"))
    assert found == "The <mark>night</mark> <mark>ferry</mark> sails at dawn."
    # What stands in an address alone is not what is shown.
    linked = f"See [this](https://ferry.example/night).\n\n{long}"
    assert "<mark>night</mark> <mark>ferry</mark>" in marking.excerpt(
        [linked], terms_of("ferry night")
    )
