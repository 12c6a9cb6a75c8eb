"""What dialects write in place of their marks, and the tags they have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from .prose import Prose, outside

_MOST_TAGS = 5_000  # of one document
_LONGEST_TAG = 40  # lines that one tag may go over.
_ATTRIBUTE = re.compile(
    r"([A-Za-z_:@][\w:.@-]*)\s*=\s*"
    r"(?:\"([^\"]*)\"|'([^']*)'|\{\s*[\"'`]([^\"'`{}]*)[\"'`]\s*\}|(\{[^{}]*\})|([^\s\"'{}<>/]+))"
)
_WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^\s\"'=]+)(?!\s*=)(?=\s|$)")
_QUOTED = re.compile(r"[\"']([^\"']*)[\"']")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|avif|bmp)(?:[?#]\S*)?$", re.IGNORECASE)
_LINK_BULLET = re.compile(r"\s*(?:[-*+]|\d{1,4}[.)])\s+(?:\*\*|__)?\[")
_EMPTY_LINK = re.compile(r"(?<!!)\[([^\[\]]*+)\]\(\s*+\)")
_EMPTY_PICTURE = re.compile(r"!\[[^\[\]]*+\]\(\s*+\)")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s")
_FAR = 500  # lines above a call-out that are looked at for its section
_QUOTE_MARK = re.compile(r"[ \t]{0,3}>[ \t]?")
# What may follow a part with a heading of its own: the next part, in any dialect.
_ENDS_PART = re.compile(
    r"\s{0,3}(?:#{1,6}(?:\s|$)|(?:[-*_][ \t]*){3,}$"
    r"|>[ \t]?\[!|!!!|\?\?\?|:{3,}|</|<[A-Z]|\{[{%]|///)"
)
# Kinds of call-outs, as every dialect calls them; as a title they say nothing.
CALL_OUTS = re.compile(
    r"(note|tip|info|warning|danger|caution|important|hint|alert|callout|admonition|aside|abstract"
    r"|highlight|box|notice|message|banner|success|question|failure|bug|example|quote|todo"
    r")(?:box|block)?",
    re.IGNORECASE,
)


def attributes(text: str) -> dict[str, str]:
    """`name="value"` pairs by name in lower case; a value that is an expression is left out."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        value = next((match[n] for n in (2, 3, 4, 6) if match[n] is not None), None)
        if value is not None:
            found.setdefault(match[1].lower(), " ".join(value.split()))
    return found


def words(text: str) -> list[str]:
    """The values that have no name, quoted or not, in order."""
    return [next(part for part in match.groups() if part is not None).strip(",")
            for match in _WORD.finditer(_ATTRIBUTE.sub(" ", text))]  # fmt: skip


def quoted(text: str) -> str:
    """The first quoted value that has no name and is a title: not the name of an icon."""
    found = _QUOTED.findall(_ATTRIBUTE.sub(" ", text))
    return next((one for one in found if one and not one.startswith(("fa", "mdi", "icon"))), "")


def picture(source: str, words_for_it: str = "") -> str:
    """A picture as Markdown."""
    return f"![{_label(words_for_it)}]({_target(source)})"


def link(target: str, label: str) -> str:
    """A link as Markdown."""
    return f"[{_label(label) or target}]({_target(target)})"


def is_picture(source: str) -> bool:
    """Whether an address ends like one of a picture."""
    return _PICTURE.search(source) is not None


def _label(text: str) -> str:
    return " ".join(text.replace("[", "(").replace("]", ")").split())


def _target(address: str) -> str:
    address = address.strip().replace("<", "%3C").replace(">", "%3E")
    return f"<{address}>" if re.search(r"[\s()]", address) else address


def bold(text: str) -> str:
    """A title in bold; nothing for an empty one."""
    text = " ".join(text.replace("**", "").split()).strip()
    return f"**{text}**" if text else ""


def quote(prose: Prose, opening: int, inside: Sequence[int], title: str, column: int = 0) -> None:
    """Make the lines `inside` a quotation, as mail shows a call-out, with its title in front.

    `opening` is the index of the line that opens it, `column` where it stands in its line. Where
    it holds headings or a list of links it is a part of the document and no remark: then only the
    title is written, over them.
    """
    lines = prose.lines
    if _holds_items(prose, inside):
        prose.put(opening, " " * column + _title_over(prose, opening, inside, title))
        return
    first = next((index for index in inside if lines[index].strip()), None)
    runs_on = (
        first is not None
        and first == opening + 1
        and first not in prose.code
        and not re.match(r"\s*(?:[-*+>|#]\s|\d{1,4}[.)]\s|!?\[|<|```|~~~)", lines[first])
    )
    head = bold(title)
    mark = f"{' ' * column}> "
    prose.put(opening, f"{mark}{head}{' –' if runs_on else ''}" if head else "")
    last = max((index for index in inside if lines[index].strip()), default=opening)
    for index in inside:
        if index <= last:
            lines[index] = f"{mark}{lines[index][column:]}".rstrip()
            prose.dropped.discard(index + 1)


def _holds_items(prose: Prose, inside: Sequence[int]) -> bool:
    return any(
        _HEADING.match(prose.lines[index]) or _LINK_BULLET.match(prose.lines[index])
        for index in inside
        if index not in prose.code
    )


def _title_over(prose: Prose, opening: int, inside: Sequence[int], title: str) -> str:
    """The title of a call-out that is a part of the document: a heading, where nothing follows
    that is not its own; else a line that announces its list. "Note" and "Tip" are no titles."""
    if CALL_OUTS.fullmatch(title.strip()) or not title.strip():
        return ""
    lines = prose.lines
    after = max(inside, default=opening) + 1
    follows = next((line for line in lines[after:] if line.strip()), "#")
    held = any(_HEADING.match(lines[index]) for index in inside if index not in prose.code)
    if held or not _ENDS_PART.match(follows):
        text = title.strip().rstrip(":：")
        return bold(text if held else f"{text}:")
    level = min(6, _level_above(prose, opening) + 1)
    prose.headings.add(opening)
    return f"{'#' * level} {title.replace('**', '').strip()}"


def _level_above(prose: Prose, opening: int) -> int:
    """The level of the document's own heading above a line; 1 where there is none."""
    for index in range(opening - 1, max(prose.start, opening - _FAR) - 1, -1):
        if (
            _HEADING.match(prose.lines[index])
            and index not in prose.code
            and index not in prose.headings
        ):
            return len(prose.lines[index].split()[0])
    return 1


def unquote(prose: Prose, opening: int, inside: Sequence[int], title: str) -> bool:
    """Make the quotation of a call-out a part of the document, if it is a list of links.

    Two links or more: with one it is a remark that says where to read on.
    """
    bare = {index: _QUOTE_MARK.sub("", prose.lines[index], count=1) for index in inside}
    if sum(_LINK_BULLET.match(line) is not None for line in bare.values()) < 2:
        return False
    for index, line in bare.items():
        prose.lines[index] = line.rstrip()
        if not line.strip():
            prose.dropped.discard(index + 1)
    prose.put(opening, _title_over(prose, opening, inside, title))
    return True


def tab(prose: Prose, opening: int, end: int) -> None:
    """Make what stands between the marks of a tab the text of its point, which was written into
    line `opening`: as far from the margin as a point's text is, whatever it was."""
    lines = prose.lines
    column = len(lines[opening]) - len(lines[opening].lstrip())
    lines[opening] = lines[opening].strip()
    inside = [index for index in range(opening + 1, end) if lines[index].strip()]
    least = min((len(lines[n]) - len(lines[n].lstrip()) for n in inside), default=0)
    by = max(column, least) if least >= column else least
    for index in inside:
        lines[index] = f"  {lines[index][by:]}"


def dedent(prose: Prose, inside: Sequence[int], by: int = 4) -> None:
    """Take up to `by` columns of white space from the front of these lines."""
    for index in inside:
        line = (
            prose.lines[index].expandtabs(4)
            if "\t" in prose.lines[index][:by]
            else (prose.lines[index])
        )
        kept = line.lstrip(" ")
        prose.lines[index] = " " * max(0, len(line) - len(kept) - by) + kept


def indented(prose: Prose, after: int, by: int = 4) -> list[int]:
    """The indexes of the lines that stand `by` columns under line `after`, blanks between them."""
    column = _indent(prose.lines[after]) + by
    found: list[int] = []
    blanks: list[int] = []
    for index in range(after + 1, len(prose.lines)):
        line = prose.lines[index]
        if not line.strip():
            blanks.append(index)
        elif _indent(line) >= column:
            found += [*blanks, index]
            blanks = []
        else:
            break
    return found


def _indent(line: str) -> int:
    line = line.expandtabs(4) if "\t" in line else line
    return len(line) - len(line.lstrip(" "))


def unlink_empty(prose: Prose, indexes: Iterable[int]) -> None:
    """Of links and pictures whose address was a tag that went, only the words stay."""
    for index in indexes:
        line = prose.lines[index]
        if "](" in line:
            prose.change_line(index, _unlinked)


def _unlinked(run: str) -> str:
    return _EMPTY_LINK.sub(r"\1", _EMPTY_PICTURE.sub("", run))


# What is written in place of a tag (None: left as it is), for its inside and the index of its line.
Writer = Callable[[str, int], str | None]


def replace_tags(prose: Prose, opening: str, closing: str, kind: str, write: Writer) -> None:
    """Write each `opening`…`closing` anew; one may go over several lines.

    Of more tags than a person writes, the others are only dropped and told as `kind`.
    """
    more = _MOST_TAGS

    def limited(inside: str, index: int) -> str | None:
        nonlocal more
        more -= 1
        if more >= 0:
            return write(inside, index)
        prose.tell(kind, index)
        return ""

    last = max(
        (index for index in range(prose.start, len(prose.lines)) if closing in prose.lines[index]),
        default=-1,
    )
    for index, _line in prose.rows(opening):
        if index > last or opening not in prose.lines[index]:
            continue
        _join(prose, index, opening, closing)
        line = prose.lines[index]

        def change(run: str, index: int = index) -> str:
            return "".join(_written(run, opening, closing, limited, index))

        left = outside(line, change)
        if left != line:
            prose.put(index, left)


def _written(run: str, opening: str, closing: str, write: Writer, index: int) -> Iterator[str]:
    done = 0
    while (start := run.find(opening, done)) >= 0:
        end = run.find(closing, start + len(opening))
        if end < 0:
            break
        after = end + len(closing)
        made = write(run[start + len(opening) : end].strip(), index)
        yield run[done:start]
        yield run[start:after] if made is None else made
        done = after
    yield run[done:]


def _join(prose: Prose, index: int, opening: str, closing: str) -> None:
    """Bring a tag that ends in a later line onto the line where it begins."""
    line = prose.lines[index]
    bare = outside(line, lambda run: run) if "`" not in line else re.sub(r"`[^`]*`", "", line)
    start = bare.rfind(opening)
    if start < 0 or closing in bare[start:]:
        return
    for end in range(index + 1, min(index + _LONGEST_TAG, len(prose.lines))):
        text = prose.lines[end]
        if end in prose.code or not text.strip() or opening in text.split(closing)[0]:
            return
        if closing in text:
            inside, _mark, rest = text.partition(closing)
            middle = [prose.lines[n].strip() for n in range(index + 1, end)]
            prose.lines[index] = " ".join([line.rstrip(), *middle, inside.strip(), closing])
            for empty in range(index + 1, end):
                prose.put(empty, "")
            prose.put(end, rest)
            return
