"""An issue and a reader's choice -> which items that reader gets, or why nothing.

`values` is the issue as every output needs it, `loading` makes it of rows, `audience` holds the one
rule of who gets what, in SQL for many readers and in Python for one, `reached` where a round-up
begins for each of them, and `published` is what of a publication anybody may read.
"""

from .loading import bullet_views, category_view, item_view, load, load_all
from .values import (
    BulletView,
    CategoryView,
    EditionKey,
    Follows,
    IssueView,
    ItemView,
    LinkView,
    Origin,
    item_path,
)

__all__ = [
    "BulletView",
    "CategoryView",
    "EditionKey",
    "Follows",
    "IssueView",
    "ItemView",
    "LinkView",
    "Origin",
    "bullet_views",
    "category_view",
    "item_path",
    "item_view",
    "load",
    "load_all",
]
