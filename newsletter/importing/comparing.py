"""What an import would change in an issue that is here: sentences for who decides."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from newsletter.digest import Digest, bullets_to_json
from newsletter.digest import Item as Parsed
from newsletter.digest import Link as ParsedLink
from newsletter.models import Issue, Item, Link
from subscribers.models import Category

from .writing import cut, fields_of


def changes(
    issue: Issue,
    digest: Digest,
    rows: Sequence[Item],
    pairs: Sequence[tuple[Parsed, Item | None]],
    categories: Sequence[Category],
) -> list[str]:
    """Everything in which `digest` differs from the issue; `pairs` are its items and their rows."""
    found: list[str] = []
    fields = fields_of(digest, issue.publication)
    if fields["title"] != issue.title:
        found.append(
            _("title: “%(old)s” is now “%(new)s”") % {"old": issue.title, "new": fields["title"]}
        )
    if fields["date"] != issue.date:
        found.append(_("date: %(old)s is now %(new)s") % {"old": issue.date, "new": fields["date"]})
    if fields["intro"] != issue.intro:
        found.append(_("the introduction changed"))
    if fields["language"] != issue.language:
        found.append(
            _("language: %(old)s is now %(new)s")
            % {"old": issue.language, "new": fields["language"]}
        )
    kept = {row.pk for _parsed, row in pairs if row is not None}
    found += [
        _("item left out: “%(title)s”") % {"title": row.title} for row in rows if row.pk not in kept
    ]
    for (parsed, old), category in zip(pairs, categories, strict=True):
        if old is None:
            found.append(_("new item: “%(title)s”") % {"title": parsed.title})
        elif parts := differs(parsed, old, category):
            found.append(
                _("“%(title)s”: %(parts)s changed")
                % {"title": parsed.title, "parts": ", ".join(parts)}
            )
    order = [row.number for _parsed, row in pairs if row is not None]
    if order != sorted(order):
        found.append(_("the items stand in another order"))
    tail = [
        ParsedLink(link.label, link.url)
        for link in issue.links.filter(kind=Link.Kind.TAIL).order_by("number")
    ]
    if [cut(link) for link in digest.tail_links] != tail or (
        digest.tail_title != issue.extra.get("tail_title", "")
    ):
        found.append(_("the further links changed"))
    return found


def differs(parsed: Parsed, row: Item, category: Category) -> list[str]:
    """Names of the parts in which a row is not what the file says."""
    sources = [
        ParsedLink(link.label, link.url)
        for link in sorted(row.links.all(), key=lambda link: link.number)
        if link.kind == Link.Kind.SOURCE
    ]
    parts = [
        (_("title"), parsed.title != row.title),
        (_("category"), category.pk != row.category_id),
        (_("sources"), [cut(link) for link in parsed.sources] != sources),
        (_("date"), parsed.date != row.date),
        (_("insight"), parsed.insight != row.insight),
        (_("bullets"), bullets_to_json(parsed.bullets) != row.bullets),
        (_("text"), parsed.body != row.body),
        (_("score"), parsed.score != row.score),
        (_("other fields"), dict(parsed.extra) != row.extra),
    ]
    return [name for name, different in parts if different]
