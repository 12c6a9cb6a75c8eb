"""Text of several lines in a form: what is stored has `\\n` alone, and an unchanged text is one.

A browser sends every line end of a text box as CRLF (HTML standard, 4.10.22.4), so without this a
form that is saved as it was opened would change the text it shows.
"""

from __future__ import annotations

from typing import Any

from django import forms


class TextBox(forms.Textarea):
    """A text box whose value has `\\n` as line ends, whatever was sent."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The value of the field in a request."""
        value = super().value_from_datadict(data, files, name)
        if isinstance(value, str):
            return value.replace("\r\n", "\n").replace("\r", "\n")
        return value


class TextField(forms.CharField):
    """A text of paragraphs. Blank lines and spaces around it are no change."""

    widget = TextBox

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the text is another one."""
        if self.disabled:
            return False
        return self.comparable(initial or "") != self.comparable(self.to_python(data) or "")

    def comparable(self, text: str) -> list[str]:
        """What of a text makes a difference."""
        return [text.strip()]


class LinesField(TextField):
    """A list with an entry a line. Blanks at the ends of lines are no change either."""

    def comparable(self, text: str) -> list[str]:
        """What of a text makes a difference."""
        return [line.rstrip() for line in text.split("\n") if line.strip()]
