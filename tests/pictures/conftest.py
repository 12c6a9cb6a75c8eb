"""A folder of its own for the pictures of each test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    from subscribers.pictures import storing  # Once there are models.

    settings.SUDI = {**settings.SUDI, "DATA_DIR": tmp_path}
    storing._size.cache_clear()
    return tmp_path / "pictures"
