"""Records made of tags (`v=DKIM1; p=…`), and whose domain a name belongs to."""

from __future__ import annotations

import base64
import binascii
import re
from functools import cache

from publicsuffixlist import PublicSuffixList

from .dns import Dns


def tag_list(text: str) -> dict[str, str]:
    """The tags of RFC 6376 3.2: names as they are, values without white space around.

    Raises ValueError for what is no tag list, also for a tag that stands twice.
    """
    tags: dict[str, str] = {}
    for part in text.strip().removesuffix(";").split(";"):
        name, equals, value = part.partition("=")
        name = name.strip()
        if not equals or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name) or name in tags:
            raise ValueError(part.strip()[:60])
        tags[name] = value.strip()
    return tags


def published_key(record: str) -> bytes:
    """The key of a DKIM record (RFC 6376 3.6.1), DER; empty: revoked.

    Raises ValueError for a record under which our signatures (rsa-sha256, for mail) fail.
    """
    tags = tag_list(record)
    if tags.get("v", "DKIM1") != "DKIM1" or ("v" in tags and next(iter(tags)) != "v"):
        raise ValueError(f"v={tags['v']}")
    if tags.get("k", "rsa") != "rsa":
        raise ValueError(f"k={tags['k']}")
    if "h" in tags and "sha256" not in [h.strip() for h in tags["h"].split(":")]:
        raise ValueError(f"h={tags['h']}")
    services = [s.strip() for s in tags.get("s", "*").split(":")]
    if "*" not in services and "email" not in services:
        raise ValueError(f"s={tags['s']}")
    if "p" not in tags:
        raise ValueError("no p=")
    try:
        return base64.b64decode(re.sub(r"\s+", "", tags["p"]), validate=True)
    except binascii.Error:
        raise ValueError("p=") from None


def in_testing(record: str) -> bool:
    """Whether the key says t=y: receivers then treat the mail as if it were not signed."""
    return "y" in [flag.strip() for flag in tag_list(record).get("t", "").split(":")]


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def organisational(domain: str) -> str:
    """The organisational domain (RFC 7489 3.2): one label below a public suffix."""
    return str(_suffixes().privatesuffix(domain.lower().rstrip(".")) or domain.lower())


def dmarc_records(dns: Dns, domain: str) -> tuple[str, list[str]]:
    """The DMARC records that hold for a domain, and where they stand (RFC 7489 6.6.3)."""
    for where in dict.fromkeys([domain.lower(), organisational(domain)]):
        found = [
            text
            for text in dns.texts(f"_dmarc.{where}")
            if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text)
        ]
        if found:
            return where, found
    return domain.lower(), []


def aligned(domain: str, of_from: str, strict: bool) -> bool:
    """Whether an authenticated domain is aligned with the From domain (RFC 7489 3.1)."""
    if strict:
        return domain.lower() == of_from.lower()
    return organisational(domain) == organisational(of_from)


def to_paste(name: str, value: str) -> str:
    """A TXT record as a zone file has it: strings of at most 255 octets (RFC 1035 3.3)."""
    parts = [value[i : i + 250] for i in range(0, len(value), 250)]
    return f"{name}. IN TXT " + " ".join(f'"{part}"' for part in parts)
