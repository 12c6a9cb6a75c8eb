"""A new issue in the browser: empty, a copy of another one, or the skeleton of the last one."""

from __future__ import annotations

import datetime as dt
import re
import uuid

from django.contrib.auth.models import AbstractBaseUser
from django.utils import formats, translation
from django.utils.translation import pgettext

from newsletter.models import Issue, Item, Link
from subscribers.models import Category, Publication

from . import item_links, revisions

# How titles write a day, in Django's letters; longer writings before those they hold.
_WRITINGS = (
    "l, j F Y", "l, F j, Y", "l, j. F Y", "j F Y", "F j, Y", "j. F Y", "j M Y", "M j, Y",
    "Y年n月j日", "Y年m月d日", "Y-m-d", "Y/m/d", "Y.m.d", "d.m.Y", "d/m/Y", "j.n.Y", "Ymd",
    "n月j日", "j F", "F j", "j M", "M j", "l",
)  # fmt: skip
# The number of an issue, which the next one counts on: No. 12, № 12, #12, 第12期.
_NUMBER = re.compile(
    r"(?P<before>(?:#|№|\b(?:No|Nr|Vol|Issue)\b\.?)\s*|第\s*)(?P<number>\d{1,6})(?!\d)",
    re.IGNORECASE,
)
_LONGEST_TITLE = 300


def title_for(publication: Publication, last: Issue | None, day: dt.date) -> str:
    """The last issue's title with the new date in it, or the publication's name and the date."""
    if last is None:
        return f"{publication.name} - {day.isoformat()}"
    with translation.override(last.language):
        written = [
            (formats.date_format(last.date, form), formats.date_format(day, form))
            for form in _WRITINGS
        ]
    title = last.title
    marks: list[str] = []
    for old, new in written:
        # A mark stands for what was replaced, so that no other writing finds itself in it.
        pattern = rf"(?<![^\W_]){re.escape(old)}(?![^\W_])" if old[0].isascii() else re.escape(old)
        title, count = re.subn(pattern, f"\x00{len(marks)}\x01", title, flags=re.IGNORECASE)
        if count:
            marks.append(new)
    title = _NUMBER.sub(lambda found: f"{found['before']}{int(found['number']) + 1}", title)
    for place, new in enumerate(marks):
        title = title.replace(f"\x00{place}\x01", new)
    if title == last.title and last.date != day:
        return f"{publication.name} - {day.isoformat()}"
    return title[:_LONGEST_TITLE]


def last_issue(publication: Publication) -> Issue | None:
    """The newest regular issue, whose title and sections the next one takes up."""
    regular = publication.issues.filter(kind=Issue.Kind.REGULAR)
    return regular.order_by("-date", "-id").first()


def empty(
    publication: Publication, day: dt.date, title: str, language: str, by: AbstractBaseUser
) -> Issue:
    """A draft without items."""
    issue = _draft(publication, day, title, language)
    revisions.note_edit(issue, by, pgettext("writing", "new issue"))
    return issue


def copy(original: Issue, day: dt.date, title: str, by: AbstractBaseUser) -> Issue:
    """A draft with the texts of another issue of the publication, whatever became of that one."""
    issue = _draft(original.publication, day, title, original.language)
    issue.subject, issue.preheader = original.subject, original.preheader
    issue.intro, issue.listed = original.intro, original.listed
    if tail := original.extra.get("tail_title"):
        issue.extra = {"tail_title": tail}
    issue.save(update_fields=["subject", "preheader", "intro", "listed", "extra"])
    made: dict[int, Item] = {}
    for number, row in enumerate(original.items.select_related("category").order_by("number"), 1):
        filed = row.category if row.category and row.category.retired_at is None else None
        made[row.pk] = _item(
            issue, number, row.title, filed, date=row.date, insight=row.insight,
            bullets=row.bullets, body=row.body, score=row.score, extra=row.extra,
            hidden=row.hidden, picture=row.picture, picture_alt=row.picture_alt,
        )  # fmt: skip
    Item.objects.bulk_create(made.values(), batch_size=500)
    Link.objects.bulk_create(
        [
            Link(
                issue=issue,
                item=made[link.item_id] if link.item_id else None,
                kind=link.kind,
                number=link.number,
                label=link.label,
                url=link.url,
                url_key=link.url_key,
            )
            for link in original.links.order_by("id")
        ],
        batch_size=500,
    )
    revisions.note_edit(
        issue, by, pgettext("writing", "copy of %(issue)s") % {"issue": original.slug}
    )
    return issue


def skeleton(last: Issue, day: dt.date, title: str, by: AbstractBaseUser) -> Issue:
    """A draft with the last issue's sections: one item to be written for each category, in order.

    Nothing of its text but the heading of its further links.
    """
    issue = _draft(last.publication, day, title, last.language)
    if tail := last.extra.get("tail_title"):
        issue.extra = {"tail_title": tail}
        issue.save(update_fields=["extra"])
    rows = last.items.filter(category__retired_at__isnull=True, category__isnull=False)
    order: dict[int, Category] = {}
    for row in rows.select_related("category").order_by("number"):
        assert row.category is not None
        order.setdefault(row.category.pk, row.category)
    Item.objects.bulk_create(
        [
            _item(issue, number, pgettext("item", "New item"), category)
            for number, category in enumerate(order.values(), 1)
        ]
    )
    revisions.note_edit(
        issue, by, pgettext("writing", "sections of %(issue)s") % {"issue": last.slug}
    )
    return issue


def free_slug(publication: Publication, day: dt.date) -> str:
    """The day, with a number where another issue has it."""
    start = day.isoformat()
    taken = set(publication.issues.filter(slug__startswith=start).values_list("slug", flat=True))
    return next(s for s in (start, *(f"{start}-{n}" for n in range(2, 10_000))) if s not in taken)


def _draft(publication: Publication, day: dt.date, title: str, language: str) -> Issue:
    return Issue.objects.create(
        publication=publication,
        slug=free_slug(publication, day),
        date=day,
        language=language,
        title=title[:_LONGEST_TITLE],
        entry_id=f"urn:uuid:{uuid.uuid4()}",
    )


def _item(
    issue: Issue, number: int, title: str, category: Category | None, **values: object
) -> Item:
    return Item(
        issue=issue,
        number=number,
        anchor=f"item-{number}",
        entry_id=f"urn:uuid:{uuid.uuid4()}",
        title=title,
        category=category,
        **values,
    )


def set_tail(issue: Issue, title: str, links: list[tuple[str, str]]) -> None:
    """The issue's further links and their heading; saves `extra`."""
    extra = {name: value for name, value in issue.extra.items() if name != "tail_title"}
    if title:
        extra["tail_title"] = title
    issue.extra = extra
    issue.save(update_fields=["extra"])
    item_links.write_tail(issue, links)


def move_to_day(issue: Issue, day: dt.date) -> None:
    """Give a draft another date; its address follows, for nobody knows it yet.

    What the address says beside the day, like an edition's name, stays; a number that only tells
    it from others of its day does not.
    """
    if issue.date != day:
        before = issue.date.isoformat()
        named = issue.slug.replace(before, day.isoformat())
        others = Issue.objects.filter(publication=issue.publication_id).exclude(pk=issue.pk)
        if re.fullmatch(rf"{before}(-\d+)?", issue.slug) or others.filter(slug=named).exists():
            named = free_slug(issue.publication, day)
        issue.slug = named
        issue.date = day
        issue.save(update_fields=["slug", "date"])
