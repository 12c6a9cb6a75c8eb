"""What eight mail programs drop or change, and whether a reader of our mails loses by it.

    rules.toml  the table: what is used, who does not take it, what happens then, the source
    rules       reads the table
    uses        an HTML document -> everything in it that a program may refuse
    checking    a mail's uses and the table -> what matters, what is harmless, what nobody named
    views       the same mail as one of the programs shows it

Facts about Gmail, Outlook and Apple Mail are caniemail.com's, in our own words; a source such as
`css-padding` is the name of its page, https://www.caniemail.com/features/css-padding/. Of QQ Mail,
163 and Foxmail no such table exists: the few sources are named, and where there is none the worst
is assumed.
"""

from .checking import Broken, broken
from .rules import CLIENTS
from .views import inverted, seen_by, without_pictures

__all__ = ["CLIENTS", "Broken", "broken", "inverted", "seen_by", "without_pictures"]
