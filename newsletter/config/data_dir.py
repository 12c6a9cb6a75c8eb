"""DATA_DIR: where a site keeps what it keeps on the disk (database, secrets, caught mail)."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import platformdirs

_CHECKOUT = Path(__file__).resolve().parents[2]


def find(environment: Mapping[str, str]) -> Path:
    """DATA_DIR, or `data` in a checkout, or the user's own folder for data.

    Never a folder of installed packages: the next upgrade would take it away.
    """
    if said := environment.get("DATA_DIR", "").strip():
        return Path(said).absolute()
    if (_CHECKOUT / "manage.py").exists():
        return _CHECKOUT / "data"
    return platformdirs.user_data_path("sudi", appauthor=False)


def make(path: Path) -> None:
    """Make it, for this user alone; one that others could read is closed to them."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.stat().st_mode & 0o077:
        with contextlib.suppress(PermissionError):  # Another user's folder is theirs to close.
            path.chmod(0o700)


def kept(path: Path) -> dict[str, str]:
    """NAME=value lines of DATA_DIR/settings.env, for what the environment does not say."""
    try:
        lines = path.read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in lines if line.strip() and not line.startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}
