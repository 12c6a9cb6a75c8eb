"""The part of a publication's form that says whether and how it keeps a round-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from subscribers import rhythm
from subscribers.models import MOST_ROUNDUP_ITEMS, Publication

from .widgets import Switch

if TYPE_CHECKING:
    _Form = forms.ModelForm[Publication]
else:
    _Form = forms.ModelForm

FIELDS = (
    "roundup", "roundup_weekday", "roundup_day", "roundup_hour", "roundup_items",
    "roundup_per_category", "roundup_order", "roundup_by_itself",
)  # fmt: skip
FIELDSET: tuple[Any, Any] = (
    gettext_lazy("Round-up"),
    {
        "fields": (
            ("roundup", "roundup_ends"),
            ("roundup_weekday", "roundup_day", "roundup_hour"),
            ("roundup_items", "roundup_per_category"),
            "roundup_order",
            "roundup_by_itself",
        ),
        "description": gettext_lazy(
            "One mail a week or a month instead of single issues, for readers who choose it: what"
            " appeared in their categories since their last mail."
        ),
    },
)


class RoundupSettings(_Form):
    """Checks the settings together, and sees to the readers when the round-up changes."""

    roundup_ends = forms.BooleanField(
        label=gettext_lazy("its readers get single issues"),
        required=False,
        widget=Switch,
        help_text=gettext_lazy(
            "Needed to switch it off while readers depend on it. Each is told by a mail first."
        ),
    )
    # How many readers a change moved from one rhythm to another, for the audit log.
    moved = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Left empty, a setting stays as it is. Who may only look has no fields.
        for name in self.fields.keys() & set(FIELDS):
            self.fields[name].required = False

    def clean_roundup(self) -> str:
        return self.cleaned_data["roundup"] or self.instance.roundup

    def clean_roundup_order(self) -> str:
        return self.cleaned_data["roundup_order"] or self.instance.roundup_order

    def clean_roundup_weekday(self) -> int:
        return self._between("roundup_weekday", 0, 6)

    def clean_roundup_day(self) -> int:
        return self._between("roundup_day", 1, 31)

    def clean_roundup_hour(self) -> int:
        return self._between("roundup_hour", 0, 23)

    def clean_roundup_per_category(self) -> int:
        return self._between("roundup_per_category", 0, MOST_ROUNDUP_ITEMS)

    def clean_roundup_items(self) -> int:
        return self._between("roundup_items", 1, MOST_ROUNDUP_ITEMS)

    def _between(self, name: str, least: int, most: int) -> int:
        given = self.cleaned_data[name]
        value: int = getattr(self.instance, name) if given in (None, "") else int(given)
        if not least <= value <= most:
            raise forms.ValidationError(
                _("Choose a number from %(least)d to %(most)d.") % {"least": least, "most": most}
            )
        return value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        off = Publication.Roundup.OFF
        if data.get("roundup") == off and self._kept() != off and not data.get("roundup_ends"):
            readers = rhythm.dependants(self.instance)
            if readers:
                problem = forms.ValidationError(_depend(readers), code="confirm")
                self.add_error("roundup", problem)
        if data.get("roundup_by_itself") and data.get("needs_approval"):
            self.add_error(
                "roundup_by_itself",
                _("Where a second person must approve, nothing goes by itself."),
            )
        return data

    def _kept(self) -> str:
        """What the publication keeps as it is stored."""
        return str(self.initial.get("roundup") or Publication.Roundup.OFF)

    def save(self, commit: bool = True) -> Publication:
        if self.instance.roundup != self._kept():
            self.moved = rhythm.switch(self.instance)
        return super().save(commit)


def _depend(readers: int) -> str:
    return ngettext(
        "%(readers)s reader gets the round-up. Tick the box beside it: they are told by a mail,"
        " and get single issues from then on.",
        "%(readers)s readers get the round-up. Tick the box beside it: they are told by a mail,"
        " and get single issues from then on.",
        readers,
    ) % {"readers": f"{readers:,}"}
