"""Trying Sudi out: the environment of `quickstart`, chosen before settings are read.

Free ports are found when the customary ones are taken, everything listens on loopback only, and
what was chosen is kept in DATA_DIR/settings.env, so that commands in a second terminal (import,
send, ledger) work on the same site.
"""

from __future__ import annotations

import os
import socket
from collections.abc import MutableMapping
from pathlib import Path

WEB_PORT = 8000
MAIL_PORT = 1025
HOST = "127.0.0.1"


def free_port(wanted: int) -> int:
    """`wanted` if nothing listens there, else a free one of the system's choice."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            # Without this a port that a stopped server used a minute ago counts as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on the loopback address")


def prepare_environment(environ: MutableMapping[str, str], data_dir: Path) -> None:
    """Fill in what the trial needs and the caller did not set; then write settings.env."""
    chosen = {
        "DEBUG": "1",
        "BASE_URL": f"http://{HOST}:{free_port(WEB_PORT)}",
        "SMTP_URL": f"smtp://{HOST}:{free_port(MAIL_PORT)}?starttls=never",
    }
    for name, value in chosen.items():
        environ.setdefault(name, value)
    data_dir.mkdir(parents=True, exist_ok=True)
    lines = ["# Written by quickstart; the environment wins over it.\n"]
    lines += [f"{name}={environ[name]}\n" for name in chosen]
    temporary = data_dir / f".settings.env.{os.getpid()}"
    temporary.write_text("".join(lines))
    temporary.replace(data_dir / "settings.env")
