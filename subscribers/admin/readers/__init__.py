"""Readers in the admin: find one, see everything that happened, act on record."""

from __future__ import annotations

from django.contrib import admin

from ...models import Subscriber
from ...roles import Act
from ..chrome import PagesAdmin
from .entering import add
from .person import change_choice, change_state, reader
from .personal_data import erase, export_reader
from .search import reader_list
from .suppressing import suppress


@admin.register(Subscriber)
class ReaderAdmin(PagesAdmin[Subscriber]):
    """Readers are millions: no list counts them, and no form edits a row by itself."""

    act = Act.READERS
    pages = (
        ("", reader_list, "changelist"),
        ("add/", add, "add"),
        ("<int:pk>/", reader, "change"),
        ("<int:pk>/choice/<int:tie>/", change_choice, "choice"),
        ("<int:pk>/state/<int:tie>/", change_state, "state"),
        ("<int:pk>/suppress/", suppress, "suppress"),
        ("<int:pk>/erase/", erase, "erase"),
        ("<int:pk>/export/", export_reader, "export"),
    )
