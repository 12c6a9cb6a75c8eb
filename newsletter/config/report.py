"""`sudi-report`: keep a report that a mail server pipes in, at once and without Django.

Starting Django costs more than reading a report, once for each mail of a storm. This writes the
report to a folder of DATA_DIR and ends; `receive_mail` on the same machine, or the worker, takes
it from there. Of the standard library alone but for finding DATA_DIR.

    sudi-report [--to ADDRESS]... [ADDRESS]...  < mail

ADDRESS is the envelope recipient, where the mail server tells it. Ends with 0 when the report is
on the disk, and with 75 (EX_TEMPFAIL of sysexits.h) in all doubt: then the mail server keeps it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from pathlib import Path

EX_TEMPFAIL = 75
# What is longer says no more; `bounces` reads no further either.
MAX_BYTES = 1_000_000


def folder(data_dir: Path) -> Path:
    """Where reports wait. A name that begins with a full stop is still being written."""
    return data_dir / "reports"


def main() -> None:
    """The command."""
    try:
        _keep(_recipients(sys.argv[1:]), _mail())
    except SystemExit as error:
        # Help is no report. A wrong word in the mail server's own table must lose none.
        sys.exit(error.code and EX_TEMPFAIL)
    except BaseException as error:
        with contextlib.suppress(Exception):
            print(f"sudi-report: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(EX_TEMPFAIL)


def _recipients(words: list[str]) -> list[str]:
    parser = argparse.ArgumentParser("sudi-report", description=__doc__.partition("\n")[0])
    parser.add_argument("--to", action="append", default=[], metavar="ADDRESS")
    parser.add_argument("recipient", nargs="*", metavar="ADDRESS")
    given = parser.parse_args(words)
    return [*given.to, *given.recipient]


def _mail() -> bytes:
    data = sys.stdin.buffer.read(MAX_BYTES)
    # A mail server that is not listened to takes a broken pipe for a failed delivery.
    while sys.stdin.buffer.read(MAX_BYTES):
        pass
    return data


def _keep(recipients: list[str], mail: bytes) -> None:
    """Write one file, whole or not at all: it has its name only when it is on the disk."""
    from newsletter.config import data_dir

    home = data_dir.find(os.environ)
    if not home.is_dir():
        raise FileNotFoundError(f"{home}: no site is here. Set DATA_DIR.")
    place = folder(home)
    place.mkdir(mode=0o700, exist_ok=True)
    name = f"{time.time_ns():020}-{os.getpid()}"
    hidden = place / f".{name}"
    number = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(number, "wb") as file:
        file.write(json.dumps(recipients).encode() + b"\n" + mail)
        file.flush()
        os.fsync(file.fileno())
    hidden.rename(place / name)
    opened = os.open(place, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


if __name__ == "__main__":
    main()
