"""A real DNS server on loopback that knows what a test tells it."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset


class DnsServer(threading.Thread):
    """Answers by UDP from `zone`: {(name, kind): [record, …]}, as a zone file writes records.

    A TXT value is given plainly and split into strings as it must be. A name that has no record at
    all is NXDOMAIN; `broken` names get SERVFAIL. `asked` is every question in order.
    """

    def __init__(self, zone: dict[tuple[str, str], list[str]] | None = None) -> None:
        super().__init__(daemon=True)
        self.zone = dict(zone or {})
        self.broken: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.setting = f"127.0.0.1:{self._socket.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                data, peer = self._socket.recvfrom(4096)
            except OSError:
                return
            if not data:
                return
            self._socket.sendto(self._answer(dns.message.from_wire(data)).to_wire(), peer)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if name in self.broken:
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply
        found = self.zone.get((name, kind), [])
        if found:
            texts = [_text(value) for value in found] if kind == "TXT" else found
            reply.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, texts))
        elif not any(known == name for known, _kind in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A datagram of nothing ends the loop, wherever it is.
        host, port = self._socket.getsockname()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", (host, port))
        self.join(5)
        self._socket.close()


def _text(value: str) -> str:
    parts = [value[i : i + 200] for i in range(0, len(value), 200)] or [""]
    escaped = (part.replace("\\", "\\\\").replace('"', '\\"') for part in parts)
    return " ".join(f'"{part}"' for part in escaped)
