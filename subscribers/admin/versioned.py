"""Forms of things that several people change: what each opened is compared with what is now.

A form carries the values it was opened with. What only somebody else changed since stays theirs,
what only this person changed is stored, and what both changed is shown side by side and stored
when it is sent again. One rule for all (`subscribers.versions`); every form that changes
something stored is made of this class.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import pgettext

from ..versions import both_changed

# The hidden box that carries the values, and the one by which a person takes the other text.
FIELD = "version"
THEIRS = "theirs"
_SALT = "subscribers.admin.versioned"


class VersionedForm(forms.Form):
    """A form that never stores over what somebody else wrote meanwhile.

    Read the stored values in the transaction that writes, with their row locked: `conflicts` are
    the names of fields that both changed, and make the form invalid. A request without the hidden
    box is one of a program, which knows what it wants.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conflicts: list[str] = []
        self._settled = False
        self.fields[FIELD] = forms.CharField(required=False, widget=forms.HiddenInput)

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        """What is stored now; of the hidden box, all of it."""
        if field_name == FIELD:
            return signing.dumps(self._stored(), salt=_SALT, compress=True)
        return super().get_initial_for_field(field, field_name)

    def _stored(self) -> dict[str, Any]:
        return {
            name: as_sent(field, self.get_initial_for_field(field, name))
            for name, field in self.fields.items()
            if name != FIELD and not field.disabled
        }

    def full_clean(self) -> None:
        """As Django's, after the values were compared."""
        if self.is_bound and not self._settled:
            self._settled = True
            self._settle()
        super().full_clean()
        for name in self.conflicts:
            self.add_error(name, self.conflict_text(name))

    def conflict_text(self, name: str) -> str:
        """What is said at a field that both changed."""
        return pgettext(
            "two people",
            "Somebody else changed this meanwhile. Both texts are here; what you save now counts.",
        )

    def _settle(self) -> None:
        token = self.data.get(self.add_prefix(FIELD))
        if not token:
            return
        opened = _opened(token)
        stored = self._stored()
        # A token that cannot be read says nothing of what was there: then all may be changed.
        unknown = object()
        sent_data: Any = self.data
        data = sent_data.copy()
        taken = set(data.getlist(THEIRS)) if isinstance(data, QueryDict) else set()
        for name, now in stored.items():
            field, key = self.fields[name], self.add_prefix(name)
            base = plain(field, opened[name]) if opened and name in opened else unknown
            sent = field.widget.value_from_datadict(self.data, self.files, key)
            mine, current = plain(field, sent), plain(field, now)
            if both_changed(base, current, mine) and name not in taken:
                self.conflicts.append(name)
                field.theirs = shown(field, now)  # type: ignore[attr-defined]
            elif mine == base or name in taken:
                _put(data, field, key, now)
        data[self.add_prefix(FIELD)] = signing.dumps(stored, salt=_SALT, compress=True)
        self.data = data

    def values(self) -> dict[str, Any]:
        """What is to be stored: the cleaned fields without the hidden box."""
        return {name: value for name, value in self.cleaned_data.items() if name != FIELD}

    @cached_property
    def changed_data(self) -> list[str]:
        """The fields that differ from what is stored."""
        return [name for name in super().changed_data if name != FIELD]

    @property
    def answer(self) -> int:
        """The HTTP status of a page that shows this form."""
        if self.conflicts:
            return 409
        return 422 if self.errors else 200


def _opened(token: str) -> Mapping[str, Any] | None:
    try:
        value = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return None
    return value if isinstance(value, dict) else None


def as_sent(field: forms.Field, value: Any) -> str | list[str]:
    """A stored value as a browser would send it: a text, or a list where several are chosen."""
    value = value() if callable(value) else value
    if isinstance(field, forms.BooleanField):
        return "on" if value else ""
    value = field.prepare_value(value)
    if isinstance(value, (list, tuple, set)):
        return [str(one) for one in value]
    return "" if value is None else str(value)


def plain(field: forms.Field, sent: Any) -> Any:
    """What of a sent value makes a difference."""
    if isinstance(field, forms.BooleanField):
        return bool(field.to_python(sent))
    if isinstance(sent, (list, tuple)):
        return sorted(str(one) for one in sent)
    if isinstance(field, forms.ModelChoiceField):
        return str(sent or "")
    text = ("" if sent is None else str(sent)).replace("\r\n", "\n")
    comparable = getattr(field, "comparable", None)
    if comparable is not None:
        return comparable(text)
    try:
        return field.to_python(text)
    except forms.ValidationError:
        return text


def _put(data: Any, field: forms.Field, key: str, now: str | list[str]) -> None:
    if isinstance(now, list) and isinstance(data, QueryDict):
        data.setlist(key, now)
    elif isinstance(field, forms.BooleanField) and not now:
        data.pop(key, None)
    else:
        data[key] = now


def shown(field: forms.Field, now: str | list[str]) -> str:
    """A stored value for people: the words of a choice, not its key."""
    if isinstance(field, forms.BooleanField):
        return pgettext("two people", "ticked") if now else pgettext("two people", "not ticked")
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        known = {str(key): str(label) for key, label in choices}
        keys = now if isinstance(now, list) else [now]
        return ", ".join(known.get(key, key) for key in keys)
    return ", ".join(now) if isinstance(now, list) else now
