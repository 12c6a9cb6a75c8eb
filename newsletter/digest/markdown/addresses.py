"""Which characters and addresses may reach a reader."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# Line breaks and tabs stay. XML (so Atom) refuses the rest of C0, surrogates, U+FFFE and U+FFFF;
# C1 and DEL show nothing.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """`text` without control characters and lone surrogates; tabs and line breaks stay."""
    return _UNPRINTABLE.sub("", text)


def safe_url(url: str) -> str:
    """`url` if it is an absolute http, https or mailto address, else the empty string.

    `//host/path` is taken as https.
    """
    url = clean(url).strip()
    if url.startswith("//") and "." in url.split("/")[2]:
        url = f"https:{url}"
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    if scheme in {"http", "https"} and parts.netloc and not re.search(r'[\s<>"]', url):
        return url
    if scheme == "mailto" and "@" in parts.path and not re.search(r'[\s<>"]', url):
        return url
    return ""
