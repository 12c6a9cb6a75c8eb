"""The editors' pages. One file is one page or one step of the editor's day."""

from . import issues  # noqa: F401
