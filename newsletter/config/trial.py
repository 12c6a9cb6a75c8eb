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

from . import data_dir

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


def taken(port: int) -> bool:
    """Whether something listens there."""
    return free_port(port) != port


def prepare_environment(environ: MutableMapping[str, str], folder: Path) -> None:
    """Fill in what the trial needs and the caller did not set; then keep it in settings.env.

    What an earlier start kept holds, ports too: links in mails it caught lead there.
    """
    path = folder / "settings.env"
    kept = data_dir.kept(path)
    chosen = {
        "DEBUG": "1",
        "BASE_URL": kept.get("BASE_URL") or f"http://{HOST}:{free_port(WEB_PORT)}",
        "SMTP_URL": kept.get("SMTP_URL") or f"smtp://{HOST}:{free_port(MAIL_PORT)}?starttls=never",
    }
    for name, value in chosen.items():
        environ.setdefault(name, value)
    data_dir.make(folder)
    kept |= {name: environ[name] for name in chosen}
    lines = ["# Written by quickstart; the environment wins over it.\n"]
    lines += [f"{name}={value}\n" for name, value in kept.items()]
    temporary = folder / f".settings.env.{os.getpid()}"
    temporary.touch(mode=0o600)
    temporary.write_text("".join(lines))
    temporary.replace(path)
