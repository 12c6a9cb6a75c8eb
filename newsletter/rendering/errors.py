"""What rendering refuses."""

from __future__ import annotations

from django.utils.translation import gettext as _

from .shortening import LIMIT, TARGET


class RenderingError(Exception):
    """The mail cannot be made; the message names the template or the part at fault."""


class TooLarge(RenderingError):
    """Even with every item only named, the HTML is above the limit that mail clients show.

    Or what is left out would be nowhere, where it has no page. Editors read what it says, on
    the page where they write as well as before sending; `detail` is for logs.
    """

    def __init__(self, detail: str, *, has_page: bool = True) -> None:
        super().__init__(detail)
        self.detail, self.has_page = detail, has_page

    def __str__(self) -> str:
        """The sentence in the language of whoever asks."""
        if self.has_page:
            said = _("An edition is above %(limit)s bytes even with every item only named.")
            return said % {"limit": f"{LIMIT:,}"}
        said = _(
            "An edition does not fit into %(limit)s bytes. Mail only has no page for the rest."
        )
        return said % {"limit": f"{TARGET:,}"}
