"""Seconds of a freeze into 31 editions and of a bare INSERT … SELECT, in one database.

python -m tests.benchmarks.freeze READERS
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from tests.benchmarks import peers, scene, sending


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.freeze")
    parser.add_argument("readers", type=int)
    options = parser.parse_args(arguments)
    with scene.open_site("127.0.0.1:25", 1):
        scene.start_django()
        from django.db import connection

        # Both on the same rows in one database, the bare one before, when less is cached.
        made = sending.prepare(
            options.readers,
            "60k",
            True,
            before_freeze=lambda: peers.bare_insert(options.readers),
        )
        connection.close()
    print(
        json.dumps(
            {
                "readers": options.readers,
                "freeze": made["freeze_seconds"],
                "bare": made["before"],
                "editions": made["editions"],
            }
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
