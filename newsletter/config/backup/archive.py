"""What a backup holds: database, files of DATA_DIR, and a manifest that says whose it is."""

from __future__ import annotations

import datetime as dt
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from newsletter import conf
from newsletter.models import SiteIdentity

from . import copying

FORMAT = 1
MANIFEST, DATABASE, FILES = "manifest.json", "database", "files"
# Folders of DATA_DIR that are part of a site: its own templates, lists of readers being read in,
# pictures.
# Whatever else is there is secret (keys of DKIM too), this machine's own, or an earlier backup.
_COPIED = ("templates", "imports", "pictures")


class BackupRefused(Exception):
    """Nothing was done; the text says why and what to do."""


def back_up(target: Path, keys: Path | None = None) -> dict[str, Any]:
    """Write the site into `target`, and LINK_KEYS into `keys` if given; the manifest.

    Whole or not at all: written beside it under another name first. For this user alone.
    """
    for path in filter(None, (target, keys)):
        if path.exists():
            raise BackupRefused(f"{path} exists already; a backup is not overwritten.")
    if keys is not None and keys.absolute() == target.absolute():
        raise BackupRefused("Name another file for the keys: they are kept apart from the backup.")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as scratch:
        folder = Path(scratch) / DATABASE
        folder.mkdir()
        manifest = _manifest()
        copying.copy_out(folder)
        whole = Path(scratch) / "backup.tar"
        with tarfile.open(whole, "x") as archive:
            said = Path(scratch) / MANIFEST
            said.write_text(json.dumps(manifest, indent=1))
            archive.add(said, MANIFEST)
            archive.add(folder, DATABASE)
            for path in _files():
                archive.add(path, f"{FILES}/{path.relative_to(conf.data_dir())}")
        whole.chmod(0o600)
        with whole.open("rb") as file:
            os.fsync(file.fileno())
        if keys is not None:
            _write_keys(keys)
        whole.replace(target)
    return manifest


def _manifest() -> dict[str, Any]:
    row, _ = SiteIdentity.objects.get_or_create(pk=1)
    try:
        ours = version("sudi")
    except PackageNotFoundError:
        ours = ""
    return {
        "format": FORMAT, "version": ours, "made_at": timezone.now().isoformat(),
        "database": connection.vendor, "site": str(row.site), "keys": row.keys,
        "migrations": copying.migrations(),
    }  # fmt: skip


def _files() -> Iterator[Path]:
    for name in _COPIED:
        for path in sorted((conf.data_dir() / name).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path


def _write_keys(path: Path) -> None:
    path.touch(mode=0o600, exist_ok=False)
    keys = conf.link_keys()
    path.write_text(",".join(f"{v}:{secret.decode()}" for v, secret in sorted(keys.items())) + "\n")


def manifest_of(source: Path) -> dict[str, Any]:
    """What a backup says of itself. Raises BackupRefused for what is no backup of ours."""
    try:
        with tarfile.open(source) as archive:
            member = archive.extractfile(MANIFEST)
            manifest = json.load(member) if member is not None else None
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise BackupRefused(f"{source} is no backup: {error}") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise BackupRefused(f"{source} was made by another version; restore it with that one.")
    dt.datetime.fromisoformat(manifest["made_at"])
    return manifest
