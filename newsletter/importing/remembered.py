"""A publication's answers to earlier imports: read for the next one, stored with it, taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from newsletter.digest import Digest, Layout, Role, shapes
from newsletter.digest.dates.reading import Span
from newsletter.digest.keys import EVERY, ONE_PIECE
from newsletter.models import ImportRule, Issue
from subscribers.models import Category, Publication

from .answers import CREATE, Answers, By, Key

_LONGEST_NAME, _LONGEST_KEY = 300, 500  # Columns of ImportRule.


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered: how lines, sections and spans of days are read, and where names lead."""

    layout: Layout
    filing: Mapping[Key, Category | None]
    span: Span
    rules: tuple[ImportRule, ...]


def recall(publication: Publication) -> Memory:
    """The answers remembered for `publication`. One that leads to a retired category is void."""
    lines: dict[str, Role] = {}
    by_key: dict[str, str] = {}
    span: Span = "ask"
    filing: dict[Key, Category | None] = {}
    rules = tuple(
        publication.import_rules.select_related("category__merged_into", "used_in").order_by("pk")
    )
    for rule in rules:
        if rule.kind == ImportRule.Kind.LINES:
            lines[rule.key] = Role(rule.value)
        elif rule.kind == ImportRule.Kind.SHAPE:
            by_key[rule.key] = rule.value
        elif rule.kind == ImportRule.Kind.SPAN:
            span = "last"
        else:
            category = rule.category and (rule.category.merged_into or rule.category)
            if category is None or category.retired_at is None:
                filing[By(rule.kind), rule.key] = category
    return Memory(Layout(lines, by_key), filing, span, rules)


def remember(
    publication: Publication,
    answers: Answers,
    filing: Mapping[Key, Category | None],
    digest: Digest,
    by: str,
) -> None:
    """Keep the answers to one import for the next. Call it in the import's transaction.

    `filing` are the answers about names with the categories they came to.
    """
    decided = {lines.key: lines.text for lines, _role in digest.decided}
    titles = {section.key: section.title for section in digest.sections}
    # Of a key that this document has not, nobody knows yet what it would do.
    for key, role in answers.lines.items():
        if key in decided:
            _keep(publication, ImportRule.Kind.LINES, key, by, name=decided[key], value=role)
    for key, shape in answers.shapes.items():
        if key in titles or key in (ONE_PIECE, EVERY):
            name = titles.get(key, "")
            _keep(publication, ImportRule.Kind.SHAPE, key, by, name=name, value=shape)
    if answers.span and _needs_span(digest):
        _keep(publication, ImportRule.Kind.SPAN, "", by, value=answers.span)
    for (kind, key), category in filing.items():
        if answers.filing[kind, key] == CREATE and kind in (By.CATEGORY, By.SECTION) and key:
            continue  # The new category has this name; there is nothing to remember.
        written = answers.written[kind, key]
        _keep(publication, kind, key, by, name=written, category=category)


def _needs_span(digest: Digest) -> bool:
    """Whether its date is the last day of a span."""
    return any(problem.code == "date-span" for problem in digest.problems)


def _keep(
    publication: Publication,
    kind: str,
    key: str,
    by: str,
    *,
    name: str = "",
    value: str = "",
    category: Category | None = None,
) -> None:
    if len(key) > _LONGEST_KEY:
        return  # Asked again, rather than remembered for what only begins alike.
    answer = {"name": name[:_LONGEST_NAME], "value": str(value), "category": category}
    rule = publication.import_rules.filter(kind=str(kind), key=key).first()
    if rule is None:
        publication.import_rules.create(kind=str(kind), key=key, by=by, at=timezone.now(), **answer)
    elif (rule.value, rule.category) != (answer["value"], category):
        publication.import_rules.filter(pk=rule.pk).update(by=by, at=timezone.now(), **answer)


def used_rules(memory: Memory, digest: Digest, filed_by: Iterable[Key]) -> list[ImportRule]:
    """The remembered answers that this document needed."""
    lines = {one.key for one, _role in digest.decided}
    sections = {section.key for section in digest.sections}
    names = {(str(by), key) for by, key in filed_by}
    return [
        rule
        for rule in memory.rules
        if (rule.kind == ImportRule.Kind.LINES and rule.key in lines)
        or (rule.kind == ImportRule.Kind.SHAPE and rule.key in sections)
        or (rule.key == EVERY and shapes.find(digest.shape) is not None)
        or (rule.kind == ImportRule.Kind.SPAN and _needs_span(digest))
        or (rule.kind, rule.key) in names
    ]


def mark_used(publication: Publication, rules: Iterable[ImportRule], issue: Issue) -> None:
    """Note where answers were used last, those just given included."""
    publication.import_rules.filter(pk__in=[rule.pk for rule in rules]).update(
        used_at=timezone.now(), used_in=issue
    )
