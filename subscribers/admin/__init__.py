"""What every page of the admin stands on (access, chrome, keyset), users, and records.

The pages of the editor's day know issues, so they are in `newsletter.admin`.
"""

from . import lists, publications, records, users  # noqa: F401
