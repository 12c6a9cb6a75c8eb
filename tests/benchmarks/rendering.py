"""What an edition costs beside one plain `mjml2html` of the full edition, in the same run.

    python -m tests.benchmarks.rendering [DIGEST.md]

Without a digest an invented issue of ten items in five categories is measured. After the issue is
prepared, each non-empty selection is rendered in turn with the plain call, ROUNDS times; what is
printed are the least times and their ratio. One JSON object stands on the last line.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS = 15


def _view(path: str | None, language: str):  # type: ignore[no-untyped-def]
    from tests import sample_issues as issues

    if path is None:
        return issues.view(10, language)
    from newsletter import digest
    from newsletter.editions import BulletView, CategoryView, IssueView, ItemView, LinkView

    parsed = digest.parse(digest.decode(Path(path).read_bytes()).text, name=path)
    kinds: dict[str, CategoryView] = {}
    for one in parsed.items:
        bit = len(kinds)
        kinds.setdefault(
            one.category, CategoryView(bit + 1, f"c{bit}", one.category, "", bit, "open")
        )

    def bullets(found):  # type: ignore[no-untyped-def]
        return tuple(BulletView(b.lead, b.text, bullets(b.children)) for b in found)

    items = tuple(
        ItemView(
            id=number,
            number=number,
            anchor=f"item-{number}",
            entry_id=f"urn:x:{number}",
            title=one.title,
            category=kinds[one.category],
            sources=tuple(LinkView(0, link.label, link.url) for link in one.sources),
            insight=one.insight,
            bullets=bullets(one.bullets),
            body=one.body,
        )
        for number, one in enumerate(parsed.items, 1)
    )
    return IssueView(
        id=1,
        publication="daily",
        slug="measured",
        entry_id="urn:x:issue",
        title=parsed.title,
        date=parsed.date or dt.date(2026, 3, 2),
        language=language,
        subject="",
        preheader="",
        intro=parsed.intro,
        items=items,
        tail_title=parsed.tail_title,
        tail=tuple(LinkView(0, link.label, link.url) for link in parsed.tail_links),
    )


def _microseconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - begun) / 1000


def measure(path: str | None) -> dict[str, float | int]:
    """Microseconds, sizes in octets, ratios to the plain call."""
    from mjml import mjml2html

    from newsletter import message, rendering
    from newsletter.models import Issue
    from subscribers.choice import TAIL
    from tests import sample_issues as issues

    view = _view(path, "zh-Hans")
    publication = issues.publication("zh-Hans")
    rendering.prepare(view, publication)  # The first call loads style sheets and templates.
    prepare = statistics.median(
        _microseconds(lambda: rendering.prepare(view, publication)) for _ in range(5)
    )
    prepared = rendering.prepare(view, publication)
    source = prepared.mjml(view.mask)
    selections = issues.selections(view.category_mask)[:1023]
    wanted = [selection | view.mask & TAIL for selection in selections]
    plain, own = [], {selection: [] for selection in wanted}
    for _ in range(ROUNDS):
        for selection in wanted:
            plain.append(_microseconds(lambda: mjml2html(source, fonts={})))
            own[selection].append(_microseconds(lambda: prepared.edition(selection)))  # noqa: B023
    # The least of many: on a busy machine anything else measures the neighbours.
    base = min(plain)
    costs = [min(times) for times in own.values()]
    full = prepared.edition(view.mask)
    template = message.MessageTemplate(full, publication, Issue(pk=1))
    at = dt.datetime.now(dt.UTC)
    reader = message.Reader("reader@example.org", 11, 2**32 + 1, 1)
    fill = min(
        _microseconds(lambda: [template.fill(reader, at) for _ in range(200)]) / 200
        for _ in range(20)
    )
    return {
        "selections": len(wanted),
        "html_bytes": full.size,
        "message_bytes": template.size,
        "mjml2html_us": round(base),
        "prepare_us": round(prepare),
        "edition_us_median": round(statistics.median(costs)),
        "edition_us_worst": round(max(costs)),
        "ratio_median": round(statistics.median(costs) / base, 2),
        "ratio_worst": round(max(costs) / base, 2),
        "mould_us": round(
            statistics.median(
                _microseconds(lambda: message.MessageTemplate(full, publication, Issue(pk=1)))
                for _ in range(20)
            )
        ),
        "fill_us": round(fill, 1),
    }


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATA_DIR"] = folder
        os.environ["BASE_URL"] = "https://news.example.org"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.config.settings")
        import django

        django.setup()
        found = measure(sys.argv[1] if len(sys.argv) > 1 else None)
        print(f"one selection costs {found['ratio_worst']} plain calls at most (target: 1)")
        print(json.dumps(found))


if __name__ == "__main__":
    main()
