"""The shapes of what the interface takes and gives, as its published description has them.

What is given is built by hand and not validated again on its way out: reading an issue would take
twice as long. `tests/intake/test_schemathesis.py` holds every answer against these.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from newsletter.digest import shapes
from newsletter.importing.questions import CONFIRMABLE
from newsletter.models import Issue

Text = Annotated[str, StringConstraints(max_length=500)]
if TYPE_CHECKING:
    # A checker takes no values that are known only when it runs.
    Shape: TypeAlias = str
    Confirmable: TypeAlias = str
    State: TypeAlias = str
    Channels: TypeAlias = str
else:
    Shape = Literal[tuple(shapes.names())]
    Confirmable = Literal[tuple(sorted(CONFIRMABLE))]
    State = Literal[tuple(Issue.State.values)]
    Channels = Literal[tuple(Issue.Channels.values)]


class PutOptions(Schema):
    """How a document is to be read: the options of `import_digest`, by the same names."""

    model_config = ConfigDict(extra="forbid")

    create_categories: bool = Field(
        default=False, description="Create categories the publication does not have."
    )
    name: str = Field(
        default="", max_length=200, description="The file's name or path: its date may be there."
    )
    edition: str = Field(
        default="",
        max_length=40,
        description="Which of two issues of a day this is, like `evening`.",
    )
    shape: Shape = Field(default=shapes.AUTO, description="How items are written.")
    title: str = Field(default="", max_length=300, description="For a document without a title.")
    date: dt.date | None = Field(
        default=None, description="For a document that names no date, or two."
    )
    span: Literal["", "last"] = Field(
        default="", description="`last`: of a span of days, the last is the date, now and later."
    )
    lines: list[Text] = Field(
        default=[],
        max_length=200,
        description="LINES=ROLE or KEY=ROLE: what lines are, by number (`12-14`) or by the `key` of"
        " a question; a role is item, above, introduction, tail or left-out.",
    )
    map: list[Text] = Field(
        default=[],
        max_length=500,
        description="FROM=TO: under which category items go. FROM is the `key` of a question, TO"
        " one of its `choices`: a category, + for a new one of that name, - to leave the name out"
        " of account. *=TO files what nothing else does.",
    )
    confirm: list[Confirmable] = Field(
        default=[], max_length=20, description="Codes of doubts that are right as they are."
    )
    take: list[Text] = Field(
        default=[],
        max_length=500,
        description="For fields that the document and a person both changed: FIELD=mine,"
        " FIELD=theirs, or mine or theirs for all the others.",
    )


class ListOptions(Schema):
    """Which issues are listed."""

    model_config = ConfigDict(extra="forbid")

    state: State | None = Field(default=None, description="Only issues of this state.")
    limit: int = Field(default=30, ge=1, le=100)
    before: str = Field(default="", max_length=40, description="`next` of the page before.")


class ReleaseIn(Schema):
    """How an issue is released."""

    model_config = ConfigDict(extra="forbid")

    seen: str = Field(
        default="",
        max_length=64,
        description="`seen` of the plan: needed where the plan has warnings, and a proof that"
        " nothing was changed since.",
    )
    channels: Channels = Field(default="all", description="Mail and site, or one of them.")
    at: str | None = Field(
        default=None,
        max_length=40,
        description="When: ISO 8601, the publication's time unless it has an offset. Without it,"
        " after the undo time.",
    )


class ApproveIn(Schema):
    """The second person's yes."""

    model_config = ConfigDict(extra="forbid")

    seen: str = Field(default="", max_length=64, description="`seen` of the plan.")
    channels: Channels = Field(
        default="all", description="Where it may go: a release to other channels asks again."
    )


class DocumentProblem(Schema):
    """One thing to say about a document, at its place."""

    line: int
    column: int
    level: Literal["error", "warning", "note"]
    code: str
    message: str
    pointer: str = Field(default="", description="The value in a JSON document (RFC 6901).")


class Conflict(Schema):
    """A field that the document and a person both changed; null is one that is left out."""

    field: str
    kind: str
    item: str
    mine: Any
    theirs: Any


class Report(Schema):
    """What an import did: the object of `import_digest --json`."""

    file: str
    issue: str | None
    edition: str
    created: bool
    shape: str
    title: str
    date: dt.date | None
    items: int
    source_links: int
    source_names_without_link: int
    bullets: int
    tail_links: int
    sections: list[dict[str, Any]]
    problems: list[DocumentProblem]
    conflicts: list[Conflict] = Field(
        description="What a person changed as well: these fields were left as they are."
    )
    questions: list[dict[str, Any]]
    remembered: list[dict[str, Any]]
    unclaimed_lines: list[list[int]]


class ProblemDocument(Schema):
    """A problem document (RFC 9457). A refused document has `problems` and `questions` too."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[DocumentProblem] | None = None


class Headline(Schema):
    """An issue as lists show it."""

    issue: str
    title: str
    date: dt.date
    edition: str
    language: str
    kind: str
    state: State
    channels: Channels
    send_at: dt.datetime | None
    published_at: dt.datetime | None
    url: str | None
    edit_url: str


class Issues(Schema):
    """A page of issues; `next` is the `before` of the page after it, or empty."""

    issues: list[Headline]
    next: str


class Source(Schema):
    """Where an item comes from; the address may be empty."""

    name: str
    url: str


class PictureOut(Schema):
    """An item's picture; `url` is that of the largest copy."""

    name: str
    url: str
    alt: str


class ItemOut(Schema):
    """One item."""

    key: str
    title: str
    category: str | None
    date: dt.date | None
    source: Source | None
    sources: list[Source]
    insight: str
    summary: list[Any]
    body: str
    score: float | None
    hidden: bool
    picture: PictureOut | None


class TailLink(Schema):
    """A further link at the end."""

    title: str
    url: str


class IssueOut(Headline):
    """An issue with everything in it."""

    subject: str
    preheader: str
    introduction: str
    items: list[ItemOut]
    tail: list[TailLink]


class PlanOut(Schema):
    """What releasing would do; `seen` stands for exactly this text and these warnings."""

    publication: str
    issue: str
    recipients: int
    editions: list[dict[str, Any]]
    readers: dict[str, int]
    none_because: dict[str, int]
    blockers: list[str]
    warnings: list[str]
    approval_lacks: list[str] = Field(
        description="Why a release is refused for want of a second person's yes."
    )
    seen: str


class CategoryOut(Schema):
    """A category an item may be filed under."""

    slug: str
    name: str
    description: str
    other_names: list[str]
    visibility: str


class ReadersOptions(Schema):
    """How a file of readers is to be read: the options of `import_subscribers`, by the same
    names."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = Field(
        default=False, description="Say what the first 5,000 rows would become; store nothing."
    )
    name: str = Field(default="readers.csv", max_length=200, description="The file's name.")
    column: list[Text] = Field(
        default=[], max_length=200, description="NAME=FIELD: what a column (header or number) is."
    )
    value: list[Text] = Field(
        default=[],
        max_length=500,
        description="COLUMN:VALUE=STATE: what a value says of a reader; VALUE * is every other"
        " one, COLUMN * every row.",
    )
    consent: str = Field(
        default="",
        max_length=200,
        description="Where the proof of consent is kept; makes readers active.",
    )
    ask: bool = Field(
        default=False, description="Mail a confirmation to each reader without proof."
    )
    categories: list[Text] = Field(
        default=[], max_length=200, description="For rows that name none; all otherwise."
    )
    create_categories: bool = Field(
        default=False, description="Create the categories that the file names."
    )
    encoding: str = Field(default="", max_length=40, description="Found by itself.")
    separator: str = Field(
        default="", max_length=9, description="Found by itself: comma, semicolon, tab, pipe."
    )


class ReadersFile(Schema):
    """What a file of readers is, and what its rows would become, in counts."""

    file: str
    encoding: str
    source: str = Field(description="The tool that wrote it, if it is known.")
    columns: dict[str, str]
    states: list[str] = Field(description="The columns that say a reader's state.")
    ignored: list[str]
    rows: int
    whole: bool = Field(description="Whether these are all rows of the file.")
    counts: dict[str, int]
    problems: list[dict[str, Any]]


class ReadersImport(Schema):
    """An import of readers: it runs by itself and goes on where it was after a crash."""

    id: int
    file: str
    state: str
    line: int
    counts: dict[str, int]
    problems: list[dict[str, Any]] = Field(description="At most 100 rows, in order.")


class Readers(Schema):
    """How many readers there are; `categories` counts the active ones who chose each."""

    pending: int
    active: int
    unsubscribed: int
    categories: dict[str, int]
