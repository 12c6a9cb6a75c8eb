"""What every page of the admin stands on (access, chrome, keyset), and records.

The pages of the editor's day know issues, so they are in `newsletter.admin`; what they know of a
reader is added to the reader's page through `subscribers.additions`.
"""

from . import categories, lists, publications, readers, records, service_mail  # noqa: F401
