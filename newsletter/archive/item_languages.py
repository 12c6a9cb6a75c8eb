"""An item's page in other languages: the page of its partner in each translation of its issue."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.editions import IssueView, item_path, load, load_all, published
from newsletter.issues.side_by_side import paired
from newsletter.models import Issue, Item
from subscribers.models import Category


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A public item that says the same in another language, and the issue it stands in."""

    issue: Issue
    anchor: str

    @property
    def path(self) -> str:
        """The address of its page, below BASE_URL."""
        return f"/{item_path(self.issue.publication.slug, self.issue.slug, self.anchor)}"

    @property
    def is_original(self) -> bool:
        """Whether the others are translations of it."""
        return self.issue.original_id is None


def elsewhere(row: Issue, item: int) -> list[Elsewhere]:
    """The partners of a public item of this issue, in the order of their languages.

    Items pair as the editor sees them side by side, those included that nobody else may read: whom
    a page names must not hang on who reads it. Nothing is reached through an original that is not
    public. One query where the issue has no translation.
    """
    others = published.translations(row)
    if not others:
        return []
    family = sorted([row, *others], key=lambda one: one.original_id is not None)
    original, translations = family[0], family[1:]
    if original.original_id is not None:
        return []
    first = load(original)
    said = Item.objects.filter(issue__in=translations, translates__isnull=False)
    hands = {pk: of for pk, of in said.values_list("pk", "translates") if of is not None}
    views = dict(zip([one.pk for one in translations], load_all(translations), strict=True))
    partners = {pk: paired(first.items, view.items, hands) for pk, view in views.items()}
    views[original.pk] = first
    source = item
    if row.pk != original.pk:
        back = {theirs: mine for mine, theirs in partners[row.pk].items()}
        source = back.get(item, 0)
    found = []
    for one in others:
        wanted = source if one.pk == original.pk else partners[one.pk].get(source, 0)
        if (anchor := _public_anchor(views[one.pk], wanted)) is not None:
            found.append(Elsewhere(one, anchor))
    return found


def _public_anchor(view: IssueView, item: int) -> str | None:
    for one in view.items:
        if one.id == item:
            private = Category.Visibility.PRIVATE
            closed = one.category is not None and one.category.visibility == private
            return None if closed else one.anchor
    return None
