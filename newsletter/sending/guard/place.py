"""What this machine is and remembers, in DATA_DIR/machine: its nonce, and how often it was alive.

A nonce can be copied with the folder, so the file that holds it also says which file it is (inode
and its generation, which the file system gives anew to every file) and on which machine. In a copy
one of them differs; then it is another machine, and gets a nonce of its own.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import secrets
import shutil
import struct
from dataclasses import asdict, dataclass
from pathlib import Path

from newsletter import conf

# Linux, `FS_IOC_GETVERSION`: ext4, xfs and btrfs give a random number to each new inode, which
# may well get the number of one just deleted (a folder restored in place).
_GENERATION_OF = 0x80087601
# Containers have no identity of their own: one that is made anew is the same machine.
_CONTAINER = ("/.dockerenv", "/run/.containerenv", "/var/run/secrets/kubernetes.io")


@dataclass(frozen=True, slots=True)
class Mark:
    """A machine's nonce and where it was made. 0 and "" are unknown there."""

    nonce: str
    inode: int
    generation: int
    machine: str

    def is_at(self, other: Mark) -> bool:
        """Whether both are of one file on one machine; what one of them cannot know is passed."""
        generations = {self.generation, other.generation} - {0}
        same_file = self.inode == other.inode and len(generations) < 2
        return same_file and self.machine == other.machine


def folder() -> Path:
    """Where the machine keeps what it is and remembers."""
    return conf.data_dir() / "machine"


def machine_id() -> str:
    """What tells this machine from its clone; empty in a container and where nothing does."""
    if any(Path(mark).exists() for mark in _CONTAINER):
        return ""
    with contextlib.suppress(OSError):
        return Path("/etc/machine-id").read_text().strip()
    return ""


def nonce() -> str:
    """This machine's nonce; made, and kept, where there is none or only a copied one.

    Raises OSError when DATA_DIR cannot be written.
    """
    path = folder() / "identity"
    for _ in range(3):
        kept = _kept(path)
        if kept is not None:
            return kept
        _make(path)
    raise OSError(f"{path} cannot be kept")


def _kept(path: Path) -> str | None:
    """The nonce of this file, if it is the file it says and is on the machine it says."""
    try:
        with path.open() as file:
            said = Mark(**json.load(file))
            if said.nonce and said.is_at(_mark_of(file.fileno(), said.nonce)):
                return said.nonce
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        pass  # A torn or foreign file is no identity.
    # A copy. What the machine it was copied from remembers goes by that one's nonce.
    with contextlib.suppress(OSError):
        path.rename(path.with_name("identity-copied"))
    return None


def _mark_of(fd: int, made_up: str) -> Mark:
    generation = bytearray(8)
    try:
        fcntl.ioctl(fd, _GENERATION_OF, generation)
    except OSError:  # A file system without: then only the inode counts.
        generation = bytearray(8)
    number = struct.unpack("q", generation)[0] & 0xFFFFFFFF
    return Mark(made_up, os.fstat(fd).st_ino, number, machine_id())


def _make(path: Path) -> None:
    """Make up an identity; of two processes at once one is first, and both find its."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(f".identity-{os.getpid()}-{secrets.token_hex(4)}")
    with temporary.open("x") as file:
        temporary.chmod(0o600)
        json.dump(asdict(_mark_of(file.fileno(), secrets.token_hex(16))), file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)  # The same file under its name: a rename would replace another's.
    except FileExistsError:
        pass
    except OSError:  # A file system without hard links.
        if not path.exists():
            temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)


# ---- what it remembers


def _memory() -> Path:
    return folder() / "beats"


def remembered(nonce: str) -> int:
    """How often the database had heard of this machine when it last said so; 0: never."""
    try:
        whose, beats = _memory().read_text().split()
        return int(beats) if whose == nonce else 0
    except (OSError, ValueError):
        return 0


def remember(nonce: str, beats: int) -> None:
    """Keep a count that the database has committed. A full disk leaves an older one."""
    path = _memory()
    temporary = path.with_name(f".beats-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        temporary.write_text(f"{nonce} {beats}\n")
        temporary.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def remembered_of_0_1_0() -> dt.datetime | None:
    """When version 0.1.0 last told the database from here that it was alive."""
    try:
        return dt.datetime.fromisoformat(_seen().read_text().strip())
    except (OSError, ValueError):
        return None


def forget_0_1_0() -> None:
    """Its memory has done what it is for, once the machine is enrolled."""
    with contextlib.suppress(OSError):
        _seen().unlink(missing_ok=True)


def _seen() -> Path:
    return conf.data_dir() / "journal" / "seen"


def forget() -> None:
    """Be a machine that nobody knows. For tests."""
    shutil.rmtree(folder(), ignore_errors=True)
