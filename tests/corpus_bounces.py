"""Judge the reading of bounces on the public collection: each figure beside its target.

Run by hand: `python -m tests.corpus_bounces [FOLDER]`. The folder holds .eml files and
EXPECTED.json (one entry a recipient: status, code, reason, hard); it is not part of the project.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.bounces import Kind, Report, read

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "bounces"
NOT_MAIL = frozenset(["feedback", "vacation", "delivered"])


@dataclass
class Figures:
    """Counts over a collection."""

    mails: int = 0
    hard: int = 0
    hard_found: int = 0
    soft: int = 0
    soft_as_hard: int = 0
    # Of those: what the collection calls soft by habit, and what it says in so many words.
    closed_as_hard: int = 0
    complaints: int = 0
    complaints_seen: int = 0
    letters: int = 0
    letters_counted: int = 0
    errors: int = 0
    newline_differences: int = 0
    misses: list[str] = field(default_factory=list)

    def lines(self) -> list[tuple[str, str, str, bool]]:
        """(what, figure, target, met)."""
        found = self.hard_found / self.hard if self.hard else 1.0
        wrong = self.soft_as_hard / self.soft if self.soft else 0.0
        others = self.soft_as_hard - self.closed_as_hard
        other = others / self.soft if self.soft else 0.0
        return [
            (
                "hard found",
                f"{self.hard_found}/{self.hard} = {found:.1%}",
                ">= 95 %",
                found >= 0.95,
            ),
            (
                "soft as hard",
                f"{self.soft_as_hard}/{self.soft} = {wrong:.1%}",
                "",
                True,
            ),
            (
                "  but closed or unknown",
                f"{others}/{self.soft} = {other:.1%}",
                "<= 2 %",
                other <= 0.02,
            ),
            (
                "complaints seen",
                f"{self.complaints_seen}/{self.complaints}",
                "all",
                self.complaints_seen == self.complaints,
            ),
            (
                "auto-replies counted",
                f"{self.letters_counted}/{self.letters}",
                "0",
                not self.letters_counted,
            ),
            ("errors", str(self.errors), "0", not self.errors),
            (
                "changed by CRLF or CR",
                str(self.newline_differences),
                "0",
                not self.newline_differences,
            ),
        ]


def _try(data: bytes, figures: Figures, name: str) -> Report | None:
    try:
        return read(data)
    except Exception as error:
        figures.errors += 1
        figures.misses.append(f"{name}: {type(error).__name__}: {error}")
        return None


def report(folder: Path = FOLDER) -> Figures:
    """Read every mail there with LF, CRLF and CR newlines and compare with what is expected."""
    expected = json.loads((folder / "EXPECTED.json").read_text())
    figures = Figures()
    for path in sorted(folder.glob("*.eml")):
        figures.mails += 1
        data = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        found = _try(data, figures, path.stem)
        for newline in (b"\r\n", b"\r"):
            other = _try(data.replace(b"\n", newline), figures, path.stem)
            if other != found:
                figures.newline_differences += 1
                figures.misses.append(f"{path.stem}: another reading with {newline!r}")
        if found is not None and path.stem in expected:
            _compare(path.stem, expected[path.stem], found, figures)
    return figures


def _compare(name: str, entries: list[dict[str, object]], found: Report, figures: Figures) -> None:
    reasons = {str(entry["reason"]) for entry in entries}
    if reasons == {"feedback"}:
        figures.complaints += 1
        figures.complaints_seen += found.kind is Kind.COMPLAINT
        if found.kind is not Kind.COMPLAINT:
            figures.misses.append(f"{name}: a complaint, read as {found.kind}")
        return
    if reasons <= {"vacation", "delivered"}:
        figures.letters += 1
        figures.letters_counted += found.kind in (Kind.BOUNCE, Kind.COMPLAINT)
        if found.kind in (Kind.BOUNCE, Kind.COMPLAINT):
            figures.misses.append(f"{name}: {reasons}, read as {found.kind}")
        return
    read_as = list(found.recipients) if found.kind is Kind.BOUNCE else []
    for place, entry in enumerate(entries):
        # One entry a recipient, in the order of the mail.
        got = read_as[place] if place < len(read_as) else None
        hard = got is not None and got.hard
        says = f"{got.reason} {got.status} <{got.address}>" if got else f"nothing ({found.kind})"
        if entry["hard"]:
            figures.hard += 1
            figures.hard_found += hard
            if not hard:
                figures.misses.append(
                    f"{name}: hard {entry['reason']} {entry['status']}, read {says}"
                )
        else:
            figures.soft += 1
            figures.soft_as_hard += hard
            # The collection calls soft a mailbox that is closed ("suspend") and "no such user" said
            # to another command than RCPT ("filtered"); for us both end the address.
            closed = entry["reason"] in ("suspend", "filtered") and hard
            figures.closed_as_hard += closed and says.split()[0] in ("disabled", "user_unknown")
            if hard:
                figures.misses.append(
                    f"{name}: soft {entry['reason']} {entry['status']}, read {says}"
                )


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    if not folder.is_dir():
        print(f"{folder} is not here; nothing was judged.", file=sys.stderr)
        return 2
    figures = report(folder)
    for line in figures.misses:
        print("  ", line)
    print(f"{figures.mails} mails")
    for what, figure, target, met in figures.lines():
        print(f"{what:24} {figure:18} target {target:8} {'met' if met else 'MISSED'}")
    return 0 if all(line[3] for line in figures.lines()) else 1


if __name__ == "__main__":
    sys.exit(main())
