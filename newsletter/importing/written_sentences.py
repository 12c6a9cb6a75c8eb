"""The sentences for documents in the JSON form, and for those that Sudi wrote itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

# By code, or `code/case`, as in `wording`.
WRITTEN: Mapping[str, Any] = {
    "address": gettext_lazy(
        "“%(url)s” is no address that readers can be sent to: it begins with https:// or http://, "
        "and holds no space, quotation mark, < or >."
    ),
    "json-date": gettext_lazy("“%(text)s” at %(pointer)s is no date like 2026-03-02."),
    "json-empty": gettext_lazy("%(pointer)s holds nothing. A digest has at least one item."),
    "json-missing": gettext_lazy("“%(name)s” is missing at %(pointer)s."),
    "json-syntax/colon": gettext_lazy("This is no JSON: a colon is missing here."),
    "json-syntax/comma": gettext_lazy(
        "This is no JSON: a comma or a closing bracket is missing here."
    ),
    "json-syntax/deep": gettext_lazy("The JSON is nested too deeply."),
    "json-syntax/more": gettext_lazy("This is no JSON: something stands behind the end of it."),
    "json-syntax/name": gettext_lazy("This is no JSON: a name in quotation marks is missing here."),
    "json-syntax/number": gettext_lazy("This number is too large. Write a smaller one."),
    "json-syntax/string": gettext_lazy(
        "This is no JSON: a text does not end, or holds a bad escape."
    ),
    "json-syntax/twice": gettext_lazy(
        "This name stands twice in one object. Keep the one that is meant."
    ),
    "json-syntax/value": gettext_lazy("This is no JSON: a value is missing here."),
    "json-too-long": gettext_lazy(
        "%(pointer)s has %(size)d characters; the most is %(most)d. Shorten it."
    ),
    "json-type": gettext_lazy("%(pointer)s must be of the type %(expected)s."),
    "json-unknown": gettext_lazy(
        "“%(name)s” at %(pointer)s is no field of a digest and was left out."
    ),
    "written-line": gettext_lazy(
        "This line does not fit the form in which Sudi writes issues (near “%(text)s”). Restore "
        "it, or take the line “format: sudi-1” out, so that the document is read like any other."
    ),
}
