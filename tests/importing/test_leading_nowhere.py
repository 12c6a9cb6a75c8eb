"""Pictures and links that no reader can follow: told on import, and no marks to readers."""

from __future__ import annotations

import re

import pytest

from newsletter import editions, importing, rendering
from newsletter.models import Issue
from tests import builders

pytestmark = pytest.mark.django_db

NOWHERE = [
    "file:///home/ada/a.png", "FILE:///C:/a.png", "<file:///a b.png>", "javascript:alert(1)",
    "vbscript:x", "data:text/html;base64,PHA+", "/relative.png", "images/a.png", "cid:part1",
    "blob:http://example.org/1", r"C:\pictures\a.png", r"\\server\share\a.png", "about:blank",
    "obsidian://open?x=1", "attachment:a.png", "content://media/1", "ms-word:ofe|u|x",
]  # fmt: skip
_DOCUMENT = """# Harbour Daily - 2026-03-02

{intro}

## A ship came in

> **Category:** Ships
> **Source:** [The Paper](https://example.org/story)

**Insight:** {insight}

**Summary:**

- **One:** {bullet}
- Two

A paragraph {body} of its own.
"""
_HELD = dict.fromkeys(("intro", "insight", "bullet", "body"), "What it means.")


def taken(**texts: str) -> tuple[list[tuple[int, str]], rendering.Rendered]:
    """What was told of a document with these texts, and the mail made of it."""
    publication = builders.publication()
    content = _DOCUMENT.format(**{**_HELD, **texts}).encode()
    report = importing.import_digest(publication, content, "a.md", create_categories=True)
    view = editions.load(Issue.objects.get())
    told = [(p.line, p.code) for p in report.problems if p.level == "warning"]
    return told, rendering.prepare(view, publication).edition(view.mask)


def seen(made: rendering.Rendered) -> str:
    return re.sub(r"<[^>]+>", "", made.html.partition("<body")[2]) + made.text


@pytest.mark.parametrize("target", NOWHERE)
def test_a_picture_that_is_nowhere_is_told_and_shown_as_its_words(target: str) -> None:
    told, made = taken(body=f"with ![Two boats]({target})")
    assert told == [(17, "picture-missing")]
    assert "with Two boats of its own." in made.text
    assert "](" not in seen(made) and target.strip("<>") not in made.html + made.text
    # No frame of a picture that is not there.
    assert not [tag for tag in re.findall(r"<img[^>]*>", made.html) if "src=" not in tag]


PLACES = ("insight", "bullet", "body", "intro")


@pytest.mark.parametrize(
    ("target", "place"),
    [
        *((target, PLACES[number % 4]) for number, target in enumerate(NOWHERE)),
        *(("javascript:alert(1)", place) for place in PLACES),
    ],
)
def test_a_link_that_leads_nowhere_is_told_wherever_it_stands(target: str, place: str) -> None:
    told, made = taken(**{place: f"see [the log]({target}) and more"})
    assert [code for _line, code in told] == ["link-unsafe"]
    assert "see the log and more" in " ".join(made.text.split())
    assert "](" not in seen(made) and target.strip("<>") not in made.html


def test_what_leads_somewhere_or_is_code_is_no_fault() -> None:
    told, made = taken(
        intro="See [below](#notes), [us](mailto:a@example.org), [it](//example.org/a).",
        insight="Write `[x](file:///a)` to [them](https://example.org/a_(b)).",
        bullet="As in ``![x](/a.png)``.",
    )
    assert told == []
    assert "[x](file:///a)" in made.text and "![x](/a.png)" in made.text


def test_a_picture_that_stands_twice_is_told_once() -> None:
    told, _made = taken(body="![a](x.png) and ![b](x.png)", insight="With ![c](y.png).")
    assert sorted(code for _line, code in told) == ["picture-missing", "picture-missing"]
