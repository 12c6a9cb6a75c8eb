"""One column while its file is read: what speaks of a state in it, and what is still open.

The rule by which its cells are judged is found by its header, the tool the file comes from and
what a person said. Under a header that says nothing, only values that speak are asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from subscribers.addresses import BadAddress, masked

from .cells import folded, is_date, is_nothing, plain_header, words_of
from .columns import STATES, Columns, Meaning, told_table
from .mailboxes import mailboxes
from .nested import Path
from .question import Question, Value
from .standing import ANY, CUT, DATE, NOTHING, Rule, Standing
from .stems import About
from .tools import WHY
from .unknown import MOST_KINDS, are_states, is_unreadable, loud_counts, unreadable_of
from .vocabulary import (
    NEGATIVE,
    asks_for_good,
    header_speaks,
    is_answer,
    is_circumstance,
    is_code,
    is_label,
    is_note,
    is_plain,
    is_question,
    is_reference,
    value_speaks,
)

_MOST_VALUES = 40
_A_DAY = "2024-05-01"
_YEAR = re.compile(r"(?:19|20)\d\d")
_EXAMPLES = 3
# How often somebody wants mail; who said "never" has left, and any other word is asked.
_RHYTHM_WORDS = """
    every each all always immediate immediately instant realtime hourly daily weekly biweekly
    fortnightly monthly quarterly yearly digest normal default"""
_RHYTHMS = {
    **dict.fromkeys(_RHYTHM_WORDS.split(), Standing.ACTIVE),
    NOTHING: Standing.ACTIVE,
    "never": Standing.UNSUBSCRIBED,
}
# Of so many different values a column says one of a few things, rather than anything.
_MOST_CODES = 12
_NEGATIVE = frozenset(NEGATIVE)
_OTHER_CHANNEL = re.compile(
    r" (?:sms|phone|tel|telephone|call|whatsapp|fax|push|postal|viber|telegram)\b"
)
_EMAIL = re.compile(r" (?:e ?mails?|mail|newsletter)\b")
_OTHER_STATUS = re.compile(
    r" (?:marital|family|civil|order|payment|lead|deal|employment|shipping|visa|account type|ticket"
    r"|invoice|kyc|tax)\b"
)
# "State" of a country beside a town or a street is no state of a reader.
_REGION = re.compile(r" (?:state|estado|stato|etat|staat|land|province)$")
_PLACE = re.compile(
    r" (?:city|zip\w*|postal|postcode|country|street|town|ciudad|cidade|pais|calle|rua|citta|cap"
    r"|ville|plz|ort|address1?)\b"
)


@dataclass(slots=True)
class _Seen:
    count: int = 0
    examples: list[tuple[int, str]] = field(default_factory=list)


class Column:
    """One column, or one key of a JSON column, while the file is read."""

    def __init__(
        self, name: str, header: str, place: int, path: Path, columns: Columns,
        said: Mapping[str, Standing],
    ) -> None:  # fmt: skip
        self.name, self.place, self.path = name, place, path
        self.said = said
        self.about: frozenset[About] = frozenset()
        self.undecided: dict[str, _Seen] = {}
        # Under a header that says nothing, only values that speak are asked for.
        self.scanned = False
        # Under one that says what it is, only what is said in full.
        self.quiet = False
        # The header, or that there is one, is a guess.
        self.guessed = False
        self.reference = self.day = False
        self.dismissed = False
        self.codes: dict[str, _Seen] | None = {}
        self.kinds: dict[str, _Seen] | None = {}
        self.first: list[str] = []
        self._known: set[str] = set()
        self.filled = self.dates = self.rows = 0
        self.label = self.wordy = self.answers = is_label(header)
        self.note, self.readable = is_note(header), not is_unreadable(header)
        self.named, self.asks = columns.header, columns.header and is_question(header)
        self.rule = self._rule(header, columns)

    def _rule(self, header: str, columns: Columns) -> Rule | None:
        many = self.label or bool(self.path)
        plain = plain_header(header)
        table: dict[str, Standing] | None = None
        meaning = columns.meanings[self.place] if not self.path else None
        tool = columns.tool
        if meaning is not None and self.place in columns.told and not self.path:
            table = dict(told_table(meaning)) if meaning in STATES else None
            self.about = frozenset([About.STATE]) if table is not None else frozenset()
        elif tool is not None and not self.path and plain in tool.states:
            table, self.about = dict(tool.states[plain]), frozenset([About.STATE])
        elif tool is not None and not self.path and plain in tool.plain:
            self.scanned, self.answers = self.label, False
            self.quiet = not self.label and not _of_a_channel(header)
        elif tool is not None and not self.path and plain in WHY:
            table, self.about = dict(WHY[plain]), header_speaks(header)
        elif meaning is not None and meaning in STATES:
            table = dict(STATES[meaning])
            self.about = header_speaks(header) or frozenset([About.STATE])
        elif meaning is Meaning.RHYTHM:
            table = dict(_RHYTHMS)
        elif meaning is Meaning.JOINED_AT and About.CONSENT in header_speaks(header):
            # Whoever has no day on which they subscribed may never have.
            table, self.about, self.day = {ANY: Standing.ACTIVE}, header_speaks(header), True
        elif meaning is not None:
            # Without a header, that the second column holds names is a guess.
            self.scanned = meaning is Meaning.CATEGORIES or not columns.header
            self.guessed = self.scanned
            self.quiet = not self.scanned
        elif columns.header and (about := header_speaks(header)):
            if is_circumstance(header, about):
                self.scanned = self.wordy = True
            elif self.label and about == {About.CONSENT}:
                # "Mailing lists": their names say nothing, a yes or no would.
                self.scanned, self.wordy, self.about = True, False, about
            elif is_reference(header, about) and about & _NEGATIVE:
                # Who left has one, unless everybody has.
                table, self.about, self.reference = {NOTHING: Standing.ACTIVE}, about, True
            elif not _of_another(header, about):
                negative = about <= _NEGATIVE and not asks_for_good(header)
                table = {NOTHING: Standing.ACTIVE} if negative else {}
                if negative and about <= {About.BOUNCE, About.COMPLAINT}:
                    table["0"] = Standing.ACTIVE  # None was counted.
                self.about = about
            else:
                self.quiet = not _of_a_channel(header)
        elif columns.header and is_plain(header) and not self.label:
            self.quiet = True
        else:
            self.scanned = True
            self.about = frozenset([About.UNKNOWN])
        if table is None:
            return (
                Rule(self.place, self.name, dict(self.said), self.path, many) if self.said else None
            )
        return Rule(self.place, self.name, {**table, **self.said}, self.path, many)

    def take(self, values: Sequence[str], lines: Sequence[int], who: Addresses) -> None:
        """The cells of this column in a block of rows."""
        if self.quiet:
            for cell, count in loud_counts(values).items():
                if self.rule is None or self.rule.standing_of(cell) is None:
                    _count(self.undecided, cell.strip(), cell, count, values, lines, who)
            return
        if self.rule is None and not self.scanned:
            return
        counts = Counter(values)
        self.rows += len(values) - counts.pop(CUT, 0)
        if self.scanned and len(self.first) < 100:
            self.first.extend(values[: 100 - len(self.first)])
        for cell, count in counts.items():
            text = cell.strip()
            if not text:
                if self.rule is not None and not self.scanned:
                    self._judge(cell, cell, count, values, lines, who)
                continue
            self.filled += 0 if is_nothing(text) else count
            for word in words_of(text) if self.label or self.path else (text,):
                self._judge(word, cell, count, values, lines, who)

    def _judge(
        self, word: str, cell: str, count: int, values: Sequence[str], lines: Sequence[int],
        who: Addresses,
    ) -> None:  # fmt: skip
        rule = self.rule
        if rule is not None and not self.scanned:
            if About.CONSENT in self.about or About.CONFIRMATION in self.about:
                self.dates += count if is_date(word) else 0
            if rule.standing_of(word) is None:
                _count(self.undecided, rule.kind_of(word), cell, count, values, lines, who)
            return
        self.dates += count if is_date(word) or _YEAR.fullmatch(word) else 0
        if self.kinds is not None and not is_nothing(word):
            # Also of those that a person has decided: they show what the others are.
            _count(self.kinds, word, cell, count, values, lines, who)
            self.kinds = self.kinds if len(self.kinds) <= MOST_KINDS else None
        if rule is not None and rule.standing_of(word) is not None:
            return
        if self.codes is not None and not is_nothing(word):
            if is_code(word) and len(self.codes) < _MOST_CODES:
                _count(self.codes, word, cell, count, values, lines, who)
            else:
                self.codes = None
        if word in self._known:
            return
        if value_speaks(word):
            _count(self.undecided, word, cell, count, values, lines, who)
        elif len(self._known) < 5000:
            self._known.add(word)

    # -- at the end

    def ask_for_codes(self) -> None:
        """Letters and small numbers under a header that says nothing could be states; so could
        days, if only some of the readers have one, and a few values of which one speaks of a
        state, or that nobody here can read."""
        if not self.scanned or self.path:
            return
        if self.wordy:
            self._ask_under_a_label()
            return
        if self.kinds and not self.label and (self.undecided or self._few()):
            self.undecided = {**self._open(self.kinds), **self.undecided}
            if not self.codes:
                self._ask_for_nothing()
        some = 0 < self.dates == self.filled < self.rows
        if some and self.named and (self.rule is None or self.rule.standing_of(_A_DAY) is None):
            self.undecided[DATE] = _Seen(self.dates)
        if not self.codes:
            return
        first = [text for text in (cell.strip() for cell in self.first) if text]
        if _counts_up(first) and (len(first) > 2 or not folded(self.name).strip("0123456789 ")):
            return
        self.undecided = {**self.codes, **self.undecided}
        self._ask_for_nothing()

    def _ask_under_a_label(self) -> None:
        # A group may be called A or 7; a yes or no is an answer under whatever header.
        if self.answers and self.codes and all(map(is_answer, self.codes)):
            self.undecided = {**self.codes, **self.undecided}
        kinds = self._open(self.kinds or {})
        # A few remarks are read by a person; of many, those whose words speak.
        found = list(kinds) if self.note else unreadable_of(kinds)
        self.undecided = {**{kind: kinds[kind] for kind in found}, **self.undecided}

    def _few(self) -> bool:
        if self.guessed or not self.kinds or self.dates == self.filled:
            return False
        counts = [seen.count for seen in self.kinds.values()]
        readable = self.readable and not unreadable_of(self.kinds)
        return are_states(
            counts, filled=self.filled, rows=self.rows, readable=readable, question=self.asks
        )

    def _open(self, kinds: dict[str, _Seen]) -> dict[str, _Seen]:
        """Those of which no person has said anything yet."""
        said = self.rule
        return {k: v for k, v in kinds.items() if said is None or said.standing_of(k) is None}

    def _ask_for_nothing(self) -> None:
        empty = self.rows - self.filled
        if empty and (self.rule is None or self.rule.standing_of("") is None):
            self.undecided.setdefault(NOTHING, _Seen(empty))

    def question(self, siblings: Iterable[str]) -> Question | None:
        """What a person has to say of this column, or None."""
        rule = self.rule
        unused = rule is not None and not self.filled and self.rows and not self.said
        if unused and rule is not None and rule.table.get(NOTHING) is Standing.PENDING:
            # Nobody in the file would have confirmed: rather, the tool did not keep it.
            self.undecided = {NOTHING: _Seen(self.rows)}
        if not self.undecided:
            return None
        if rule is not None and not self.said and self._settled_by_itself(siblings):
            self.dismissed = True
            return None
        values = [
            Value(
                ANY if kind in (DATE, ANY) else kind, seen.count, tuple(seen.examples), kind == DATE
            )
            for kind, seen in self.undecided.items()
        ]
        values.sort(key=lambda v: (v.value == ANY, v.value == "", -v.count, v.value))
        return Question(self.name, self.place + 1, tuple(sorted(self.about)), tuple(values))

    def _settled_by_itself(self, siblings: Iterable[str]) -> bool:
        """Whether what is undecided turns out to say nothing of a state."""
        if self.reference:
            # Every row has its link: it is the tool's. Too many to be a state's.
            return self.filled == self.rows
        if self.day:
            # Everybody's, or a column that nobody used.
            return self.filled in (0, self.rows)
        positive = self.about & {About.CONSENT, About.CONFIRMATION}
        if positive and not self.about & _NEGATIVE and self.filled == self.dates == self.rows:
            # The day on which each of them signed up or confirmed.
            return True
        if not self.filled and not positive:
            # What is empty everywhere says that nobody used it.
            return True
        if self.about <= _NEGATIVE and NOTHING in (self.rule.table if self.rule else ()):
            # "Unsubscribed: no" in every row: nobody did.
            return set(map(str.casefold, self.undecided)) <= {"0", "false", "no"}
        if self.about == {About.STATE} and _REGION.search(folded(self.name)):
            speaks = any(value_speaks(v) or header_speaks(v) & _NEGATIVE for v in self.undecided)
            return not speaks and any(_PLACE.search(folded(other)) for other in siblings)
        return False

    def final_rule(self) -> Rule | None:
        """How rows are judged by this column, once it has no question."""
        if self.rule is None:
            return None
        table = dict(self.rule.table)
        for kind in (NOTHING, ANY) if self.scanned or self.quiet or self.dismissed else ():
            # What did not speak of a state says nothing of one.
            table.setdefault(kind, Standing.ACTIVE)
        return replace(self.rule, table=table)


def _count(
    into: dict[str, _Seen], kind: str, cell: str, count: int, values: Sequence[str],
    lines: Sequence[int], who: Addresses,
) -> None:  # fmt: skip
    """One more block's rows with this value; the first few are kept as examples."""
    if kind not in into and len(into) >= _MOST_VALUES:
        kind = ANY
    seen = into.setdefault(kind, _Seen())
    seen.count += count
    place = -1
    while len(seen.examples) < _EXAMPLES:
        try:
            place = values.index(cell, place + 1)
        except ValueError:
            return
        seen.examples.append((lines[place], who(place)))


class Addresses:
    """The masked address of a row of the block at hand; worked out only when one is shown."""

    def __init__(self, rows: Sequence[Sequence[str]], place: int) -> None:
        self._rows, self._place = rows, place

    def __call__(self, row: int) -> str:
        try:
            return masked(mailboxes(self._rows[row][self._place])[0][1])
        except (BadAddress, IndexError):
            return "…"


def _of_another(header: str, about: frozenset[About]) -> bool:
    """Whether a header that speaks of a state speaks of another thing's."""
    return (
        _of_a_channel(header)
        or is_reference(header, about)
        or (about == {About.STATE} and bool(_OTHER_STATUS.search(folded(header))))
    )


def _of_a_channel(header: str) -> bool:
    """Whether a header names a way to reach people that is not mail."""
    words = folded(header)
    return bool(_OTHER_CHANNEL.search(words)) and not _EMAIL.search(words)


def _counts_up(words: Sequence[str]) -> bool:
    """Whether they number the rows: one after the other, from 1 on."""
    if not all(word.isdigit() for word in words) or len(words) < 2:
        return False
    numbers = [int(word) for word in words]
    return numbers[0] > 0 and all(b == a + 1 for a, b in pairwise(numbers))
