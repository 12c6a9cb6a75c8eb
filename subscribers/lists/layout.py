"""How a file is laid out: where its rows begin, how wide they are, where the addresses stand.

Addresses are found by what they are, not by what their column is called: nobody can list how the
world's tools call it, but an address is an address in every language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from .cells import folded
from .columns import Columns, Meaning, meaning_of, place_of, understand
from .file import Lines, Opened
from .mailboxes import holds_address, parts_of
from .records import Records
from .vocabulary import header_speaks, is_plain

# So many rows show what a file is.
_ROWS = 300
_MOST_BEFORE = 20
# A table of readers has some dozens; what has thousands is no table.
_MOST_COLUMNS = 1000


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are. `book`: every line is one or more mailboxes, as in an address book.

    `first` is the line of the header, or 0; rows begin after it. `rivals` are further columns
    that hold as many addresses as the one that was taken, where nothing says which is meant.
    `titles` are the lines before the header, or the heading of an address book.
    """

    columns: Columns
    first: int
    width: int
    book: bool = False
    rivals: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


def find(opened: Opened, told: Mapping[str, str]) -> Layout | None:
    """The layout, or None of a file without rows. Raises NoEmailColumn and ValueError."""
    lines = _first_lines(opened)
    if not lines:
        return None
    if (book := _address_book(lines)) is not None:
        columns = understand(["1"], {}, header=False, address=0)
        return Layout(columns, book, 1, book=True, titles=tuple(lines[:book]))
    width = _usual_width(opened, lines)
    records = Records(opened, width)
    try:
        rows = [(number, cells) for number, cells, _flaw in islice(records, _ROWS) if cells]
    finally:
        records.close()
    if not rows:
        return None
    place = _header(rows)
    if place is not None:
        header = rows[place][1]
        # More names than cells: every row ends early, and the last columns are all empty.
        width = max(width, len(header))
        names = [*header, *[""] * (width - len(header))]
        data = [cells for _number, cells in rows[place + 1 :]]
    else:
        names = [""] * width
        data = [cells for _number, cells in rows]
    if width > _MOST_COLUMNS:
        raise ValueError(_("The file has more than %d columns.") % _MOST_COLUMNS)
    address, rivals = _address_column(names if place is not None else [], data, width, told)
    columns = understand(names, told, header=place is not None, address=address)
    first = rows[place][0] if place is not None else 0
    titles = [" ".join(cells) for _number, cells in rows[: place or 0]]
    return Layout(
        columns, first, width, rivals=tuple(columns.names[n] for n in rivals), titles=tuple(titles)
    )


def _first_lines(opened: Opened) -> list[str]:
    lines = Lines(opened)
    try:
        return [text for _number, text in islice(lines, 3 * _ROWS) if text.strip()][:_ROWS]
    finally:
        lines.close()


def _address_book(lines: list[str]) -> int | None:
    """The line of its heading (0: none) if lines are mailboxes and at least one is more than a
    bare address; None if this is a table."""
    heading = 0 if "@" in lines[0] or "＠" in lines[0] else 1
    if heading and (len(lines[0].replace(";", ",").split(",")) > 1 or "\t" in lines[0]):
        return None
    some = [line for line in lines[heading:] if "@" in line or "＠" in line]
    good, more = 0, False
    for line in some:
        parts = parts_of(line)
        found = sum(map(holds_address, parts))
        if len(parts) - found <= len(parts) // 4:
            good += 1
            more = more or "<" in line or found > 1
    return heading if more and good >= 0.6 * len(some) else None


def _usual_width(opened: Opened, lines: list[str]) -> int:
    """How many cells the rows have: as the first line, unless most of those with an address have
    another number."""
    reader = Records(opened)
    try:
        first = reader.cells_of(lines[0])
        # A spreadsheet that took each line for one cell quoted it whole, the header as well.
        wrapped = len(first) == 1 and opened.separator in first[0]
        if wrapped:
            lines = [
                cells[0] if len(cells := reader.cells_of(line)) == 1 else line for line in lines
            ]
            first = reader.cells_of(lines[0])
        widths = Counter(len(reader.cells_of(line)) for line in lines if "@" in line)
    finally:
        reader.close()
    if not widths:
        return len(first)
    usual, count = widths.most_common(1)[0]
    return usual if count > 0.5 * widths.total() else max(len(first), 1)


def _header(rows: list[tuple[int, list[str]]]) -> int | None:
    """Which row is the header, or None: the one before the first address that looks most like it.

    Titles and notes may stand before it; a row with a broken address may stand after it.
    """
    before = []
    for place, (_number, cells) in enumerate(rows[:_MOST_BEFORE]):
        if any(map(holds_address, cells)):
            break
        before.append(place)
    if not before:
        return None

    def worth(place: int) -> tuple[int, int, int]:
        cells = [cell for cell in rows[place][1] if cell.strip()]
        known = sum(1 for cell in cells if meaning_of(cell) is not None)
        said = sum(1 for cell in cells if is_plain(cell) or header_speaks(cell))
        return known, min(said, 3) if len(cells) > 1 else 0, len(cells)

    # The first of equals: what comes after it is a row.
    return max(before, key=lambda place: (worth(place), -place))


def _address_column(
    names: list[str], data: list[list[str]], width: int, told: Mapping[str, str]
) -> tuple[int | None, list[int]]:
    """(where the addresses are, other columns that could be meant)."""
    for column, field in told.items():
        if field == Meaning.EMAIL:
            return place_of(column, names or [""] * width), []
    found: list[set[str]] = [set() for _place in range(width)]
    counts = [0] * width
    for cells in data:
        for place, cell in enumerate(cells[:width]):
            if holds_address(cell):
                found[place].add(cell.strip().casefold())
                counts[place] += 1
    # An address that is the same in every row is the list's, not the reader's.
    many = [
        len(values) if counts[n] < 3 or len(values) > 1 else 0 for n, values in enumerate(found)
    ]
    most = max(many, default=0)
    if most == 0:
        # Not one: a header alone, or nothing but bad rows.
        return next((n for n, s in enumerate(names) if meaning_of(s) is Meaning.EMAIL), None), []
    likely = [n for n, count in enumerate(many) if count >= max(1, 0.3 * most)]
    called = [n for n in likely if names and meaning_of(names[n]) is Meaning.EMAIL]
    if called:
        return called[0], []
    if len(likely) > 1 and names:
        # One that only repeats another (typed twice) is no rival.
        best = max(likely, key=lambda n: (counts[n], -n))
        rivals = [n for n in likely if found[n] != found[best] and not _of_others(names[n])]
        return best, [n for n in rivals if n != best]
    return max(likely, key=lambda n: (counts[n], -n)), []


def _of_others(header: str) -> bool:
    """Whether a column is named as somebody else's address: who invited, owns or serves."""
    words = folded(header)
    return any(
        f" {word}" in words
        for word in (
            "referr",
            "owner",
            "invit",
            "sender",
            "from ",
            "assign",
            "agent",
            "manager",
            "created by",
        )
    )
