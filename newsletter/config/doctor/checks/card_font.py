"""Share cards can be written in the language of each publication, with the fonts of this machine.

Without a font they are still there, in the publication's colours; so nothing is wrong. Whether
another machine that serves pages has one is not seen from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from newsletter import conf
from newsletter.archive import cards
from subscribers import languages
from subscribers.models import Publication

from ..findings import Finding, bad, good, unseen
from ..findings import said as _
from ..surroundings import Surroundings

NAME, PLACE = "card_font", 85


def look(site: Surroundings) -> Iterator[Finding]:
    """The name of a publication, and that of its language in itself, as samples of its letters."""
    if conf.card_font() and not Path(conf.card_font()).is_file():
        yield bad(
            _("CARD_FONT names %(file)s, which is not there.", file=conf.card_font()),
            _("Mend CARD_FONT, or leave it empty: then installed fonts are used."),
        )
    names = dict(languages.offered())
    without = [
        one.slug
        for one in Publication.objects.order_by("pk")
        if not cards.can_draw([one.name, names.get(one.language, "")], one.language, serif=False)
    ]
    if without:
        yield unseen(
            _(
                "Share cards of %(slugs)s show colours and no words: no font here has their"
                " letters.",
                slugs=", ".join(without),
            ),
            _("On each machine that serves pages: apt install fonts-noto-cjk, or set CARD_FONT."),
        )
    else:
        yield good(_("Share cards can be written with the fonts of this machine."))
