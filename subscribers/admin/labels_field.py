"""A publication's own words for the fields of a digest, typed as lines: `category: Desk, Ressort`.

Programs may give the stored form, a JSON object. A field that no digest has is refused: its words
would never be found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext, pgettext_lazy

from .widgets import Textarea

# The fields that a digest's labels name -> what Chinese pages call them.
FIELDS: Mapping[str, str] = {
    "category": "分类",
    "source": "来源",
    "link": "链接",
    "date": "日期",
    "insight": "核心洞察",
    "summary": "内容简介",
    "score": "评分",
    "title": "原文标题",
    "related": "相关链接",
    "author": "作者",
    "tags": "标签",
    "comments": "评论",
}
_KEYS = {**{name: name for name in FIELDS}, **{name: key for key, name in FIELDS.items()}}


def _names() -> list[str]:
    chinese = (get_language() or "").startswith("zh")
    return list(FIELDS.values() if chinese else FIELDS)


class LabelsField(forms.CharField):
    """Text of lines <-> {field: [words]}."""

    widget = Textarea

    def __init__(self, **kwargs: Any) -> None:
        help_text = pgettext_lazy(
            "labels",
            "Your own words for the fields of a digest, beside those known anyway; a field a line:"
            " “category: Desk, Section”.",
        )
        super().__init__(required=False, help_text=help_text, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """The stored object as lines; what was typed as it is."""
        if not isinstance(value, dict):
            return value
        names = dict(zip(FIELDS, _names(), strict=True))
        lines = []
        for key, words in value.items():
            listed = [words] if isinstance(words, str) else words
            if isinstance(listed, list):
                lines.append(f"{names.get(key, key)}: {', '.join(map(str, listed))}")
        return "\n".join(lines)

    def to_python(self, value: Any) -> Any:
        """{field: [words]}; raises ValidationError with the line that says none."""
        if isinstance(value, dict):
            return value
        text = str(value or "").strip()
        if text.startswith("{"):
            return self._of_json(text)
        found: dict[str, list[str]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            name, colon, rest = line.replace("：", ":").partition(":")
            words = [word.strip() for word in rest.replace("，", ",").replace("、", ",").split(",")]
            if not colon or not any(words):
                raise forms.ValidationError(
                    pgettext("labels", "Line %(line)d: write a field, a colon and its words.")
                    % {"line": number}
                )
            kept = found.setdefault(self._field(name.strip().lower()), [])
            kept += [word for word in words if word and word not in kept]
        return found

    def comparable(self, text: str) -> Any:
        """What of a text makes a difference."""
        try:
            return self.to_python(text)
        except forms.ValidationError:
            return text

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other words are meant."""
        return bool(self.comparable(initial or "") != self.comparable(data or ""))

    def _of_json(self, text: str) -> dict[str, Any]:
        try:
            found = json.loads(text)
        except ValueError:
            raise forms.ValidationError(
                pgettext("labels", "This is no JSON. Write lines: “category: Desk, Section”.")
            ) from None
        return {self._field(str(name)): words for name, words in found.items()}

    def _field(self, name: str) -> str:
        if name not in _KEYS:
            raise forms.ValidationError(
                pgettext("labels", "“%(name)s” is no field of a digest. Fields: %(fields)s.")
                % {"name": name, "fields": ", ".join(_names())}
            )
        return _KEYS[name]
