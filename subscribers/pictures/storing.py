"""Pictures as files, by Django's storages, and the row that says when each came."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InvalidStorageError, Storage, storages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from subscribers import conf
from subscribers.models import Picture as Row

from .encoding import MOST_OCTETS, make
from .value import WIDEST, Picture


def storage() -> Storage:
    """The storage named `pictures` in the site's STORAGES, else the folder in DATA_DIR."""
    try:
        return storages["pictures"]
    except InvalidStorageError:
        return FileSystemStorage(conf.data_dir() / "pictures", "/p/", 0o600, 0o700)


def keep(octets: bytes) -> Picture:
    """Store the picture, or find that it is here already. Raises NotAPicture, and stores nothing.

    The row comes first and is held until the files are there, so that the task which deletes what
    nobody uses cannot take them away in between.
    """
    made = make(octets)
    files = storage()
    with transaction.atomic():
        now = timezone.now()
        Row.objects.update_or_create(
            name=made.picture.name,
            defaults={"given_at": now},
            create_defaults={"added_at": now, "given_at": now},
        )
        for name, content in made.files.items():
            if not files.exists(name):
                files.save(name, ContentFile(content))
    return made.picture


def keep_upload(file: UploadedFile[Any]) -> Picture:
    """As `keep`. Of a file that is too large no more is read than shows it."""
    return keep(file.read(MOST_OCTETS + 1))


@lru_cache(maxsize=4096)  # The file of a name never changes.
def _size(name: str) -> int:
    return storage().size(name)


def octets(picture: Picture, width: int = WIDEST) -> int:
    """The size of the fallback that `Picture.address` names; 0 where the file is not there."""
    try:
        return _size(picture.file(picture.fitting(width), picture.ending))
    except OSError:
        return 0
