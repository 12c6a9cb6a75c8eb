"""Whether a title names one number of a publication, or its day."""

from __future__ import annotations

import re

from .dates import read

_ISSUE = re.compile(
    r"第\s*[\d一二三四五六七八九十百]+\s*[期号號回]|[#№]\s?\d+|(?:19|20)\d\d"
    r"|\b(?:issue|vol(?:ume)?|no|nr|week|kw|edition)\b\.?\s*\d+",
    re.IGNORECASE,
)


def names_issue(title: str) -> bool:
    """Whether a heading names one number of a publication, by number or date."""
    return _ISSUE.search(title) is not None


_NUMBER = re.compile(
    r"第\s*[\d一二三四五六七八九十百]+\s*[期号號回]|第\s*\d+\s*号|제\s*\d+\s*호|[#№]\s?\d+"
    r"|\b(?:issue|vol(?:ume)?|no|nr|edition|ausgabe|numéro|número|numero|edición|выпуск)\b\.?\s*\d+",
    re.IGNORECASE,
)


def names_number(title: str) -> bool:
    """Whether a title names one day or one number of a publication; a year alone is neither."""
    return _NUMBER.search(title) is not None or read(title).date is not None
