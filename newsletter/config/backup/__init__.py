"""One file of a site: its database, of one moment, and the files of DATA_DIR; keys apart.

    archive   what is in the file, and what is not
    copying   the database into a folder and back, on either kind
    restoring a file back into a site, which then asks before it sends

The file is a tar archive with `manifest.json` first. It holds readers' addresses: keep it as safe
as the database. Without the keys a restored site would know none of its readers, and whoever has
both can act for every reader; so keys are in a file of their own, and only when asked for.
"""

from .archive import BackupRefused, back_up, manifest_of
from .restoring import restore

__all__ = ["BackupRefused", "back_up", "manifest_of", "restore"]
