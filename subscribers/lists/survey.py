"""Which columns of a file speak of a reader's state, and what of it has not been decided.

The whole file is read before a row is stored: the one value that says "asked us to stop" may stand
in its last line. What is understood becomes rules, what is not becomes questions, and as long as
there is a question nobody comes in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from .cells import plain_header, words_of
from .column import Addresses, Column
from .columns import Meaning, header_of, meaning_of, place_of
from .layout import Layout
from .nested import Path, flat
from .question import Question, Value
from .standing import ANY, CUT, DATE, NOTHING, RANK, Rule, Standing, key_of, worst
from .stems import About
from .vocabulary import NEGATIVE, header_speaks, tells_of_unwilling, value_speaks

# The column name under which something is said of every row of the file.
ALL_ROWS = "*"
_MOST_CATEGORIES = 200
_MOST_HEADINGS = 20
_NEGATIVE = frozenset(NEGATIVE)


class Survey:
    """Takes the rows of a file block by block; then knows the rules and the questions."""

    def __init__(
        self, layout: Layout, values: Iterable[tuple[str, str, str]], file_name: str = ""
    ) -> None:
        """`values`: (column, value, standing) as a person said. Raises ValueError for a column
        that is not there, or a standing that the file cannot have."""
        self._layout, self._file = layout, file_name
        self._columns = layout.columns
        self.floor: Standing | None = None
        self._said: dict[tuple[int, Path], dict[str, Standing]] = {}
        for column, value, standing in values:
            self._take_decision(column, value, Standing(standing))
        names = self._columns.names
        self._found: dict[tuple[int, Path], Column] = {
            (place, ()): self._column(place, ())
            for place in range(len(names))
            if self._columns.meanings[place] not in (Meaning.EMAIL, Meaning.IGNORE)
        }
        self._json: set[int] = set()
        self._again = plain_header(header_of(names[self._columns.email]))
        # Words in the place of an address that speak of a state: the heading of those below it.
        self.headings: set[str] = set()
        self.rows = self.alive = 0
        self.categories: dict[str, int] = {}

    def _take_decision(self, column: str, value: str, standing: Standing) -> None:
        if column == ALL_ROWS:
            tool = self._columns.tool
            if (
                tool is not None
                and tool.listing is not None
                and RANK[standing] < RANK[Standing.UNSUBSCRIBED]
            ):
                raise ValueError(f"a list of {tool.list_of} by {tool.name} is no list of readers")
            self.floor = standing
            return
        name = column
        path: Path = ()
        try:
            place = place_of(column, self._columns.names)
        except ValueError:
            # `attributes.newsletter.status`: a key inside a JSON cell.
            name, _dot, rest = column.partition(".")
            place, path = place_of(name, self._columns.names), tuple(rest.split("."))
        key = Rule(place, name, {}).kind_of(value) if value != ANY else ANY
        table = self._said.setdefault((place, path), {})
        table[key_of(key) if key not in (NOTHING, DATE, ANY) else key] = standing

    def _column(self, place: int, path: Path) -> Column:
        name = self._columns.names[place]
        header = " ".join(path) if path else header_of(name)
        full = ".".join([name, *path])
        said = self._said.get((place, path), {})
        return Column(full, header, place, path, self._columns, said)

    def take(self, lines: Sequence[int], rows: Sequence[Sequence[str]]) -> None:
        """A block of rows, each of the layout's width."""
        if not rows:
            return
        self.rows += len(rows)
        email = self._columns.email
        who = Addresses(rows, email)
        cells = list(zip(*rows, strict=True))
        for row in [row for row in rows if "@" not in row[email]]:
            named = [cell for cell in row if cell.strip() and cell != CUT]
            # Words in the place of an address, or a line of its own: "* = has left".
            self.take_headings(named if len(named) == 1 else [row[email]])
            self._take_header(row)
        for place in range(len(self._columns.names)):
            column = self._found.get((place, ()))
            if column is None:
                continue
            if column.scanned and (
                place in self._json or any(c[:1] in "{[" and c for c in cells[place])
            ):
                self._json.add(place)
                self._take_json(place, cells[place], lines, who)
                continue
            column.take(cells[place], lines, who)
            if self._columns.meanings[place] is Meaning.CATEGORIES:
                self._count_categories(cells[place])
        self._count_alive(cells)

    def take_lines(self, texts: Iterable[str]) -> None:
        """The lines of an address book."""
        for text in texts:
            if "@" in text:
                self.rows += 1
                self.alive += 1
            else:
                self.take_headings([text])

    def take_headings(self, texts: Iterable[str]) -> None:
        """What stands where an address is expected, and is none."""
        for text in texts:
            if text.strip() and len(self.headings) < _MOST_HEADINGS and value_speaks(text):
                self.headings.add(text)

    def _take_header(self, row: Sequence[str]) -> None:
        """A second header further down: what stands below it is another table, of other people.

        One that says the same as the file's own was repeated when files of one kind were joined.
        """
        named = [cell.strip() for cell in row if cell.strip() and cell != CUT]
        if not any(plain_header(c) == self._again or meaning_of(c) is Meaning.EMAIL for c in named):
            return
        known = {plain_header(header_of(name)) for name in self._columns.names}
        other = any(plain_header(cell) not in known for cell in named)
        if other and len(self.headings) < _MOST_HEADINGS:
            self.headings.add(", ".join(named))

    def _count_categories(self, cells: Sequence[str]) -> None:
        for cell, count in Counter(cells).items():
            for word in words_of(cell):
                if len(self.categories) < _MOST_CATEGORIES and not value_speaks(word):
                    self.categories[word] = self.categories.get(word, 0) + count

    def _take_json(
        self, place: int, cells: Sequence[str], lines: Sequence[int], who: Addresses
    ) -> None:
        inner = [flat(cell) for cell in cells]
        paths = {path for found in inner for path in found}
        paths |= {path for at, path in self._found if at == place and path}
        for path in paths:
            if (place, path) not in self._found and path:
                self._found[place, path] = self._column(place, path)
        for path in paths - {()}:
            self._found[place, path].take([found.get(path, "") for found in inner], lines, who)
        # A list, or words that are no JSON, are the column's own.
        own = [
            found.get((), "" if found else cell) for found, cell in zip(inner, cells, strict=True)
        ]
        self._found[place, ()].take(own, lines, who)

    def _count_alive(self, cells: Sequence[Sequence[str]]) -> None:
        """Whether anybody in the file is a reader at all; one who is settles it."""
        if self.alive:
            return
        rules = [c.rule for c in self._found.values() if c.rule is not None and not c.path]
        if not rules:
            self.alive += 1
            return
        for combination in set(zip(*(cells[rule.place] for rule in rules), strict=True)):
            said = [rule.standing_of(c) for rule, c in zip(rules, combination, strict=True)]
            if RANK[worst(s for s in said if s is not None)] < RANK[Standing.UNSUBSCRIBED]:
                self.alive += 1
                return

    def questions(self) -> tuple[Question, ...]:
        """All that a person has to say before a row of the file is stored."""
        found: list[Question] = []
        file = self._about_the_file()
        if file is not None and self._listing:
            found.append(file)
        if self._layout.rivals and Meaning.EMAIL not in {
            self._columns.meanings[place] for place in self._columns.told
        }:
            found.extend(self._rival(name) for name in self._candidates())
        ended = (Standing.UNSUBSCRIBED, Standing.SUPPRESSED)
        if self.floor in ended or (file is not None and file.suggestion in ended and self._listing):
            return tuple(found)
        for column in self._found.values():
            column.ask_for_codes()
            if (question := column.question(self._columns.names)) is not None:
                found.append(question)
        if file is not None and not self._listing and (self._told_above() or not found):
            # Its name is a hint, of use where nothing else makes a person look.
            found.append(file)
        return tuple(sorted(found, key=lambda q: q.place))

    @property
    def _listing(self) -> bool:
        return self._columns.tool is not None and self._columns.tool.listing is not None

    def _about_the_file(self) -> Question | None:
        tool = self._columns.tool
        if self.floor is not None or not self.rows:
            return None
        everybody = (Value(ANY, self.rows, ()),)
        if tool is not None and tool.listing is not None:
            ended = (Standing.UNSUBSCRIBED, Standing.SUPPRESSED)
            return Question(ALL_ROWS, 0, (About.FILE,), everybody, tool.listing, ended)
        above = self._told_above()
        named = [re.sub(r"\.\w{1,4}$", "", self._file), *self._layout.titles]
        named = [words for words in named if tells_of_unwilling(words)]
        if above or (named and not any(c.rule is not None for c in self._found.values())):
            about = frozenset().union(*map(_negative, [*above, *named]))
            bad = about & {About.BOUNCE, About.COMPLAINT, About.BLOCK}
            guess = Standing.UNSUBSCRIBED if about else Standing.PENDING
            guess = Standing.SUPPRESSED if bad else guess
            return Question(ALL_ROWS, 0, (About.FILE,), everybody, guess)
        return None

    def _told_above(self) -> list[str]:
        """The words over the addresses that say that who stands there has left: the header of
        their column, and lines among them."""
        header = self._columns.names[self._columns.email] if self._columns.header else ""
        told = _negative(header) or tells_of_unwilling(header_of(header))
        headers = [header_of(header)] if meaning_of(header) is None and told else []
        return [*headers, *sorted(self.headings)]

    def _candidates(self) -> list[str]:
        return [self._columns.names[self._columns.email], *self._layout.rivals]

    def _rival(self, name: str) -> Question:
        place = place_of(name, self._columns.names)
        return Question(name, place + 1, (About.ADDRESS,), ())

    def rules(self) -> tuple[Rule, ...]:
        """How rows are judged. Only of use when there is no question."""
        rules = (column.final_rule() for column in self._found.values())
        return tuple(rule for rule in rules if rule is not None)

    def listing(self) -> Standing | None:
        """What the whole file is, if nobody in it is a reader."""
        if self.floor is not None and RANK[self.floor] >= RANK[Standing.UNSUBSCRIBED]:
            return self.floor
        return Standing.UNSUBSCRIBED if self.rows and not self.alive else None

    def ignored(self) -> list[str]:
        """Columns nothing is taken from, by name."""
        used = {rule.place for rule in self.rules()}
        return [
            name
            for place, (name, meaning) in enumerate(
                zip(self._columns.names, self._columns.meanings, strict=True)
            )
            if place not in used and meaning in (None, Meaning.IGNORE)
        ]


def _negative(words: str) -> frozenset[About]:
    return header_speaks(words) & _NEGATIVE
