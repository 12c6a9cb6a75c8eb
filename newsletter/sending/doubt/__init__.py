"""In doubt, settled from what the relay wrote down: `settle`.

logs     formats of logs, one file each, and what their lines say
reading  files as text, packed or not, and what a set of them tells
verdict  what an entry, or its absence, makes of a reader: pure
settling the same for an issue, chunk by chunk, on record
saying   its report in sentences
"""

from .reading import LogRefused
from .saying import sentences
from .settling import NotNow, Report, settle

__all__ = ["LogRefused", "NotNow", "Report", "sentences", "settle"]
