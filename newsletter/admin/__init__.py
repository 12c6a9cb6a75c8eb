"""The editors' pages. One file is one page or one step of the editor's day."""

from . import (  # noqa: F401
    import_rules,
    incidents,
    issues,
    machines,
    notices,
    slots,
    tokens,
    webhooks,
)
