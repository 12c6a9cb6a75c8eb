"""Pictures that are ours: taken in, checked, re-encoded, kept, served, and deleted when unused.

picture = pictures.keep(octets)      # raises NotAPicture with a sentence, and stores nothing
item.picture = picture.name          # all a page needs to know is in the name
pictures.named(item.picture).address()
"""

from .encoding import MOST_OCTETS, NotAPicture, make
from .storing import keep, keep_upload, octets, storage
from .value import Picture, at_address, named

__all__ = [
    "MOST_OCTETS",
    "NotAPicture",
    "Picture",
    "at_address",
    "keep",
    "keep_upload",
    "make",
    "named",
    "octets",
    "storage",
]
