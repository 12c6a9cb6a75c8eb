"""parse(write(d)) is d; whatever bytes come, an error or a digest, and no line is lost."""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.digest import Bullet, Digest, Item, Link, decode, parse
from newsletter.digest.cleaning import clear
from newsletter.digest.decoding import normal_lines
from newsletter.digest.front import read_front
from newsletter.digest.parsing import account
from newsletter.digest.problems import Problems

from .writing import write

# More by hand: `EXAMPLES=2000 pytest tests/digest/test_properties.py`.
EXAMPLES = int(os.environ.get("EXAMPLES", "40"))
FIXTURES = sorted((Path(__file__).parent.parent / "data" / "digests").glob("*.md"))
CONFIG = Path(__file__).parents[2] / "newsletter" / "config"
SAMPLES = sorted((CONFIG / "samples").glob("*.md"))

LETTERS = "abcXYZ市场动态产品 0189"
# Words as people write them: a letter at both ends, so that nothing is trimmed.
INSIDE = LETTERS + "「」（）—%&+~$，。、-"
words = st.from_regex(
    rf"[a-zA-Z市场动态产品]([{INSIDE}]{{0,24}}[a-zA-Z市场动态产品])?", fullmatch=True
).map(lambda text: " ".join(text.split()))
rich = st.one_of(
    words,
    st.builds("{} **{}** {}".format, words, words, words),
    st.builds("{} [{}](https://example.org/{})".format, words, words, st.integers(0, 99)),
    st.builds("{} `{}`".format, words, words),
)
names = st.from_regex(r"[a-zA-Z市场动态产品]{2,12}", fullmatch=True)
# A lead ends at its colon; a rest without one is not taken for another lead.
urls = st.builds(
    "https://example.org/{}{}".format,
    st.integers(0, 10**6),
    st.sampled_from(["", "?a=1&b=2", "#rd", "/(x)"]),
)
links = st.builds(Link, names.map(lambda name: f"Press {name}"), urls)
named = st.builds(Link, names.map(lambda name: f"Paper {name}"))
dates = st.dates(dt.date(2001, 1, 1), dt.date(2099, 12, 31))


def bullets(depth: int) -> st.SearchStrategy[Bullet]:
    children = st.lists(bullets(depth - 1), max_size=2).map(tuple) if depth else st.just(())
    return st.one_of(
        st.builds(Bullet, names, rich, children), st.builds(Bullet, st.just(""), rich, children)
    )


items = st.builds(
    Item,
    title=words,
    line=st.just(0),
    category=names,
    sources=st.lists(st.one_of(links, named), min_size=1, max_size=4).map(tuple),
    date=st.none() | dates,
    insight=st.lists(rich, min_size=1, max_size=3).map("\n\n".join),
    bullets=st.lists(bullets(2), min_size=1, max_size=4).map(tuple),
    body=st.lists(rich, max_size=2).map("\n\n".join),
)
digests = st.builds(
    Digest,
    shape=st.just("labelled"),
    title=words,
    date=dates,
    items=st.lists(items, min_size=1, max_size=4).map(tuple),
    intro=st.lists(rich, max_size=2).map("\n\n".join),
    tail_title=st.just("Further links"),
    tail_links=st.lists(links, min_size=1, max_size=3).map(tuple),
    language=st.sampled_from(["", "en", "zh-Hans"]),
)


def bare(digest: Digest) -> Digest:
    """Without what a file cannot say about itself."""
    return replace(
        digest,
        problems=(),
        extra={},
        sections=(),
        items=tuple(replace(item, line=0, last_line=0, lines={}) for item in digest.items),
    )


@settings(max_examples=EXAMPLES, deadline=None)
@given(digests)
def test_what_is_written_is_read_again(digest: Digest) -> None:
    again = parse(write(digest))
    assert not again.errors
    assert again.unclaimed_lines == ()
    assert bare(again) == digest


def test_the_samples_and_fixtures_survive_being_written() -> None:
    for path in [*SAMPLES, *FIXTURES]:
        digest = parse(path.read_text(), name=path.name, date=dt.date(2026, 3, 2))
        if digest.shape == "labelled" and not digest.unclaimed_lines:
            again = parse(write(digest), date=dt.date(2026, 3, 2))
            assert replace(bare(again), language="") == replace(bare(digest), language=""), path


CHARACTERS = re.compile(r"[A-Za-z0-9\u4e00-\u9fff]{2,}")


def texts_of(digest: Digest) -> str:
    def of(several: tuple[Bullet, ...]) -> str:
        return " ".join(f"{b.lead} {b.text} {of(b.children)}" for b in several)

    parts = [digest.title, digest.intro, digest.tail_title, str(digest.extra), str(digest.date)]
    parts += [f"{link.label} {link.url}" for link in digest.tail_links]
    for item in digest.items:
        parts += [item.title, item.category, item.insight, item.body, of(item.bullets)]
        parts += [f"{link.label} {link.url}" for link in item.sources]
        parts += [str(item.date), str(item.score), str(dict(item.extra))]
        parts += [*item.tags, *item.authors]
    return "\n".join(parts)


def lost_lines(text: str, digest: Digest, dropped: frozenset[int]) -> list[str]:
    """Lines of which some word is neither in the digest nor in an unclaimed range.

    `dropped` are those that were left out, of which the editor was told where they begin.
    """
    unclaimed = {n for first, last in digest.unclaimed_lines for n in range(first, last + 1)}
    # Part of such a line was left out, and that was said.
    unclaimed |= {p.line for p in digest.problems if p.code.endswith("-dropped")}
    kept = texts_of(digest)
    # Comments and marks of dialects are told of once a kind, at the first.
    source = text.split("\n")
    start = read_front(source, Problems()).end
    # Front matter without a fence is kept as facts, whose names are in no text.
    facts = {f"{name}: {value}".lower() for name, value in digest.extra.items()}
    marked = clear(source, start, Problems())
    lost = []
    for number, line in enumerate(marked.lines, 1):
        if number <= start or number in unclaimed | marked.dropped or number in dropped:
            continue
        found = CHARACTERS.findall(line)
        if line.strip().lower() in facts:
            continue
        if found and not any(word in kept or word.isdigit() for word in found):
            lost.append(line)
    return lost


# Label words become fields, dates become dates: they are no text of their own any more.
FIELD_WORDS = re.compile(
    "核心洞察|内容简介|简介|分类|来源|日期|摘要|核心内容|重要性|链接|原文|原文链接|Insight|Summary|"
    r"Category|Source|Date|Read more|endhighlight|highlight|\d+年\d+月\d+日"
)


@settings(max_examples=2 * EXAMPLES, deadline=None)
@given(
    st.sampled_from([*FIXTURES, *SAMPLES]),
    st.data(),
)
def test_mutated_bytes_are_an_error_or_a_digest_and_lose_no_line(
    path: Path, data: st.DataObject
) -> None:
    octets = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(octets) - 1))
        kind = data.draw(st.sampled_from(["cut", "put", "swap", "copy", "mark"]))
        if kind == "cut":
            del octets[at : at + data.draw(st.integers(1, 60))]
        elif kind == "put":
            octets[at:at] = data.draw(st.binary(max_size=4))
        elif kind == "swap":
            octets[at] = data.draw(st.integers(0, 255))
        elif kind == "copy":
            octets += octets[at : at + 200]
        else:
            mark = data.draw(
                st.sampled_from(["\n", "\n\n", "\n## ", "\n> ", "\n- ", "**", "```\n", "<!--",
                                 "-->", "\n---\n", "[", "](", "1、", "    ", "{%", "\t"])
            )  # fmt: skip
            octets[at:at] = mark.encode()
        if not octets:
            octets = bytearray(b"x")
    decoded = decode(bytes(octets))
    digest, reading = account(decoded.text, name=path.name)
    assert digest.items or digest.errors
    if digest.items and reading is not None:
        text = FIELD_WORDS.sub("", normal_lines(decoded.text))
        owners = reading.owners()
        dropped = frozenset(number for number, owner in owners.items() if owner == "dropped")
        assert lost_lines(text, digest, dropped) == []


@settings(max_examples=2 * EXAMPLES, deadline=None)
@given(st.text(max_size=400) | st.text("#>-*[]()`|：:、.0123\n \tab分类来源{%}<!->", max_size=400))
def test_any_text_is_an_error_or_a_digest(text: str) -> None:
    digest = parse(text, name="2026-03-02.md")
    assert digest.items or digest.errors


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    decoded = decode(data)
    assert decoded.encoding or [p.level for p in decoded.problems] == ["error"]
    parse(decoded.text)
