"""The editors' pages. One file is one page or one step of the editor's day."""

from . import categories, incidents, issues, readers  # noqa: F401
