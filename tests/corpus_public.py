"""Public newsletters nobody here wrote: no line without an owner, few questions, right items.

Their repositories are read from bare git directories in one folder, `OWNER+NAME/repo` each, and
nothing of them is kept here but counts and hashes: `data/judged_items.tsv` says for twenty issues
of each how many items a person counted, and of which of them title, link and section were right.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.digest import Digest, Item, Layout, Role, decode
from newsletter.digest.parsing import account

if TYPE_CHECKING:
    from .corpus import Figures

JUDGED = Path(__file__).parent / "data" / "judged_items.tsv"
SAMPLE = 20
DAY = dt.date(2026, 3, 2)  # For issues that name no day: not what is judged here.


@dataclass(frozen=True)
class Public:
    """A repository, and which of its files are issues."""

    name: str
    issues: str


PUBLIC = [
    Public("ljinkai/weekly", r"20(2[1-9]|[3-9]\d)/.*\.md"),
    Public("slorber/this-week-in-react", r"website/newsletter/(?!_|.*/_).*\.mdx?"),
    Public("naver/fe-news", r"issues/.*\.md"),
    Public("geotribu/website", r"content/rdp/.*/rdp_.*\.md"),
    Public("tw93/weekly", r"src/pages/posts/.*\.md"),
]
# Others in more languages and shapes, to see that rules hold where nobody looked.
ALSO = [
    Public("SwiftOldDriver/iOS-Weekly", r"Reports/.*\.md"),
    Public("chinesehuazhou/python-weekly", r"docs/.*\.md"),
    Public("sorrycc/weekly", r"docs/weekly/.*\.md"),
]


def issues(folder: Path, public: Public) -> Iterator[tuple[str, str]]:
    """(path, text) of each issue in the newest commit; empty ones are left out."""
    git_dir = folder / public.name.replace("/", "+") / "repo"
    git = ["git", "--git-dir", str(git_dir)]
    listed = subprocess.run(
        [*git, "ls-tree", "-r", "-z", "--name-only", "HEAD"], capture_output=True, check=True
    ).stdout.decode()
    for path in sorted(name for name in listed.split("\0") if re.fullmatch(public.issues, name)):
        data = subprocess.run([*git, "show", f"HEAD:{path}"], capture_output=True, check=True)
        text = decode(data.stdout).text
        if text.strip():
            yield path, text


def judge_public(folder: Path, figures: Figures) -> None:
    """Each repository that lies in the folder; the others are named."""
    judged = read_judged()
    for public in [*PUBLIC, *ALSO]:
        if not (folder / public.name.replace("/", "+") / "repo").is_dir():
            print(f"  --  {public.name}: not in the folder")
            continue
        _judge(public, list(issues(folder, public)), judged, figures)


def _judge(
    public: Public,
    documents: list[tuple[str, str]],
    judged: dict[tuple[str, str], tuple[int, set[str]]],
    figures: Figures,
) -> None:
    lost = asked = remembered = right = wanted = 0
    layout = Layout()
    start = time.process_time()
    for path, text in documents:
        digest, reading = account(text, name=path, date=DAY, layout=layout)
        questions = [*digest.open, *(one for one, _role in digest.decided)]
        asked += len(questions)
        remembered += len(digest.open)
        if reading is not None:
            lost += len(unowned(text, digest, reading.owners()))
        for one in digest.open:
            layout = layout.with_line(one.key, Role.LEFT_OUT)
        if (public.name, path) in judged:
            counted, hashes = judged[public.name, path]
            found = [fingerprint(item) for item in digest.items]
            right += len(hashes & set(found))
            wanted += max(counted, len(found))
    took = time.process_time() - start
    figures.show(f"{public.name}: lines of no item and not asked about", f"{lost} "
                 f"({len(documents)} issues, {took:.1f} s)", "0", lost == 0)  # fmt: skip
    each = max(1, len(documents))
    print(f"      questions an issue: {asked / each:.2f} when new, "
          f"{remembered / each:.2f} once answered")  # fmt: skip
    if wanted:
        share = 100 * right / wanted
        figures.show(f"{public.name}: items right", f"{right} of {wanted}, {share:.1f} %",
                     "at least 97 %", share >= 97)  # fmt: skip


def unowned(text: str, digest: Digest, owners: dict[int, str]) -> list[int]:
    """Numbers of lines below the front matter that no part holds and nobody is asked about."""
    asked = {n for one in digest.open for n in range(one.first, one.last + 1)}
    lines = text.split("\n")
    first = min(owners, default=1)
    return [
        number
        for number, line in enumerate(lines, 1)
        if number >= first and line.strip() and number not in owners and number not in asked
    ]


def fingerprint(item: Item) -> str:
    """Title, link and section as eight hexadecimal digits, whatever marks stand in them."""
    link = next((source.url for source in item.sources if source.url), "")
    parts = [_plain(item.title), link, _plain(item.section)]
    return hashlib.sha256("\t".join(parts).encode()).hexdigest()[:8]


def _plain(text: str) -> str:
    """Without attribute lists, icon codes and pictographs, which dialects may take out."""
    text = re.sub(r"\{[^{}]*\}|:[a-z0-9_+-]+:", " ", text)
    return " ".join(re.findall(r"\w+", text.casefold()))


def read_judged() -> dict[tuple[str, str], tuple[int, set[str]]]:
    """Items counted by hand, and the fingerprints of those that were right, by name and path."""
    if not JUDGED.exists():
        return {}
    with JUDGED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {
        (row["repository"], row["path"]): (int(row["items"]), set(row["right"].split()))
        for row in rows
    }


def sample(documents: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Twenty issues spread over the years."""
    step = max(1, len(documents) // SAMPLE)
    return documents[step // 2 :: step][:SAMPLE]


def print_items(folder: Path, name: str) -> None:
    """The items of the sample of one repository, to be judged by reading."""
    public = next(one for one in [*PUBLIC, *ALSO] if one.name == name)
    for path, text in sample(list(issues(folder, public))):
        digest, _reading = account(text, name=path, date=DAY)
        print(f"# {path}\t{len(digest.items)}")
        for item in digest.items:
            link = next((source.url for source in item.sources if source.url), "-")
            print(f"{fingerprint(item)}\t{item.title}\t{link}\t{item.section}")
