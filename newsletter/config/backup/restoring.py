"""A backup back into a site. What went out since it was made is not in it: nothing goes on."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from newsletter import conf
from newsletter.models import Machine
from newsletter.sending import incidents
from newsletter.sending.engine.service import live_worker
from newsletter.sending.guard import database, evidence, keys, place
from subscribers.models import AuditEntry, Subscriber

from . import copying
from .archive import DATABASE, FILES, BackupRefused, manifest_of

_SHOULD_BE_SEEN = dt.timedelta(seconds=20)


def restore(source: Path, *, replace: bool, key_file: Path | None, by: str) -> dict[str, Any]:
    """Put the site of `source` in the place of the present one; its manifest.

    `replace`: also a site that has readers. Afterwards every issue on its way is paused, and no
    machine sends before a person agrees. Raises BackupRefused, with nothing done.
    """
    manifest = manifest_of(source)
    _refuse(manifest, replace)
    given = _given(key_file)
    _refuse_other_keys(manifest, given)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=conf.data_dir()) as scratch:
        try:
            with tarfile.open(source) as archive:
                archive.extractall(scratch, filter="data")
        except (OSError, tarfile.TarError) as error:
            raise BackupRefused(f"{source} is damaged: {error}") from None
        copying.copy_in(Path(scratch) / DATABASE, manifest["migrations"])
        files = Path(scratch) / FILES
        if files.exists():
            shutil.copytree(files, conf.data_dir(), dirs_exist_ok=True)
    if key_file is not None:
        _keep_keys(key_file)
    _hold(manifest, by)
    return manifest


def _refuse(manifest: Mapping[str, Any], replace: bool) -> None:
    if manifest["database"] != connection.vendor:
        raise BackupRefused(
            f"The backup is of {manifest['database']}, and DATABASE_URL is of {connection.vendor}."
            " Restore it into a database of its own kind."
        )
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    unknown = [f"{a}.{n}" for a, n in manifest["migrations"] if a in ("newsletter", "subscribers")
               and (a, n) not in loader.disk_migrations]  # fmt: skip
    if unknown:
        raise BackupRefused(
            f"The backup is of a newer version, which has {unknown[-1]}. Install version"
            f" {manifest['version'] or 'of that time'} or a later one."
        )
    try:
        there = Subscriber.objects.exists()
        lately = timezone.now() - _SHOULD_BE_SEEN
        lives = live_worker() or Machine.objects.filter(state="enrolled", seen__gte=lately).exists()
    except DatabaseError:  # Not set up yet.
        return
    if lives:
        raise BackupRefused("A worker is running on this database. Stop it first.")
    if there and not replace:
        raise BackupRefused(
            "The database has readers. If the backup shall take its place, say --replace; what"
            " is in it now is gone then, so make a backup of it first."
        )


def _given(key_file: Path | None) -> dict[str, str]:
    """The fingerprints of the keys the site will have."""
    if key_file is None:
        return keys.fingerprints(conf.link_keys())
    try:
        pairs = [one.partition(":") for one in key_file.read_text().strip().split(",")]
        return keys.fingerprints({int(v): secret.encode() for v, _, secret in pairs})
    except (OSError, ValueError):
        raise BackupRefused(f"{key_file} holds no LINK_KEYS.") from None


def _refuse_other_keys(manifest: Mapping[str, Any], given: Mapping[str, str]) -> None:
    if manifest["keys"] and keys.refusal(manifest["keys"], given, all_rekeyed=True):
        raise BackupRefused(
            "LINK_KEYS are not the keys of the site in the backup: its readers would not be known."
            " Set LINK_KEYS as they were, or name the file of its keys with --keys."
        )


def _keep_keys(key_file: Path) -> None:
    path = conf.data_dir() / "secrets" / "LINK_KEYS"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_name(".LINK_KEYS")
    temporary.touch(mode=0o600)
    temporary.write_text(key_file.read_text().strip())
    temporary.replace(path)


def _hold(manifest: Mapping[str, Any], by: str) -> None:
    """Whatever machine comes, it asks; and this one says why."""
    evidence.set_aside()
    (place.folder() / "site").unlink(missing_ok=True)
    nonce = place.nonce()
    with transaction.atomic():
        Machine.objects.all().delete()
        Machine.objects.create(
            nonce=nonce, name=socket.gethostname()[:100], state=Machine.State.ASKING,
            why=Machine.Why.OLDER, beats=place.remembered(nonce), database=database.here(),
        )  # fmt: skip
        AuditEntry.objects.create(
            actor=by[:150], action="restore", target="site", detail={"made_at": manifest["made_at"]}
        )
    incidents.pause_for(None, "restored", "")
