"""What the import of an issue asked to look at, until somebody says that they did."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from newsletter.digest import Problem
from newsletter.importing.wording import sentence
from newsletter.models import ImportWarning, Issue

from .findings import Finding, Level

# Lines named in a sentence; the source shows the others.
_MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class Noted:
    """All warnings of one kind: `code`, a sentence, and who looked at them when, if all are
    looked at. A kind with a new warning is open again. `items` are the ids of the items that the
    lines belong to."""

    code: str
    message: str
    accepted_by: str = ""
    accepted_at: object = None
    items: tuple[int, ...] = ()

    @property
    def open(self) -> bool:
        """Whether somebody still has to look."""
        return self.accepted_at is None


def of_import(issue: Issue) -> list[Noted]:
    """The warnings of the issue's import by kind, in the order of the document."""
    kinds: dict[str, list[ImportWarning]] = {}
    for warning in issue.import_warnings.all():
        kinds.setdefault(_kind(warning), []).append(warning)
    lines = dict(issue.items.filter(line__isnull=False).values_list("line", "pk"))
    return [_noted(code, warnings, lines) for code, warnings in kinds.items()]


def _kind(warning: ImportWarning) -> str:
    """What one sentence is said for: the code, and what chooses the words of its sentence."""
    chosen = (str(warning.params[name]) for name in ("case", "part") if warning.params.get(name))
    return "/".join([warning.code, *chosen])


def _noted(code: str, warnings: list[ImportWarning], lines: Mapping[int | None, int]) -> Noted:
    still = [one for one in warnings if one.accepted_at is None]
    shown = still or warnings
    items = tuple(dict.fromkeys(lines[one.line] for one in shown if one.line in lines))
    if still:
        return Noted(code, _in_words(still), items=items)
    latest = max(warnings, key=lambda one: str(one.accepted_at))
    return Noted(code, _in_words(warnings), latest.accepted_by, latest.accepted_at, items)


def findings(issue: Issue) -> list[Finding]:
    """What preflight says of them: those nobody has looked at yet."""
    return [
        Finding(Level.WARNING, f"import/{noted.code}", noted.message, noted.items)
        for noted in of_import(issue)
        if noted.open
    ]


def accept(issue: Issue, by: str, codes: Collection[str] | None = None) -> int:
    """Say that `by` looked at the warnings of these kinds (None: of all). How many there were."""
    chosen = [
        warning.pk
        for warning in issue.import_warnings.filter(accepted_at__isnull=True)
        if codes is None or _kind(warning) in codes
    ]
    return issue.import_warnings.filter(pk__in=chosen).update(
        accepted_by=by, accepted_at=timezone.now()
    )


def _in_words(warnings: Sequence[ImportWarning]) -> str:
    """The sentence of the first, and the lines of all."""
    first = warnings[0]
    said = sentence(Problem(first.line, 1, "warning", first.code, first.params))
    lines = [str(one.line) for one in warnings if one.line]
    if not lines:
        return said
    shown = ", ".join(lines[:_MOST_LINES]) + (" …" if len(lines) > _MOST_LINES else "")
    if len(lines) == 1:
        return _("Import, line %(lines)s: %(said)s") % {"lines": shown, "said": said}
    return _("Import, %(count)d places (lines %(lines)s): %(said)s") % {
        "count": len(lines),
        "lines": shown,
        "said": said,
    }
