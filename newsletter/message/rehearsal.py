"""The mail of a rehearsal: one address for every reader's, and a band that says whose it was.

The address is the rehearsal's own and stands in the template, so nothing that is filled in can
lead to a reader. The links, the one-click address and the return path name subscription and
delivery 0, which are nobody's: whoever opens them is told so, and a report is nobody's refusal.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from html import escape

from django.utils import translation
from django.utils.translation import gettext as _

from newsletter.models import Issue
from newsletter.rendering import fields
from newsletter.rendering.columns import wrap
from newsletter.rendering.words import language_code
from subscribers.models import Publication
from subscribers.rehearsal import HEADER

from . import Filled, Finished, MessageTemplate, Reader

_BODY = re.compile(r"<body\b[^>]*>")
# Readable whatever a mail program makes of the colours around it.
_BAND = (
    '<div role="note" style="margin:0;padding:12px 16px;background-color:#7a1f1f;color:#ffffff;'
    "font:bold 15px/1.5 -apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei',Arial,"
    'sans-serif;text-align:center">%s</div>'
)


@dataclass(frozen=True, slots=True)
class _Marked:
    """An edition with the band of one reader."""

    subject: str
    headers: dict[str, str]
    html: str
    text: str


class RehearsalTemplate(MessageTemplate):
    """An edition that goes to one address, whoever its reader is.

    Slower than its base by the encoding of a whole mail for each: rehearsals are small.
    """

    def __init__(
        self, edition: Finished, publication: Publication, issue: Issue, address: str
    ) -> None:
        super().__init__(edition, publication, issue)
        self._edition, self._publication, self._issue = edition, publication, issue
        self._address = address

    def fill(self, reader: Reader, at: dt.datetime) -> Filled:
        """The mail that `reader` would have had, for the rehearsal's address.

        `reader.delivery` makes its Message-ID its own: one subscription, 0, is in all of them.
        """
        with translation.override(language_code(self._issue.language)):
            words = _("Rehearsal. This mail was for %(address)s and went only to you.") % {
                "address": reader.address
            }
            words += " " + _("Its links act for nobody.")
        named = reader.address
        if not named.isascii():
            named = fields.unstructured(HEADER, named)
        marked = _Marked(
            self._edition.subject,
            {**self._edition.headers, HEADER: named},
            _with_band(_text(self._edition.html), words),
            f"{wrap(words)}\n\n{_text(self._edition.text)}",
        )
        nobody = Reader(self._address, subscription=0, delivery=0, issue=reader.delivery)
        return MessageTemplate(marked, self._publication, self._issue).fill(nobody, at)


def _with_band(html: str, words: str) -> str:
    band = _BAND % escape(words)
    marked, found = _BODY.subn(lambda body: body.group() + band, html, count=1)
    return marked if found else band + html


def _text(part: str | bytes | memoryview) -> str:
    return part if isinstance(part, str) else bytes(part).decode()
