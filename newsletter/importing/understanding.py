"""A document and the answers to it -> the digest. Pure."""

from __future__ import annotations

import codecs
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from newsletter.digest import Digest, Layout, Role, parse, shapes
from newsletter.digest.dates.reading import Span
from newsletter.digest.json_form import read_json
from newsletter.digest.keys import EVERY, ONE_PIECE
from newsletter.digest.problems import Problems

from .answers import Answers

_WHOLE = "document"  # the shape of a document that is one item


@dataclass(frozen=True, slots=True)
class Document:
    """What came in: its text with `\\n` as line ends, and what was said of it as a whole.

    `name` is the file's name or path, empty for pasted text. `form` is "markdown" or "json".
    `title` and `date` answer what the document does not say. `shape` is the one that was asked for;
    empty, what is remembered decides, and with "auto" the evidence.
    """

    text: str
    name: str = ""
    shape: str = ""
    labels: Mapping[str, object] | None = None
    title: str = ""
    date: dt.date | None = None
    form: str = "markdown"


def form_of(form: str, name: str, data: bytes) -> str:
    """The form of a document: as was said, else by the name's ending, else by its braces."""
    if form:
        return form
    inner = data.removeprefix(codecs.BOM_UTF8).strip()
    if name.lower().endswith(".json") or (not name and inner[:1] == b"{" and inner[-1:] == b"}"):
        return "json"
    return "markdown"


def understand(
    document: Document, layout: Layout, answers: Answers, problems: Problems, span: Span = "ask"
) -> tuple[Digest, Answers]:
    """Read the document by the remembered `layout` and `span`, and the `answers` over them.

    Also the answers with what was said of line numbers under the structure keys of these lines.
    """
    span = answers.span or span
    document, answers = _with_shape(document, layout, answers, span)
    digest = _parse(document, answers.layout(layout), answers, span)
    if not answers.places:
        return digest, answers
    answers = _by_key(digest, answers, problems)
    return _parse(document, answers.layout(layout), answers, span), answers


def _with_shape(
    document: Document, layout: Layout, answers: Answers, span: Span
) -> tuple[Document, Answers]:
    """The document with the shape it is read by, and a shape that was given as an answer, too.

    Given to a document that would be a single item, it answers that, as a click does; else it is
    the shape of every document. What it changes nothing of is no answer.
    """
    given = document.shape
    if not given:
        return replace(document, shape=layout.shapes.get(EVERY, shapes.AUTO)), answers
    if given == shapes.AUTO or document.form == "json":
        return document, answers
    known = answers.layout(layout)
    alone = _parse(replace(document, shape=shapes.AUTO), known, answers, span)
    if alone.items == _parse(document, known, answers, span).items:
        return document, answers
    key = ONE_PIECE if len(alone.items) == 1 and alone.shape == _WHOLE else EVERY
    return document, replace(answers, shapes={**answers.shapes, key: given})


def _parse(document: Document, layout: Layout, answers: Answers, span: Span) -> Digest:
    if document.form == "json":
        return read_json(document.text, document.title, document.date)
    return parse(
        document.text,
        name=document.name,
        shape=document.shape,
        labels=document.labels,
        title=document.title,
        date=document.date,
        layout=layout,
        confirmed=answers.confirmed,
        span=span,
    )


def _by_key(digest: Digest, answers: Answers, problems: Problems) -> Answers:
    """Each range of lines as the key of what is asked, or was decided, about them."""
    askable = [*digest.open, *(lines for lines, _role in digest.decided)]
    lines: dict[str, Role] = dict(answers.lines)
    for (first, last), role in answers.places.items():
        keys = [one.key for one in askable if one.first <= last and first <= one.last]
        if not keys:
            problems.error("lines-not-open", {"first": first, "last": last}, first)
        lines.update(dict.fromkeys(keys, role))
    return replace(answers, lines=lines, places={})
