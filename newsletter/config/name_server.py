"""How a name server is written in a setting."""

from __future__ import annotations

import ipaddress
import re

_SERVER = re.compile(r"\[(?P<six>[^]]+)](?::(?P<p6>\d+))?|(?P<four>[^:]+)(?::(?P<p4>\d+))?")


def split(server: str) -> tuple[str, int]:
    """`192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:5353` -> address and port. ValueError."""
    match = _SERVER.fullmatch(server)
    host = (match["six"] or match["four"]) if match else server
    port = int((match["p6"] or match["p4"] or 53) if match else 53)
    ipaddress.ip_address(host)
    if not 0 < port < 65536:
        raise ValueError(f"{server}: no such port")
    return host, port
