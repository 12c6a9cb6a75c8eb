"""The sentences for what an import finds itself, beside what the digest has to tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy, ngettext_lazy, pgettext_lazy

# By code, or `code/case`, as in `wording`.
OWN: Mapping[str, Any] = {
    "picture-missing": pgettext_lazy(
        "import", "The picture “%(text)s” is not here, and did not come with the document."
    ),
    "picture-refused": pgettext_lazy("import", "The picture “%(text)s” was not taken: %(why)s"),
    "picture-not-fetched/off": pgettext_lazy(
        "import",
        "The picture “%(text)s” stays a link: the publication does not fetch pictures.",
    ),
    "picture-not-fetched/bad-url": pgettext_lazy(
        "import", "The picture “%(text)s” was not fetched: this is no address that can be asked."
    ),
    "picture-not-fetched/blocked": pgettext_lazy(
        "import",
        "The picture “%(text)s” was not fetched: this address is not on the open internet.",
    ),
    "picture-not-fetched/unknown-host": pgettext_lazy(
        "import", "The picture “%(text)s” was not fetched: there is no host of this name."
    ),
    "picture-not-fetched/unreachable": pgettext_lazy(
        "import", "The picture “%(text)s” was not fetched: the host does not answer."
    ),
    "picture-not-fetched/timed-out": pgettext_lazy(
        "import", "The picture “%(text)s” was not fetched: the host did not answer in time."
    ),
    "picture-not-fetched/insecure": pgettext_lazy(
        "import",
        "The picture “%(text)s” was not fetched: the connection to the host is not secure.",
    ),
    "picture-not-fetched/too-large": pgettext_lazy(
        "import", "The picture “%(text)s” was not fetched: the file is too large."
    ),
    "picture-not-fetched/too-many-redirects": pgettext_lazy(
        "import", "The picture “%(text)s” was not fetched: the address leads in circles."
    ),
    "picture-not-fetched/status": pgettext_lazy(
        "import", "The picture “%(text)s” was not fetched: the host answers %(status)d."
    ),
    "picture-not-fetched/most": pgettext_lazy(
        "import",
        "The picture “%(text)s” was not fetched: at most %(most)d of a document are, "
        "within %(seconds)d seconds. Import it again for the others.",
    ),
    "category-created": gettext_lazy("The category “%(name)s” is new."),
    "category-made-up": ngettext_lazy(
        "The document says nothing that could file its item, and the publication has no category. "
        "One called “General” can be made for it.",
        "The document says nothing that could file its %(count)d items, and the publication has "
        "no category. One called “General” can be made for all of them.",
        "count",
    ),
    "category-missing/none": ngettext_lazy(
        "%(count)d item has no category. Say which it is, or add a line “Category: …”.",
        "%(count)d items have no category. Say which it is, or add lines “Category: …”.",
        "count",
    ),
    "category-missing/tags": ngettext_lazy(
        "%(count)d item has no category. Say which category its tags stand for.",
        "%(count)d items have no category. Say which categories their tags stand for.",
        "count",
    ),
    "category-unknown/near": gettext_lazy(
        "“%(name)s” is no category of this publication; near it: %(near)s. Map it to one, create "
        "it, or rename it in the document."
    ),
    "category-unknown/new": gettext_lazy(
        "“%(name)s” is no category of this publication. Map it to one, create it, or rename it "
        "in the document."
    ),
    "category-unknown/retired": gettext_lazy(
        "“%(name)s” is a retired category. Bring it back, or map the name to another one."
    ),
    "conflicts": ngettext_lazy(
        "%(count)d place was changed by hand and by the document. It stays as it was until "
        "somebody says whose it is.",
        "%(count)d places were changed by hand and by the document. They stay as they were until "
        "somebody says whose they are.",
        "count",
    ),
    "conflicts-open": ngettext_lazy(
        "%(count)d place was changed by hand and by the document. Say whose it is: published "
        "history is not changed later.",
        "%(count)d places were changed by hand and by the document. Say whose they are: published "
        "history is not changed later.",
        "count",
    ),
    "edition-name": gettext_lazy(
        "“%(name)s” cannot be the name of an edition: at most %(most)d characters on one line."
    ),
    "item-copied": gettext_lazy(
        "A round-up holds a copy of an item that is no longer in this file."
    ),
    "language-other": gettext_lazy(
        "The document is in another language (%(language)s) than the publication (%(own)s), and no "
        "translation of an issue that is here: every reader would get it as it is. Name the issue "
        "that it translates, or pair the two."
    ),
    "language-unknown": gettext_lazy(
        "The document says that it is in “%(said)s”. The site has no such language and takes it as "
        "the publication’s (%(language)s). Write one of these as its language: %(known)s."
    ),
    "lines-not-open": gettext_lazy(
        "Nothing is asked about the lines %(first)d to %(last)d: they belong to a part already."
    ),
    "seen_before": gettext_lazy(
        "“%(title)s” told the same story on %(date)s (issue %(issue)s). Drop it, make it a "
        "follow-up, or keep it: the preflight of the draft asks."
    ),
    "map-target": gettext_lazy(
        "“%(name)s” cannot be mapped to “%(target)s”: this publication has no such category."
    ),
    "other-issue": gettext_lazy(
        "The issue %(issue)s, “%(title)s”, has this day and language and shares nothing with this "
        "document. Give this one the name of an edition of its own, or confirm that it replaces "
        "that issue’s text."
    ),
    "other-issue/language": gettext_lazy(
        "The issue %(issue)s, “%(title)s”, has this day, and the document is in a language that "
        "the site has not. Give it the name of an edition of its own, or confirm that it replaces "
        "that issue’s text."
    ),
    "other-issue/out": gettext_lazy(
        "The issue %(issue)s, “%(title)s”, has this day and language, is already %(state)s and "
        "shares nothing with this document. Give this one the name of an edition of its own; what "
        "readers have is corrected item by item."
    ),
    "released/changed": gettext_lazy(
        "This issue is already %(state)s and stays as it is. Correct its items instead, with "
        "correct_issue or on its page “Correct”. What the file would change:"
    ),
    "released/scheduled": gettext_lazy(
        "This issue is already %(state)s and stays as it is. Take it back to a draft first, then "
        "import again. What the file would change:"
    ),
    "released/same": gettext_lazy("This issue is already %(state)s, and nothing is different."),
    "too-long": gettext_lazy(
        "“%(text)s…” has %(size)d characters; the most is %(most)d. Shorten it."
    ),
    "too-many-categories": gettext_lazy(
        "There is no room for the category “%(name)s”: retire one."
    ),
    "translation/alike": gettext_lazy(
        "This looks like the same issue as %(issue)s in another language (%(language)s)."
    ),
    "translation/linked": gettext_lazy(
        "It is linked with %(issue)s (%(language)s): each reader gets the one in their language."
    ),
    "translation-other": gettext_lazy(
        "The issue is linked with another one than “%(name)s”. Part the two first."
    ),
    "translation-refused": gettext_lazy("It cannot be linked as a translation. %(message)s"),
    "translation-unknown": gettext_lazy(
        "There is no issue “%(name)s” that this one could be a translation of, or there are "
        "several. Write its address name, like 2025-10-10, or PUBLICATION/2025-10-10."
    ),
    "date-implausible": gettext_lazy(
        "The last issue is of %(last)s, this one of %(date)s. Is the year right?"
    ),
}
