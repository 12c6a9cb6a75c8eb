"""The memory of stories: what was told before, by link and title together.

    addresses   which page an address names; sites, trackers, wrappers: what it has to know for that
    titles      a title as it is compared, with its figures and names
    series      which part, quarter, half or month a title is of
    subjects    what a title is about, by how few others of these days are; announcing, opposites,
                acts: words that most news share, words that turn one story into another, and what
                a title says was done
    tellings    what an item says below its title, and how much of it two have in common
    likeness    two items: the same story, perhaps, or not
    bands       a title as hashes that like titles share
    memory      which earlier items told a story, in the database
    remembering items into the memory, and the older ones in turn

All above `memory` are pure. What people decide of what is found is `newsletter.issues.stories`.
"""

from .addresses import link_key
from .likeness import Likeness
from .memory import Asked, Earlier, look_up, publications_of_memory
from .remembering import remember

__all__ = [
    "Asked",
    "Earlier",
    "Likeness",
    "link_key",
    "look_up",
    "publications_of_memory",
    "remember",
]
