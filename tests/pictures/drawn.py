"""Pictures drawn for tests."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image


def octets(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """The image as a file."""
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def photograph(width: int = 1200, height: int = 800, colour: str = "#2a6f97") -> bytes:
    """A JPEG of one colour."""
    return octets(Image.new("RGB", (width, height), colour), "JPEG")
