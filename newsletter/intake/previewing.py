"""One edition as readers of some categories would get it, for who prepares it elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import pgettext

from newsletter import editions, rendering
from newsletter.models import Issue
from subscribers.choice import TAIL

from .problems import Refusal

# What stands in links for each reader's own token.
_READER = "READER"


def preview(issue: Issue, categories: Sequence[str], form: str) -> str:
    """The edition as `text` or `html`, for readers of these categories (address names; none is
    all). Raises Refusal."""
    view = editions.load(issue)
    bits = {one.slug: one.bit for one in view.categories() if one.bit is not None}
    if unknown := [slug for slug in categories if slug not in bits]:
        raise Refusal(
            "invalid",
            pgettext("problem", "No item is in %(unknown)s. There are: %(known)s.")
            % {"unknown": ", ".join(unknown)[:200], "known": ", ".join(sorted(bits))},
        )
    chosen = sum(1 << bits[slug] for slug in set(categories)) if categories else view.category_mask
    try:
        made = rendering.prepare(view, issue.publication).edition(chosen | (view.mask & TAIL))
    except rendering.RenderingError as error:
        raise Refusal("not-released", str(error), reasons=[str(error)]) from None
    text = made.html if form == "html" else made.text
    return rendering.fill(text, dict.fromkeys(rendering.SLOTS, _READER))
