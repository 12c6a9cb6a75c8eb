"""`deploy-files DIR`: the files to run Sudi with, copied out of the package."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

_FILES = Path(__file__).resolve().parents[2] / "config" / "deploy"


class Command(BaseCommand):
    help = (
        "Copy the examples for systemd, nginx, Caddy, Postfix, Docker and Prometheus to a folder."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)

    def handle(self, **options: Any) -> None:
        folder: Path = options["folder"]
        there = [path for path in _files() if (folder / path).exists()]
        if there:
            # They may have been changed by hand since.
            self.stderr.write(f"{folder / there[0]} is there already. Name an empty folder.")
            sys.exit(1)
        for path in _files():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(_FILES / path, target)
            # They hold no secrets yet, and other users (nginx, Postfix) are to read some.
            target.chmod(0o755 if path.suffix == ".sh" else 0o644)
            self.stdout.write(str(target))


def _files() -> list[Path]:
    return sorted(p.relative_to(_FILES) for p in _FILES.rglob("*") if p.is_file())
