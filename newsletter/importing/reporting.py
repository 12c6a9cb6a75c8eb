"""A report as other programs read it: one JSON object, the same from the command and over HTTP."""

from __future__ import annotations

from typing import Any

from newsletter.models import ImportRule

from .questions import Question
from .report import Report


def as_json(report: Report, file: str) -> dict[str, Any]:
    """The object of one document; `file` is what it is called to whoever asked."""
    digest = report.digest
    sources = [source for item in digest.items for source in item.sources]
    return {
        "file": file,
        "issue": report.issue.slug if report.issue is not None else None,
        "created": report.created,
        "edition": report.edition,
        "shape": digest.shape,
        "title": digest.title,
        "date": digest.date.isoformat() if digest.date else None,
        "items": len(digest.items),
        "source_links": sum(1 for source in sources if source.url),
        "source_names_without_link": sum(1 for source in sources if not source.url),
        "bullets": sum(len(item.bullets) for item in digest.items),
        "tail_links": len(digest.tail_links),
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "level": section.level,
                "lines": [section.line, section.last],
                "shape": section.shape,
                "items": section.items,
            }
            for section in digest.sections
        ],
        "problems": [
            {
                "line": problem.line,
                "column": problem.column,
                "level": problem.level,
                "code": problem.code,
                "message": problem.message,
                **({"pointer": problem.pointer} if problem.pointer else {}),
            }
            for problem in report.problems
        ],
        "questions": [_question(question) for question in report.questions],
        "remembered": [_remembered(rule) for rule in report.remembered],
        "conflicts": [
            {
                "field": one.field,
                "kind": one.kind,
                "item": one.item,
                "mine": one.mine,
                "theirs": one.theirs,
            }
            for one in report.conflicts
        ],
        "unclaimed_lines": [list(pair) for pair in digest.unclaimed_lines],
    }


def _question(question: Question) -> dict[str, Any]:
    found: dict[str, Any] = {
        "code": question.code,
        "option": question.option,
        "key": question.key,
        "lines": [list(pair) for pair in question.lines],
        "choices": list(question.choices),
        "optional": question.optional,
    }
    if question.option == "--lines":
        found["text"] = question.name
    if question.option == "--map":
        found |= {"items": question.items, "first": question.first, "near": list(question.near)}
    return found


def _remembered(rule: ImportRule) -> dict[str, str]:
    answer = rule.value
    if not answer:
        answer = rule.category.slug if rule.category is not None else "-"
    return {"kind": rule.kind, "key": rule.name or rule.key, "answer": answer}
