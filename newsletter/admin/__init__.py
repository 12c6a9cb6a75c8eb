"""The editors' pages. One file is one page or one step of the editor's day."""

from . import import_rules, incidents, issues, machines, notices, slots, webhooks  # noqa: F401
