"""Which characters and addresses may reach a reader."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# Line breaks and tabs stay. XML (so Atom) refuses the rest of C0, surrogates, U+FFFE and U+FFFF;
# C1 and DEL show nothing.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# What nearly all addresses are; nothing of it would be changed or refused, and urlsplit takes
# longer than all else of a line that is only an address.
_PLAIN = re.compile(r"https?://[A-Za-z0-9.\-]+(?:[/?#][!#-;=?-~]*)?")


def clean(text: str) -> str:
    """`text` without control characters and lone surrogates; tabs and line breaks stay."""
    return _UNPRINTABLE.sub("", text)


def safe_url(url: str) -> str:
    """`url` if it is an absolute http, https or mailto address, else the empty string.

    `//host/path` is taken as https.
    """
    if _PLAIN.fullmatch(url) is not None:
        return url
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
