"""The fingerprints of LINK_KEYS in the database: nobody acts on it with others.

Every reader is known, and every suppression is found, by the newest key. With another set a
one-click answer removes nobody, an import makes a second reader of a known address, and a
suppressed one is mailed again. So whatever starts (web, worker, listener, a command) compares
first; Django's system check does it for commands, also in a project that hosts the apps.

A set is taken if it holds the newest key that the database knows, and no other secret under a
version it knows; the database then knows exactly this set. So to rotate, add a higher version and
start everything anew; from then on a process that still has only the old set is refused, also one
that is running (`no_longer_right`). A version may be left out once every reader is known by the
newest.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils.translation import pgettext

from newsletter import conf
from newsletter.models import SiteIdentity
from subscribers import rekeying
from subscribers.addresses import key_of
from subscribers.models import Subscriber, Suppression

# Readers compared where the database knows no fingerprint yet: some may be erased or re-keyed.
_COMPARED = 50


class WrongKeys(ImproperlyConfigured):
    """LINK_KEYS or DATA_DIR are not those of this database; the text says what to do."""


def fingerprints(keys: Mapping[int, bytes]) -> dict[str, str]:
    """Version -> 128 bits in hexadecimal digits that tell nothing of the secret."""
    return {
        str(version): hmac.digest(secret, b"fingerprint", "sha256")[:16].hex()
        for version, secret in sorted(keys.items())
    }


def refusal(known: Mapping[str, str], given: Mapping[str, str], all_rekeyed: bool) -> str:
    """Why a set must not be used on a database that knows these fingerprints; or empty. Pure.

    `all_rekeyed`: every reader is known by the newest key given.
    """
    newest = max(known, key=int)
    changed = sorted((v for v in known.keys() & given.keys() if known[v] != given[v]), key=int)
    if changed or newest not in given:
        version = changed[0] if changed else newest
        return pgettext(
            "keys",
            "LINK_KEYS are not the keys of this database: it needs version %(version)s with the"
            " secret it was set up with. Take LINK_KEYS from the machine that runs the site, or"
            " from the file of keys beside the backup. Nothing was done.",
        ) % {"version": version}
    left_out = sorted(known.keys() - given.keys(), key=int)
    if left_out and not all_rekeyed:
        return pgettext(
            "keys",
            "LINK_KEYS leaves out version %(version)s, by which some readers are still known. Put"
            " it back until the worker has given all readers the newer key.",
        ) % {"version": left_out[0]}
    return ""


_settled: tuple[object, ...] | None = None


def settle() -> bool:
    """Compare LINK_KEYS and DATA_DIR with the database, and have it know a set that is accepted.

    True: they are right. False: not to be told yet (no database, or it is not set up). Raises
    WrongKeys. One read, once a process.
    """
    global _settled
    given = fingerprints(conf.link_keys())
    at = connection.settings_dict
    about = (os.getpid(), str(conf.data_dir()), at["NAME"], at["HOST"], at["PORT"], str(given))
    if _settled == about:
        return True
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        name = str(at["NAME"])
        if not name.startswith(("file:", ":memory:")) and not Path(name).exists():
            return False  # To connect would make the file.
    try:
        # No transaction for the read: on SQLite that would wait for whoever writes.
        row = SiteIdentity.objects.filter(pk=1).first()
        if row is None or row.keys != given:
            row = _take(given)
        _same_site(row)
    except (DatabaseError, InterfaceError):
        return False
    _settled = about
    return True


def no_longer_right() -> str:
    """Why a process whose keys were accepted must not go on; empty if it may, or cannot be told.

    Another process was started with a newer key, by which readers are known from then on. One read.
    """
    given = fingerprints(conf.link_keys())
    try:
        row = SiteIdentity.objects.filter(pk=1).first()
    except (DatabaseError, InterfaceError):
        if not connection.in_atomic_block:
            connection.close()
        return ""
    if row is None or not row.keys or row.keys == given:
        return ""
    return refusal(row.keys, given, all_rekeyed=True)


def _take(given: dict[str, str]) -> SiteIdentity:
    with transaction.atomic():
        SiteIdentity.objects.get_or_create(pk=1)
        row = SiteIdentity.objects.select_for_update().get(pk=1)
        if Subscriber.objects.exists() or Suppression.objects.exists():
            all_rekeyed = rekeying.is_done(int(max(given, key=int)))
            why = refusal(row.keys, given, all_rekeyed) if row.keys else _refused_by_readers()
            if why:
                raise WrongKeys(why)
        row.keys = given
        row.save(update_fields=["keys"])
    return row


def _refused_by_readers() -> str:
    """Of a database of 0.1.0, which knows no fingerprint: the newest readers must be found."""
    people = Subscriber.objects.filter(key__isnull=False, erased_at__isnull=True).order_by("-pk")
    rows = list(people.values_list("address", "key")[:_COMPARED])
    versions = conf.link_keys()
    if not rows or any(key == key_of(address, v) for address, key in rows for v in versions):
        return ""
    return pgettext(
        "keys",
        "LINK_KEYS are not the keys of this database: no reader in it is known by them. Take"
        " LINK_KEYS from the machine that runs the site, or from the file of keys beside the"
        " backup. Nothing was done.",
    )


def _same_site(row: SiteIdentity) -> None:
    """Whether DATA_DIR is of this site: journals of another would speak of other chunks."""
    path = conf.data_dir() / "machine" / "site"
    try:
        said = path.read_text().strip()
    except OSError:
        said = ""
    if said == str(row.site):
        return
    if said and Subscriber.objects.exists():
        raise WrongKeys(
            pgettext(
                "keys",
                "DATA_DIR (%(folder)s) belongs to another site than this database. Give each site a"
                " DATA_DIR of its own; if this one was begun anew, remove its folder “machine”.",
            )
            % {"folder": conf.data_dir()}
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(str(row.site))
    path.chmod(0o600)


def forget() -> None:
    """Compare anew, as a new process does. For tests."""
    global _settled
    _settled = None
