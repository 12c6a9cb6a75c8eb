"""What a check found, in words that are translated only when they are shown.

A result is kept in the database and read by people of several languages, so a sentence stays a
message and its values until somebody reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext


class Text:
    """A translatable sentence with its values; `str` gives it in the language that is active."""

    def __init__(self, message: str, values: dict[str, object]) -> None:
        self.message, self.values = message, values

    def __str__(self) -> str:
        shown = gettext(self.message)
        return shown % {k: str(v) for k, v in self.values.items()} if self.values else shown


def said(message: str, /, **values: object) -> Text:
    """A sentence to be translated later. Imported as `_`, so that its message is extracted."""
    return Text(message, values)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    `ok` is None for what cannot be seen from here; `remedy` then says what to run elsewhere.
    """

    ok: bool | None
    detail: Text | str
    remedy: Text | str = ""


def good(detail: Text | str) -> Finding:
    """It was seen, and it is right."""
    return Finding(True, detail)


def bad(detail: Text | str, remedy: Text | str) -> Finding:
    """It was seen, and it is wrong."""
    return Finding(False, detail, remedy)


def unseen(detail: Text | str, remedy: Text | str = "") -> Finding:
    """It was not seen, whatever it is."""
    return Finding(None, detail, remedy)


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found in all: one line of `doctor --json`."""

    name: str
    ok: bool | None
    findings: tuple[Finding, ...]

    @property
    def detail(self) -> str:
        """What was found, the worst first, in the active language."""
        return _joined([one.detail for one in self._shown()])

    @property
    def remedy(self) -> str:
        """What to do, in the active language; empty where nothing is to be done."""
        return _joined([one.remedy for one in self._shown() if one.ok is not True])

    def _shown(self) -> Sequence[Finding]:
        order = {False: 0, None: 1, True: 2}
        return sorted(self.findings, key=lambda one: order[one.ok])


def summed(name: str, findings: Iterable[Finding]) -> Result:
    """One thing wrong makes the check wrong; one thing not seen, with nothing wrong, not seen."""
    found = tuple(findings)
    states = {one.ok for one in found}
    ok = False if False in states else None if None in states or not found else True
    return Result(name, ok, found)


def _joined(parts: Iterable[Text | str]) -> str:
    return "\n".join(dict.fromkeys(text for part in parts if (text := str(part))))
