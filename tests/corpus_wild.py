"""Small inputs that once failed, each with its right answer, and what must be quick.

The inputs lie in the corpus beside the project; their answers are written here as figures.
"""

from __future__ import annotations

import datetime as dt
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.digest import Digest, decode, parse

if TYPE_CHECKING:
    from .corpus import Figures

DAY = dt.date(2026, 3, 2)


def _answer(digest: Digest) -> tuple[str, list[str], int, int, list[str]]:
    """Title, categories in order, items with a link, open lines, codes of errors."""
    return (
        digest.title,
        list(dict.fromkeys(item.category for item in digest.items)),
        sum(any(source.url for source in item.sources) for item in digest.items),
        len(digest.open),
        [problem.code for problem in digest.errors],
    )


# Items, then what `_answer` says.
WILD: dict[str, tuple[int, tuple[str, list[str], int, int, list[str]]]] = {
    "W01": (3, ("Indie Notes, issue 8 - 2026-03-02", [""], 2, 0, [])),
    "W02": (7, ("Map Review - 2026-03-06", ["Servers", "Clients", "Open data", "Sky"], 3, 0, [])),
    "W03": (5, ("Frontend Monthly", ["Notable articles", "Frameworks", "Browsers"], 5, 0, [])),
    "W04": (4, ("This Week in Boats #12", ["Engines", "Sails"], 4, 0, [])),
    "W08": (3, ("2026-03", ["Reading", "Tools"], 3, 0, [])),
    "W10": (4, ("", ["Puzzles", "Articles", "Tips"], 4, 0, ["title-missing"])),
    "W11": (3, ("Reading list - 2026-04-13", [""], 3, 0, [])),
    "W15": (2, ("Map Review", ["News"], 0, 0, [])),
    "W37": (2, ("Reading list - 2026-04-14", ["Notes"], 2, 0, [])),
    "W41": (1, ("A weekend of design", [""], 1, 0, [])),
}


def judge_wild(folder: Path, figures: Figures) -> None:
    """How many of them are read right."""
    wrong = []
    for name, (items, answer) in WILD.items():
        digest = parse(decode((folder / f"{name}.md").read_bytes()).text, name=name, date=DAY)
        if (len(digest.items), _answer(digest)) != (items, answer):
            wrong.append(name)
            print(f"      {name}: {len(digest.items)} items, {_answer(digest)}")
    figures.show("small inputs that once failed, read right", f"{len(WILD) - len(wrong)}",
                 f"{len(WILD)}", not wrong)  # fmt: skip


def _addresses() -> str:
    rest = "a" * 100
    lines = (f"https://example.org/path/to/the/page/{n}?x={n * 7}&y={rest}" for n in range(19_000))
    return "# T - 2026-03-02\n\n" + "\n".join(lines)


def _listed() -> str:
    return _addresses().replace("\nhttps", "\n- https")


def _items() -> str:
    one = (
        "## Item {0}\n\n> **分类：** 甲\n> **来源：** [a](https://example.org/{0})\n\n"
        "**核心洞察：** 话。\n\n"
    )
    return "# T - 2026-03-02\n\n" + "".join(
        one.format(n) + "**内容简介：**\n\n- 首：句\n- 次：句\n\n---\n\n" for n in range(1_999)
    )


QUICK: dict[str, tuple[Callable[[], str], float]] = {
    "3 MB of bare addresses": (_addresses, 2.0),
    "3 MB of listed addresses": (_listed, 2.0),
    "1,999 items": (_items, 1.5),
}


def judge_speed(figures: Figures) -> None:
    """Seconds of processor time and memory, each in a process of its own."""
    for name, (make, most) in QUICK.items():
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            text = make()
            start = time.process_time()
            parse(text)
            took = time.process_time() - start
            os.write(write, f"{took} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}".encode())
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            seconds, peak = map(float, pipe.read().split())
        os.waitpid(child, 0)
        figures.show(f"speed: {name}", f"{seconds:.2f} s, {peak / 1024:.0f} MB",
                     f"{most} s, 200 MB", seconds <= most and peak / 1024 <= 200)  # fmt: skip
