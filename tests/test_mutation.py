"""The command that tries mutants: what it picks and tells apart, and that its table is true."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from tests import mutants, mutation
from tests.mutants import Mutant, changes, pick

SOURCE = '''"""A limit."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    LATER = 1
LIMIT: int = 3


@property
def is_many(count: int) -> bool:
    log.info("many", 5)
    return count > LIMIT
'''


def lines_changed(source: str) -> list[tuple[int, str]]:
    """(line of the statement, its new text) of each mutant."""
    made = [make() for make in changes("newsletter/limit.py", source)]
    return [
        (one.lines.start, one.source.splitlines()[one.lines.start - 1].strip())
        for one in made
        if one is not None
    ]


def test_constants_and_decorated_functions_are_changed_and_words_and_imports_are_not() -> None:
    assert lines_changed(SOURCE) == [
        (8, "LIMIT: int = None"),
        (8, "LIMIT: int = 4"),
        (14, "return count >= LIMIT"),
    ]


def test_the_lines_of_a_statement_are_all_of_it_and_of_a_compound_one_those_up_to_the_change() -> (
    None
):
    source = "value = (\n    1,\n    2,\n)\nif value and (\n    2 > 1\n):\n    pass\n"
    made = [make() for make in changes("newsletter/limit.py", source)]
    assert {(one.lines.start, one.lines.stop) for one in made if one} == {(1, 5), (5, 7), (5, 8)}


def test_the_same_seed_picks_the_same() -> None:
    first = pick("subscribers/choice.py", 13, 5)
    assert len(first) == 5
    assert first == pick("subscribers/choice.py", 13, 5)
    assert first != pick("subscribers/choice.py", 14, 5)
    package = pick("newsletter/refusals", 13, 40)
    assert len({mutant.file for mutant in package}) > 3


def test_a_mutant_shows_its_change() -> None:
    file = "subscribers/choice.py"
    source = (mutants.ROOT / file).read_text().replace("NEW = 1 << 61", "NEW = 1 << 62")
    place = source.splitlines().index("NEW = 1 << 62") + 1
    shown = Mutant(file, range(place, place + 1), source).diff()
    assert shown == f"{file}:{place}\n-NEW = 1 << 61\n+NEW = 1 << 62"


def test_every_mutant_is_killed_timed_out_or_a_survivor_that_is_shown() -> None:
    """In a process of its own: this one has imported the modules unchanged."""
    module = "newsletter/sending/weighing.py"
    command = [sys.executable, "-m", "tests.mutation", module, "--mutants", "5", "--json"]
    done = subprocess.run(command, cwd=mutants.ROOT, capture_output=True, timeout=300)
    result = json.loads(done.stdout)
    found = result["killed"] + result["timed_out"]
    assert (result["module"], result["seed"], result["mutants"]) == (module, 13, 5)
    assert result["killed"] > 0 and found + len(result["survivors"]) == 5
    assert done.returncode == (0 if found == 5 else 1)


def test_the_table_names_modules_and_tests_that_are_there() -> None:
    for module, tests in mutation.TESTS.items():
        assert (mutants.ROOT / module).exists(), module
        assert all((mutants.ROOT / path).exists() for path in tests), module


def test_the_last_results_are_of_the_modules_of_the_table() -> None:
    lines = (mutants.ROOT / "tests/mutants.md").read_text().splitlines()
    rows = [line.split("|")[1].strip(" `") for line in lines if line.startswith("| `")]
    assert set(mutation.TESTS) <= set(rows)


def test_every_fault_that_survived_0_1_0_has_its_quick_test() -> None:
    text = (mutants.ROOT / "tests/mutants.md").read_text()
    _, _, table = text.partition("## Forty by hand")
    paths = re.findall(r"`(tests/\w+/test_\w+\.py)`", table)
    assert len(set(paths)) == 9
    for path in paths:
        assert "def test_s9_" in (mutants.ROOT / path).read_text(), path
