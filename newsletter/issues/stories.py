"""Stories an issue tells that were told before, and what somebody decides of each.

Drop hides the item, a follow-up links back to the earlier one and says so to its readers, keep
leaves it as it is. What was decided of an item and an earlier one is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils.translation import pgettext

from newsletter.editions import IssueView
from newsletter.importing.stories import Asked, Earlier, Likeness, look_up
from newsletter.importing.stories.tellings import text_of
from newsletter.models import Issue, Item, Link, StoryDecision
from subscribers import times

from .findings import Finding, Level

Choice = StoryDecision.Choice
# What an item says below its title.
_TEXT = ("insight", "bullets", "body")
_MAILED = (Issue.State.SENDING, Issue.State.PAUSED, Issue.State.SENT)


@dataclass(frozen=True, slots=True)
class Told:
    """An item, and the earlier ones that told its story, the most like and the newest first."""

    item: Item
    earlier: tuple[Earlier, ...]

    @property
    def sure(self) -> bool:
        """Whether one of them did, not only perhaps."""
        return self.earlier[0].likeness == Likeness.SAME


def told(
    issue: Issue, items: Sequence[Item] | None = None, *, least: Likeness = Likeness.SAME
) -> list[Told]:
    """The issue's items, or those given, whose stories were told, whatever was decided; with a
    lower `least` those that perhaps were, too.

    Only a regular issue tells stories of its own; a hidden item tells none. Issues in other
    languages do not count, nor those that say the same as this one.
    """
    if issue.kind != Issue.Kind.REGULAR:
        return []
    links = Link.objects.filter(kind=Link.Kind.SOURCE).exclude(url="")
    if items is None:
        shown = issue.items.filter(hidden=False, copied_from__isnull=True)
        said = list(shown.order_by("number").values_list("pk", "title", *_TEXT))
        links = links.filter(issue=issue)
    else:
        shown_rows = [r for r in items if not r.hidden and r.copied_from_id is None]
        said = [(r.pk, r.title, r.insight, r.bullets, r.body) for r in shown_rows]
        links = links.filter(item__in=[pk for pk, *_text in said])
    urls: dict[int, list[str]] = {}
    for item, url in links.order_by("number").values_list("item_id", "url"):
        if item is not None:
            urls.setdefault(item, []).append(url)
    asked = [Asked(title, tuple(urls.get(pk, ())), text_of(*text)) for pk, title, *text in said]
    found = look_up(issue.publication, asked, issue.date, apart=family(issue), least=least)
    earlier = {
        one[0]: mine
        for one, theirs in zip(said, found, strict=True)
        if (mine := tuple(one for one in theirs if one.language == issue.language))
    }
    # Few have been told: only their rows are read.
    rows = issue.items.in_bulk(list(earlier)) if items is None else {row.pk: row for row in items}
    return [Told(rows[pk], mine) for pk, mine in earlier.items() if pk in rows]


def family(issue: Issue) -> set[int]:
    """The issue itself and those that say the same in other languages: they are no past of it."""
    original = issue.original_id or issue.pk
    translations = Issue.objects.filter(original_id=original).values_list("pk", flat=True)
    return {issue.pk, original, *translations}


def marked(view: IssueView, issue: Issue) -> IssueView:
    """The issue's view with what its publication leaves out for whoever had it: items whose story
    was mailed before. A follow-up is not the same."""
    if not issue.publication.leave_out_told:
        return view
    had = {
        one.item.pk: tuple(sorted(e.item for e in one.earlier if e.state in _MAILED))
        for one in told(issue)
        if one.item.follows_id is None
    }
    items = tuple(replace(item, told_in=had.get(item.id, ())) for item in view.items)
    return replace(view, items=items)


def undecided(issue: Issue, found: Iterable[Told]) -> list[Told]:
    """Those nobody has decided yet. Only issues up to this one's day were before it."""
    decided = set(
        StoryDecision.objects.filter(item__issue=issue).values_list("item_id", "earlier_id")
    )
    open_ = []
    for one in found:
        left = tuple(
            earlier
            for earlier in one.earlier
            if earlier.date <= issue.date and (one.item.pk, earlier.item) not in decided
        )
        if left:
            open_.append(Told(one.item, left))
    return open_


def findings(issue: Issue, open_: Iterable[Told]) -> list[Finding]:
    """What preflight and the send page say of the issue's stories that nobody decided about."""
    return [
        Finding(
            Level.WARNING,
            "seen-before",
            pgettext(
                "story", "Item %(number)d was told on %(date)s: “%(title)s” (issue %(issue)s)."
            )
            % {
                "number": one.item.number,
                "date": times.say_day(one.earlier[0].date),
                "title": one.earlier[0].title,
                "issue": one.earlier[0].address_for(issue.publication_id),
            },
            (one.item.pk,),
        )
        for one in open_
    ]


def decide(issue: Issue, item: Item, earlier: Item, choice: str, by: str) -> None:
    """Remember what `by` decided of a draft's item, and do it.

    An item follows one other: the last that was said. Call it with the draft locked.
    """
    with transaction.atomic():
        StoryDecision.objects.update_or_create(
            item=item, earlier=earlier, defaults={"choice": choice, "by": by}
        )
        if choice == Choice.FOLLOW_UP:
            Item.objects.filter(pk=item.pk).update(follows=earlier)
        else:
            Item.objects.filter(pk=item.pk, follows=earlier).update(follows=None)
        if choice == Choice.DROP:
            Item.objects.filter(pk=item.pk).update(hidden=True)
        # Of the others that told it nobody is asked either: the answer is the same.
        for one in undecided(issue, told(issue, [item])):
            _keep(one, by)


def keep_all(issue: Issue, by: str) -> None:
    """Whoever releases an issue has seen what is left, and ticked it: it is kept."""
    for one in undecided(issue, told(issue)):
        _keep(one, by)


def _keep(one: Told, by: str) -> None:
    StoryDecision.objects.bulk_create(
        (
            StoryDecision(item=one.item, earlier_id=earlier.item, choice=Choice.KEEP, by=by)
            for earlier in one.earlier
        ),
        ignore_conflicts=True,
    )
