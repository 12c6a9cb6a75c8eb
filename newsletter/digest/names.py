"""What a file's name says of its language: `2026-03-02-zh.md`, `digest.en.md`, `zh/03-02.md`."""

from __future__ import annotations

import re

# The two letters of ISO 639-1 that files of digests use; a name may hold any other two letters.
_CODES = "zh|en|ja|ko|fr|de|es|it|pt|ru|nl|pl|tr|ar|uk|cs|sv|vi|id"
_IN_NAME = re.compile(
    rf"(?:^|[-_. (])(?P<code>{_CODES})(?P<area>[-_](?:cn|tw|hk|hans|hant|us|gb|br|pt|sg))?[)]?$",
    re.IGNORECASE,
)
_FOLDER = re.compile(
    rf"(?P<code>{_CODES})(?P<area>[-_](?:cn|tw|hk|hans|hant|us|gb|br|pt|sg))?", re.IGNORECASE
)


def language_of(name: str) -> str:
    """The language tag in a file's name or in the folder nearest to it; empty when none is."""
    *folders, file = name.replace("\\", "/").split("/")
    match = _IN_NAME.search(re.sub(r"\.(?:md|mdx|markdown|txt)$", "", file, flags=re.IGNORECASE))
    if match is None:
        match = next(filter(None, map(_FOLDER.fullmatch, reversed(folders[-4:]))), None)
    if match is None:
        return ""
    area = (match.group("area") or "").strip("-_").lower()
    if not area:
        return match.group("code").lower()
    return f"{match.group('code').lower()}-{area.upper() if len(area) == 2 else area.title()}"
