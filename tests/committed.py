"""For tests of what the database notes at a commit.

On PostgreSQL a transaction notes a change once, whatever it does after. A test that stays within
one transaction could tell only its first change; on SQLite each change is a row.
"""

from __future__ import annotations

import pytest
from django.db import connection

COMMITTED = pytest.mark.django_db(transaction=connection.vendor == "postgresql")
