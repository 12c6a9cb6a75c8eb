"""What an import asked to look at is kept beside the issue until somebody says that they did."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from newsletter.digest import Problem
from newsletter.models import ImportWarning, Issue

from .places import Places

# Values of a problem that say where, not what.
_POSITIONS = frozenset({"line", "first", "last"})
# What preflight finds out for itself, by what the draft says then.
_ASKED_AGAIN = frozenset({"seen_before"})


def keep_warnings(issue: Issue, problems: Iterable[Problem], places: Places) -> None:
    """Make the issue's warnings those of this import; one that was there keeps its tick."""
    found = {
        mark_of(problem, places.text(problem.line)): problem
        for problem in problems
        if problem.level == "warning" and problem.code not in _ASKED_AGAIN
    }
    issue.import_warnings.exclude(mark__in=list(found)).delete()
    known = {warning.mark: warning for warning in issue.import_warnings.all()}
    made, moved = [], []
    for mark, problem in found.items():
        warning = known.get(mark)
        if warning is None:
            warning = ImportWarning(issue=issue, mark=mark, code=problem.code)
            made.append(warning)
        else:
            moved.append(warning)
        warning.params, warning.line = dict(problem.params), problem.line
    ImportWarning.objects.bulk_create(made)
    ImportWarning.objects.bulk_update(moved, ["params", "line"])


def mark_of(problem: Problem, text: str) -> str:
    """The same for the same warning about the same words, wherever they stand in the document."""
    said = {key: value for key, value in problem.params.items() if key not in _POSITIONS}
    whole = json.dumps([problem.code, said, " ".join(text.split())], sort_keys=True)
    return hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
