"""The index of words by which published items are found."""

from __future__ import annotations

from django.db import models

from .issues import Item


class SearchEntry(models.Model):
    """A published item's words, in their order (`newsletter.editions.search.entries`).

    The migration that makes this table adds what Django has no word for: on SQLite an FTS5 table
    `newsletter_searchindex` over it and three triggers that keep it, on PostgreSQL a column
    worked out from the words, with a GIN index.
    SQLite drops triggers when a migration writes the table anew: one that changes it has to make
    them again.
    """

    # Newest last: the second in which it appeared, and the item below it.
    place = models.BigIntegerField(primary_key=True)
    item = models.OneToOneField(Item, on_delete=models.CASCADE, related_name="search_entry")
    words = models.TextField()

    def __str__(self) -> str:
        return f"{self.item_id}: {self.words[:60]}"
