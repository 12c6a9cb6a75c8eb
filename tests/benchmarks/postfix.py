"""Postfix itself with everything discarded behind its smtpd: what a real relay announces and says.

Its queue is in memory where there is such a place: the disk's time is not what is measured here.
Needs Debian's postfix and, as Postfix does, the rights of the superuser.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.side_by_side import Counter, program, wait_for

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.org
mydestination =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
smtpd_peername_lookup = no
smtpd_tls_security_level = none
smtpd_client_connection_count_limit = 0
default_transport = discard:
local_transport = discard:
relay_transport = discard:
transport_maps =
alias_maps =
alias_database =
message_size_limit = 10240000
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
"""

_SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@contextlib.contextmanager
def smtpd() -> Iterator[Counter]:
    """A Postfix of its own on a free loopback port, which counts the messages it queued."""
    if os.getuid() != 0:
        raise SystemExit("Postfix is only started by the superuser")
    command = program("postfix")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="sudi-postfix-", dir=memory))
    folder.chmod(0o755)
    settings = folder / "etc"
    for part in (settings, folder / "queue", folder / "data"):
        part.mkdir()
    shutil.chown(folder / "data", "postfix")
    (settings / "main.cf").write_text(_MAIN.format(folder=folder))
    (settings / "master.cf").write_text(_SERVICES.format(port=port))

    def total() -> int:
        log = (folder / "log").read_text(errors="replace")
        return len(re.findall(r"postfix/cleanup\[\d+\]: \w+: message-id=", log))

    run = [command, "-c", str(settings)]
    try:
        subprocess.run([*run, "start"], check=True, stdout=subprocess.DEVNULL, timeout=60)
        wait_for(port)
        yield Counter(f"127.0.0.1:{port}", total)
    finally:
        subprocess.run([*run, "stop"], check=False, stdout=subprocess.DEVNULL, timeout=60)
        shutil.rmtree(folder, ignore_errors=True)
