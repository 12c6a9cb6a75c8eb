"""A shape is one file: what that file adds is seen wherever shapes are named."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from newsletter.digest import parse, shapes
from newsletter.digest.labels import labels_for
from newsletter.digest.outline import Outline, read_lines, read_sections

from .. import builders

MADE_UP = '''
"""A shape for the test: each line that starts with "% " is an item."""

from newsletter.digest.marking import gettext_noop
from newsletter.digest.outline import Outline
from newsletter.digest.reading import Parts, Reading
from newsletter.digest.value import Item

NAME = "percent"
LABEL = gettext_noop("Lines after a percent sign")


def evidence(outline: Outline) -> float:
    lines = list(outline.sections[-1].content())
    return sum(line.raw.startswith("% ") for line in lines) / max(1, len(lines))


def read(reading: Reading) -> Parts:
    lines = [line for line in reading.outline.lines if line.raw.startswith("% ")]
    reading.claim(*lines)
    return Parts([Item(line.raw[2:], line.number, "Port", body=line.raw[2:]) for line in lines])
'''
TEXT = "# Harbour - 2026-03-02\n\n% Ferry returns\n% Yard grows\n"


@pytest.fixture
def made_up(tmp_path: Path) -> Iterator[None]:
    """The shape `percent`, in a folder that is searched as if it were the package's own."""
    (tmp_path / "percent.py").write_text(MADE_UP)
    yield from _searched(tmp_path)


def _searched(folder: Path) -> Iterator[None]:
    shapes.__path__.append(str(folder))
    shapes.known.cache_clear()
    yield
    shapes.__path__.remove(str(folder))
    shapes.known.cache_clear()
    for path in folder.glob("*.py"):
        sys.modules.pop(f"{shapes.__name__}.{path.stem}", None)


def test_without_it_the_text_is_one_document() -> None:
    assert parse(TEXT).shape == "document"


@pytest.mark.usefixtures("made_up")
def test_it_is_recognised() -> None:
    digest = parse(TEXT)
    assert digest.shape == "percent"
    assert [item.title for item in digest.items] == ["Ferry returns", "Yard grows"]
    assert digest.unclaimed_lines == ()


@pytest.mark.usefixtures("made_up")
def test_half_the_evidence_is_less_than_another_shape_has() -> None:
    """Weaker evidence than 0.7 leaves the lists of links to `links`."""
    listed = "\n".join(f"- [a](https://example.org/{n})" for n in range(4))
    assert parse(f"# T - 2026-03-02\n\n% one\n{listed}\n").shape == "links"
    assert parse(f"# T - 2026-03-02\n\n{listed}\n", shape="percent").shape == "percent"


@pytest.mark.usefixtures("made_up")
def test_of_two_with_the_same_evidence_the_first_by_name_reads(tmp_path: Path) -> None:
    (tmp_path / "per_line.py").write_text(MADE_UP.replace('"percent"', '"per-line"'))
    shapes.known.cache_clear()
    assert parse("# T - 2026-03-02\n\n% one\n\nNo item.\n").shape == "per-line"


@pytest.mark.usefixtures("made_up")
@pytest.mark.django_db
def test_the_command_offers_it_and_its_json_names_it(tmp_path: Path) -> None:
    builders.category(builders.publication("harbour"), "Port")
    (tmp_path / "issue.md").write_text(TEXT)
    out = io.StringIO()
    call_command(
        "import_digest", str(tmp_path / "issue.md"), "--publication", "harbour",
        "--shape", "percent", "--json", stdout=out,
    )  # fmt: skip
    said = json.loads(out.getvalue())
    assert (said["shape"], said["items"], said["unclaimed_lines"]) == ("percent", 2, [])
    with pytest.raises(CommandError, match="percent"):
        call_command("import_digest", "x.md", "--publication", "harbour", "--shape", "nothing")


@pytest.mark.usefixtures("made_up")
def test_the_form_offers_it() -> None:
    from newsletter.admin.intake import IntakeForm

    offered = dict(IntakeForm(publications=None).fields["shape"].choices)  # type: ignore[attr-defined]
    assert offered["percent"] == "Lines after a percent sign"
    assert next(iter(offered)) == "auto"


def test_the_files_of_the_folder_are_the_shapes() -> None:
    folder = Path(shapes.__file__).parent
    files = {path.stem for path in folder.iterdir() if path.stem not in ("__init__", "__pycache__")}
    assert {shape.name for shape in shapes.known()} == files


def test_labels_are_translated_at_the_edge() -> None:
    from django.utils.translation import gettext, override

    with override("zh-hans"):
        assert all(gettext(shape.label) != shape.label for shape in shapes.known())


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ('NAME = "percent"', ""),
        ('NAME = "percent"', 'NAME = "auto"'),
        ('NAME = "percent"', 'NAME = "much-too-long-a-name"'),
        ('NAME = "percent"', 'NAME = "links"'),
        ('NAME = "percent"', 'NAME = "percent"\nSURENESS = 1.5'),
        ("def read(", "def write("),
    ],
)
def test_a_file_that_describes_no_shape_is_refused(tmp_path: Path, line: str, wrong: str) -> None:
    (tmp_path / "percent.py").write_text(MADE_UP.replace(line, wrong))
    for _ in _searched(tmp_path):
        with pytest.raises((TypeError, ValueError)):
            shapes.known()


def test_evidence_is_between_nothing_and_sureness() -> None:
    for path in sorted((Path(__file__).parent.parent / "data" / "digests").glob("*.md")):
        lines = read_lines(path.read_text().split("\n"), 1, frozenset())
        outline = Outline(lines, read_sections(lines), labels_for(None), {})
        for shape in shapes.known():
            assert 0.0 <= shape.evidence(outline) <= shape.sureness, (path, shape.name)
