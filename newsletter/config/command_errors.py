"""What a command says when the site, and not its code, is at fault: one sentence, no traceback.

A command answers for its own arguments. What holds for all of them is asked here, after the fact,
so that a command which runs well pays nothing for it: settings that cannot be read, a database that
is not set up, older or newer than the code, read-only or away, a file that cannot be opened. What
is none of these is a fault of ours and keeps its traceback.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence

from django.core.exceptions import ImproperlyConfigured

REFUSED, USAGE = 1, 2
# sysexits.h: the mail server that pipes a report to us keeps it and tries again.
_TEMPORARY = 75
_REPORTS = "receive_report"
_INTERRUPTED = 130  # As a shell says of SIGINT.
# Of a file or folder that the operator named, or of the disk: nothing that our code could mend.
_OF_FILES = frozenset(
    {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EISDIR,
     errno.ENOTDIR, errno.ENAMETOOLONG, errno.ENOENT}
)  # fmt: skip


def run(arguments: Sequence[str], command: Callable[[], None]) -> None:
    """Run a command; `arguments` are those it was called with. Raises SystemExit on trouble.

    With Django's own `--traceback` everything is raised as it is.
    """
    piped = bool(arguments) and arguments[0] == _REPORTS
    try:
        command()
    except KeyboardInterrupt:
        raise SystemExit(_INTERRUPTED) from None
    except BrokenPipeError:
        # Whoever read our output has enough (`sudi ledger … | head`); Python would complain again
        # when it flushes at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(REFUSED) from None
    except SystemExit as ended:
        # A check that fails, or a setting, is no reason to throw a report away.
        if piped and ended.code == REFUSED:
            raise SystemExit(_TEMPORARY) from None
        raise
    except Exception as error:
        found = None if "--traceback" in arguments else explain(error)
        if found is None and not piped:
            raise
        said, code = found or (f"{type(error).__name__}: {error}", _TEMPORARY)
        print(said, file=sys.stderr)
        raise SystemExit(_TEMPORARY if piped else code) from None


def explain(error: Exception) -> tuple[str, int] | None:
    """What to say of an error, and the exit code; None for a fault of the code."""
    if isinstance(error, ImproperlyConfigured):
        return str(error), USAGE
    if isinstance(error, OSError) and error.errno in _OF_FILES and error.filename is not None:
        return f"{error.filename}: {error.strerror}", USAGE
    from django.db import DatabaseError, InterfaceError

    if isinstance(error, DatabaseError | InterfaceError):
        return _of_database(error)
    return None


def _of_database(error: Exception) -> tuple[str, int] | None:
    from django.db import DatabaseError, InterfaceError, OperationalError, connection

    said = str(error).strip().partition("\n")[0][:300]
    if "locked" in said:
        return "Another process has been writing to the database all the while. Try again.", REFUSED
    try:
        # What failed may have left a transaction that takes no further question.
        connection.close()
        if why := _why_not_these_tables():
            return why, USAGE
    except (DatabaseError, InterfaceError):
        return f"The database cannot be asked: {said}. Look at DATABASE_URL.", REFUSED
    if "readonly" in said or "read-only" in said:
        return (
            f"The database can only be read: {said}. Give this user the right to write to it, or"
            " choose another with DATABASE_URL."
        ), USAGE
    # The plain kind is a file that is no database, or a damaged one.
    if isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError:
        return f"The database refused: {said}", REFUSED
    return None


def _why_not_these_tables() -> str:
    from newsletter.sending.guard import database

    if database.is_empty():
        return (
            "The database is not set up yet. Run “sudi upgrade” for a site, or “sudi quickstart”"
            " to try it; if it should be, look at DATA_DIR and DATABASE_URL."
        )
    return database.misfit()
