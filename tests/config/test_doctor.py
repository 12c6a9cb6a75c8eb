"""The doctor, with faults planted one by one around a site that is right.

DNS, SMTP and HTTP are real servers on loopback; the clock and the disk are given. Each row of
PLANTED is one mis-setting: how it is made, the check that must name it, and words of the remedy.
"""

from __future__ import annotations

import datetime as dt
import functools
import http.server
import ipaddress
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import clear_script_prefix, set_script_prefix
from django.utils import timezone, translation

from newsletter.config import doctor, forwarded, running_version, written
from newsletter.config.doctor import dns as questions
from newsletter.config.doctor import surroundings
from newsletter.config.doctor.checks import relay as relay_check
from newsletter.config.doctor.checks.reverse_dns import is_assigned
from newsletter.config.doctor.dns import Dns
from newsletter.message.dkim import Signer
from newsletter.models import (
    CheckResult,
    Chunk,
    ForwardedPeer,
    Machine,
    RegularTask,
    Revision,
    Worker,
)
from newsletter.sending import probing
from newsletter.sending.engine.sender import version
from newsletter.smtp.server import context
from subscribers.models import DailyCount, Publication, Subscriber
from tests import builders
from tests.config.dns_server import DnsServer
from tests.conftest import Site
from tests.smtpd import Authority, Fault, Smtpd

ADDRESS = "203.0.113.25"
DOMAIN = "news.harbour.example.org"
MB = 1_000_000


class Web:
    """Our address as a web server in front of us answers it: real HTTP, told what to say."""

    def __init__(self) -> None:
        self.health: tuple[int, dict[str, str], bytes] = (
            200,
            {
                forwarded.HEADER: forwarded.BELIEVED,
                running_version.HEADER: running_version.mark(version()),
            },
            b"ok\n",
        )  # fmt: skip
        self.one_click: tuple[int, dict[str, str], bytes] = (200, {}, b"nobody\n")
        self.style: tuple[int, dict[str, str], bytes] = (200, {"Content-Type": "text/css"}, b"")
        self.date: dt.datetime | None = None
        self.heard: Callable[[str], object] = lambda path: None
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(web.date or dt.datetime.now(dt.UTC), usegmt=True)

            def _say(self, answer: tuple[int, dict[str, str], bytes]) -> None:
                status, headers, body = answer
                web.heard(self.path)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                self._say(web.style if "/static/" in self.path else web.health)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._say(web.one_click)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@dataclass
class Scene:
    """A site that is right, and what a fault may change of it."""

    dns: DnsServer
    web: Web
    relay: Smtpd
    signer: Signer
    authority: Authority
    folder: Path
    settings: Any
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    disk: Callable[[Path], tuple[int, int, int]] = lambda path: (100_000 * MB, 0, 60_000 * MB)
    undo: list[Callable[[], None]] = field(default_factory=list)

    def patch(self, where: object, name: str, value: object) -> None:
        """Another value of a constant, until the test is over."""
        self.undo.append(functools.partial(setattr, where, name, getattr(where, name)))
        setattr(where, name, value)

    def silent(self) -> int:
        """The port of somebody who takes connections and never says a word."""
        hole = socket.create_server(("127.0.0.1", 0))
        self.undo.append(hole.close)
        return int(hole.getsockname()[1])

    def put(self, **values: Any) -> None:
        self.settings.SUDI = {**self.settings.SUDI, **values}

    def text(self, name: str, *values: str) -> None:
        self.dns.zone[name, "TXT"] = list(values)

    def results(self, *only: str) -> dict[str, doctor.Result]:
        """What the doctor finds, by the name of the check; all of them, or those named."""
        dns = Dns(django_settings.SUDI["DNS_RESOLVER"], patience=1.0)
        site = doctor.Surroundings(dns=dns, now=self.now, disk=self.disk)
        with translation.override("en"):
            found = doctor.examine(site, lambda check: not only or check.name in only)
        return {one.name: one for one in found}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    path = tmp_path_factory.mktemp("dkim") / "news.pem"
    path.write_bytes(
        rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    path.chmod(0o600)
    return path


@pytest.fixture
def scene(
    db: None,
    tmp_path: Path,
    settings: Any,
    authority: Authority,
    key: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Scene]:
    """The right site: every name resolves, every record is there, every server answers."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    context.cache_clear()
    signer = Signer(DOMAIN, "sudi", key.read_bytes())
    zone = {
        (DOMAIN, "A"): ["127.0.0.1"],
        (DOMAIN, "MX"): ["10 mail.harbour.example.org."],
        (DOMAIN, "TXT"): [f"v=spf1 ip4:{ADDRESS} -all"],
        ("mail.harbour.example.org", "A"): [ADDRESS],
        ("25.113.0.203.in-addr.arpa", "PTR"): ["mail.harbour.example.org."],
        (f"sudi._domainkey.{DOMAIN}", "TXT"): [signer.record],
        ("_dmarc.example.org", "TXT"): ["v=DMARC1; p=quarantine; rua=mailto:dmarc@example.org"],
    }
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    (data / "lost+found").mkdir(mode=0o755)  # DATA_DIR is a volume of its own.
    (data / "secrets").mkdir(mode=0o700)
    secret = data / "secrets" / "LINK_KEYS"
    secret.touch(mode=0o600)
    web = Web()
    relay = Smtpd(tls=authority.server("localhost"), users={"sudi": "right"})
    with DnsServer(zone) as server, relay:
        made = Scene(server, web, relay, signer, authority, data, settings)
        made.put(
            BASE_URL=f"http://{DOMAIN}:{web.port}",
            DATA_DIR=data,
            DNS_RESOLVER=server.setting,
            RELAY_ADDRESSES=[ipaddress.ip_address(ADDRESS)],
            SMTP_URLS=[f"smtp://sudi:right@localhost:{relay.port}?starttls=required&name=main"],
            DKIM_KEYS=f"{DOMAIN}:sudi:{key}",
            TRUSTED_PROXIES=[ipaddress.ip_network("127.0.0.1/32")],
            BOUNCE_DOMAIN="",
            BOUNCE_MAILBOXES=[],
        )
        settings.SECRET_KEY = "a-secret-of-this-test-0123456789abcdefgh"
        if connection.vendor == "sqlite":
            # The command runs under a umask that a test does not.
            name = str(connection.settings_dict["NAME"])
            for path in (Path(name + end) for end in ("", "-wal", "-shm")):
                path.exists() and path.chmod(0o600)
        publication = builders.publication(from_address=f"news@{DOMAIN}")
        builders.subscription(publication, "alice@example.net")
        Worker.objects.create(name="w", machine="m", version=version(), seen=timezone.now())
        RegularTask.objects.create(name="purge", next_at=timezone.now())
        try:
            yield made
        finally:
            for undo in made.undo:
                undo()
            web.close()
            context.cache_clear()


def test_a_right_site_has_nothing_that_is_wrong(scene: Scene) -> None:
    found = scene.results()
    assert {name: one.detail for name, one in found.items() if one.ok is False} == {}
    # What nobody can see from here is said, never called well.
    unseen = {name for name, one in found.items() if one.ok is None}
    assert unseen <= {"base_url", "return_path", "clock", "card_font"}
    for name in unseen:
        assert found[name].remedy, name
    assert len(found) >= 20


Plant = Callable[[Scene], None]
PLANTED: dict[str, tuple[Plant, str, str]] = {}


def planted(check: str, remedy: str) -> Callable[[Plant], Plant]:
    """One row: the check that must name it, and words of the right remedy."""

    def add(plant: Plant) -> Plant:
        assert plant.__doc__
        PLANTED[plant.__doc__.rstrip(".")] = (plant, check, remedy)
        return plant

    return add


# ---- relay


@planted("relay", "mend host and port in SMTP_URL")
def relay_down(scene: Scene) -> None:
    """Nothing listens at the relay's port."""
    scene.relay.stop()
    assert scene.relay._thread is not None
    scene.relay._thread.join(5)


@planted("relay", "mend the host in SMTP_URL")
def relay_unknown(scene: Scene) -> None:
    """The relay's name does not exist."""
    scene.put(SMTP_URLS=["smtp://relay.invalid:587"])


@planted("relay", "User or password in SMTP_URL are wrong")
def relay_password(scene: Scene) -> None:
    """The relay's password is wrong."""
    scene.put(SMTP_URLS=[f"smtp://sudi:wrong@localhost:{scene.relay.port}?starttls=required"])


@planted("relay", "smtps://")
def relay_without_tls(scene: Scene) -> None:
    """The relay offers no STARTTLS."""
    scene.relay.tls = None


@planted("relay", "certificate")
def relay_name_of_certificate(scene: Scene) -> None:
    """The relay's certificate is for another name."""
    scene.put(SMTP_URLS=[f"smtp://sudi:right@127.0.0.1:{scene.relay.port}?starttls=required"])


@planted("relay", "SSL_CERT_FILE")
def relay_authority(scene: Scene) -> None:
    """The relay's certificate is of an authority nobody knows."""
    os.environ["SSL_CERT_FILE"] = "/dev/null"
    context.cache_clear()


@planted("relay", "write smtp://")
def relay_without_tls_at_once(scene: Scene) -> None:
    """smtps:// is written for a port that begins plainly."""
    scene.put(SMTP_URLS=[f"smtps://sudi:right@localhost:{scene.relay.port}"])


@planted("relay", "cannot check logins just now")
def relay_cannot_check(scene: Scene) -> None:
    """The relay cannot look passwords up for the moment."""
    scene.relay.faults = [Fault.parse("auth:454 4.7.0 Temporary authentication failure")]


@planted("relay", "allow its address there")
def relay_refuses(scene: Scene) -> None:
    """The relay refuses this machine in its greeting."""
    scene.relay.faults = [Fault.parse("banner:554 5.7.1 you are not welcome")]


@planted("relay", "looks up our name and waits")
def relay_silent(scene: Scene) -> None:
    """The relay takes the connection and says nothing."""
    scene.patch(probing, "IN_ALL", 0.3)
    scene.put(SMTP_URLS=[f"smtp://127.0.0.1:{scene.silent()}"])


@planted("relay", "mend the check “dns” first")
def no_network_for_the_relay(scene: Scene) -> None:
    """The relay's name cannot be looked up because nobody answers."""

    def nobody(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    scene.patch(probing, "resolve", nobody)


@planted("relay", "Mend ALERT_SMTP_URL")
def alert_relay_password(scene: Scene) -> None:
    """The relay for alerts refuses the login; the other takes mail."""
    port = scene.relay.port
    scene.put(ALERT_SMTP_URLS=[f"smtp://sudi:wrong@localhost:{port}?starttls=required"])


@planted("relay", "unset REHEARSAL_ADDRESS")
def rehearsal_forgotten(scene: Scene) -> None:
    """All mail goes to one address."""
    scene.put(REHEARSAL_ADDRESS="desk@example.org")


# ---- DNS


@planted("dns", "DNS_RESOLVER")
def no_resolver(scene: Scene) -> None:
    """No name server answers."""
    scene.put(DNS_RESOLVER="127.0.0.1:9")


@planted("spf", f'"v=spf1 ip4:{ADDRESS} ~all"')
def spf_missing(scene: Scene) -> None:
    """There is no SPF record."""
    del scene.dns.zone[DOMAIN, "TXT"]


@planted("spf", f'"v=spf1 ip4:{ADDRESS} include:_spf.elsewhere.example -all"')
def spf_excludes(scene: Scene) -> None:
    """SPF does not let the relay send."""
    scene.text(DOMAIN, "v=spf1 include:_spf.elsewhere.example -all")
    scene.text("_spf.elsewhere.example", "v=spf1 ip4:198.51.100.0/24 -all")


@planted("spf", f'"v=spf1 ip4:{ADDRESS} a mx |"v=spf1 ip4:{ADDRESS} mx a ')
def spf_twice(scene: Scene) -> None:
    """There are two SPF records."""
    scene.text(DOMAIN, "v=spf1 a -all", "v=spf1 mx ~all")


@planted("spf", "at most ten terms")
def spf_too_long(scene: Scene) -> None:
    """SPF asks DNS more than ten times."""
    names = [f"s{number}.example.org" for number in range(11)]
    scene.text(DOMAIN, f"v=spf1 {' '.join(f'include:{name}' for name in names)} ip4:{ADDRESS} -all")
    for name in names:
        scene.text(name, "v=spf1 ip4:198.51.100.1 -all")


@planted("spf", f'"v=spf1 ip4:{ADDRESS} ~all"')
def spf_typing_error(scene: Scene) -> None:
    """SPF has a word that is none."""
    scene.text(DOMAIN, f"v=spf1 ipv4:{ADDRESS} -all")


@planted("spf", "~all")
def spf_open(scene: Scene) -> None:
    """SPF lets the whole world send."""
    scene.text(DOMAIN, "v=spf1 +all")


@planted("spf", f'{DOMAIN}. IN TXT "v=spf1 include:provider.invalid ~all"')
def spf_missing_at_a_provider(scene: Scene) -> None:
    """There is no SPF record, and the relay is a provider's."""
    del scene.dns.zone[DOMAIN, "TXT"]
    scene.text("provider.invalid", "v=spf1 ip4:198.51.100.0/24 -all")
    scene.put(SMTP_URLS=["smtp://smtp.provider.invalid:587"], RELAY_ADDRESSES=[])


@planted("spf", f'{DOMAIN}. IN TXT "v=spf1 a:smtp.provider.invalid ~all"')
def spf_missing_at_another(scene: Scene) -> None:
    """There is no SPF record, and the relay's name has none that could be included."""
    del scene.dns.zone[DOMAIN, "TXT"]
    scene.put(SMTP_URLS=["smtp://smtp.provider.invalid:587"], RELAY_ADDRESSES=[])


@planted("spf", "a domain that you own")
def sender_at_a_mailbox_provider(scene: Scene) -> None:
    """The sender's address is one of a mailbox provider."""
    Publication.objects.update(from_address="harbour.news@gmail.com")


@planted("ptr", "public addresses that your relay delivers from")
def relay_address_of_an_inner_network(scene: Scene) -> None:
    """RELAY_ADDRESSES names an address that nobody outside sees."""
    scene.put(RELAY_ADDRESSES=[ipaddress.ip_address("192.168.1.5")])


@planted("return_path", "PUBLIC-ADDRESS-OF-THIS-MACHINE")
def mail_server_leads_to_itself(scene: Scene) -> None:
    """The mail server of the return path has a loopback address."""
    scene.dns.zone["mail.harbour.example.org", "A"] = ["127.0.1.1"]


@planted("return_path", "BOUNCE_MAILBOX")
def mailbox_silent(scene: Scene) -> None:
    """The server of the mailbox takes the connection and says nothing."""
    scene.patch(surroundings, "_MAILBOX", 0.3)
    scene.put(BOUNCE_MAILBOXES=[f"imap://u:p@127.0.0.1:{scene.silent()}/Reports"])


@planted("return_path", f"{DOMAIN}. IN MX 10")
def no_mail_server(scene: Scene) -> None:
    """The return path's domain takes no mail."""
    scene.put(BOUNCE_DOMAIN=f"bounce.{DOMAIN}")
    scene.text(f"bounce.{DOMAIN}", f"v=spf1 ip4:{ADDRESS} -all")


@planted("return_path", "IN MX 10")
def null_mx(scene: Scene) -> None:
    """The return path's domain says that it takes no mail."""
    scene.dns.zone[DOMAIN, "MX"] = ["0 ."]


@planted("return_path", "mail.harbour.example.org. IN A")
def mx_without_address(scene: Scene) -> None:
    """The mail server of the return path has no address."""
    del scene.dns.zone["mail.harbour.example.org", "A"]
    scene.put(RELAY_ADDRESSES=[])


@planted("return_path", "BOUNCE_MAILBOX")
def mailbox_gone(scene: Scene) -> None:
    """The mailbox of reports cannot be read."""
    scene.put(BOUNCE_MAILBOXES=[f"maildir://{scene.folder}/none"])


@planted("dmarc", '_dmarc.example.org. IN TXT "v=DMARC1; p=none')
def dmarc_missing(scene: Scene) -> None:
    """There is no DMARC record."""
    del scene.dns.zone["_dmarc.example.org", "TXT"]


@planted("dmarc", "BOUNCE_DOMAIN")
def not_aligned(scene: Scene) -> None:
    """Return path and signature belong to another domain than From."""
    scene.put(BOUNCE_DOMAIN="bounces.provider.example", DKIM_KEYS="")
    scene.dns.zone["bounces.provider.example", "MX"] = ["10 mail.harbour.example.org."]
    scene.text("bounces.provider.example", f"v=spf1 ip4:{ADDRESS} -all")


@planted("ptr", f"relay.test. IN A {ADDRESS}")
def no_pointer(scene: Scene) -> None:
    """The relay's address has no reverse name."""
    del scene.dns.zone["25.113.0.203.in-addr.arpa", "PTR"]


@planted("ptr", "set the reverse name of")
def pointer_elsewhere(scene: Scene) -> None:
    """The reverse name does not lead back."""
    scene.dns.zone["25.113.0.203.in-addr.arpa", "PTR"] = ["host-25.provider.example."]
    scene.dns.zone["host-25.provider.example", "A"] = ["198.51.100.25"]


@planted("ptr", "set the reverse name of")
def pointer_of_a_line(scene: Scene) -> None:
    """The reverse name is the one that the provider gives to every address."""
    scene.dns.zone["25.113.0.203.in-addr.arpa", "PTR"] = ["static.25.113.0.203.host.example."]
    scene.dns.zone["static.25.113.0.203.host.example", "A"] = [ADDRESS]


@planted("return_path", "take it out of the MX records")
def one_mail_server_gone(scene: Scene) -> None:
    """The first mail server of the return path has no address; the second has one."""
    scene.dns.zone[DOMAIN, "MX"] = ["5 gone.example.org.", "10 mail.harbour.example.org."]


@planted("spf", f'"v=spf1 ip4:{ADDRESS} -all"')
def spf_for_everybody(scene: Scene) -> None:
    """The SPF record lets every address send, without +all."""
    scene.text(DOMAIN, "v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all")


@planted("dmarc", "rua=mailto:dmarc@example.org")
def dmarc_without_mailto(scene: Scene) -> None:
    """The address for DMARC reports lacks mailto:."""
    scene.text("_dmarc.example.org", "v=DMARC1; p=none; rua=dmarc@example.org")


# ---- DKIM


@planted("dkim", f"sudi._domainkey.{DOMAIN}. IN TXT")
def dkim_missing(scene: Scene) -> None:
    """No DKIM key is published."""
    del scene.dns.zone[f"sudi._domainkey.{DOMAIN}", "TXT"]


@planted("dkim", f'sudi._domainkey.{DOMAIN}. IN TXT "v=DKIM1; k=rsa; p=')
def dkim_other_key(scene: Scene) -> None:
    """Another DKIM key is published than the one that signs."""
    start, _, rest = scene.signer.record.partition("p=")
    scene.text(f"sudi._domainkey.{DOMAIN}", f"{start}p={rest[:40]}AAAA{rest[44:]}")


@planted("dkim", "IN TXT")
def dkim_revoked(scene: Scene) -> None:
    """The DKIM key is revoked."""
    scene.text(f"sudi._domainkey.{DOMAIN}", "v=DKIM1; p=")


@planted("keys", "DKIM_KEYS")
def dkim_file(scene: Scene) -> None:
    """The file of the DKIM key is not there."""
    scene.put(DKIM_KEYS=f"{DOMAIN}:sudi:{scene.folder}/none.pem")


@planted("dkim", f"Add {DOMAIN}:SELECTOR:FILE")
def dkim_other_domain(scene: Scene) -> None:
    """DKIM_KEYS has no key for the sender's domain."""
    path = scene.settings.SUDI["DKIM_KEYS"].rpartition(":")[2]
    scene.put(DKIM_KEYS=f"other.example:sudi:{path}")


# ---- proxy and address


@planted("proxies", "TRUSTED_PROXIES=10.0.0.7")
def proxy_unknown(scene: Scene) -> None:
    """Most requests of a peer carry forwarded headers and it is not trusted."""
    ForwardedPeer.objects.create(
        day=timezone.now().date(), peer="10.0.0.7", requests=40, forwarded=39
    )


@planted("proxies", "TRUSTED_PROXIES=127.0.0.1")
def proxy_too_wide(scene: Scene) -> None:
    """TRUSTED_PROXIES is the whole world."""
    scene.put(TRUSTED_PROXIES=[ipaddress.ip_network("0.0.0.0/0")])


@planted("proxies", "Set TRUSTED_PROXIES to the address of your web server")
def proxy_not_believed(scene: Scene) -> None:
    """Our own request comes through a proxy that is not trusted."""
    scene.web.health = (200, {forwarded.HEADER: forwarded.IGNORED}, b"ok\n")


@planted("base_url", "Set BASE_URL to a public address|Set BASE_URL to the address readers use")
def base_url_unset(scene: Scene) -> None:
    """BASE_URL is this machine's own address."""
    scene.put(BASE_URL=f"http://127.0.0.1:{scene.web.port}")


@planted("base_url", f"{DOMAIN}. IN A")
def base_url_without_address(scene: Scene) -> None:
    """The host in BASE_URL has no address."""
    del scene.dns.zone[DOMAIN, "A"]


@planted("base_url", "Another program answers there")
def base_url_of_another(scene: Scene) -> None:
    """Another program answers at BASE_URL."""
    scene.web.health = (200, {}, b"<html>Welcome to nginx!</html>")


@planted("web", "systemctl restart sudi-web")
def old_web_process(scene: Scene) -> None:
    """A web process was not restarted after the upgrade."""
    status, headers, body = scene.web.health
    old = {running_version.HEADER: running_version.mark("0.0.9")}
    scene.web.health = status, headers | old, body


@planted("one_click", "Set BASE_URL to where the redirect leads")
def one_click_redirected(scene: Scene) -> None:
    """One-click requests are redirected."""
    scene.web.one_click = (301, {"Location": "https://www.example.org/"}, b"")


@planted("one_click", "LINK_KEYS")
def one_click_other_keys(scene: Scene) -> None:
    """The web server has other keys than this command."""
    scene.web.one_click = (400, {}, b"")


@planted("one_click", "POST requests to /s/")
def one_click_questioned(scene: Scene) -> None:
    """A guard against robots answers one-click requests with its question, and 200."""
    scene.web.one_click = (200, {"Content-Type": "text/html"}, b"<html>Just a moment</html>")


@planted("base_url", "systemctl status sudi-web")
def nobody_behind_the_web_server(scene: Scene) -> None:
    """The web server in front gets no answer from ours."""
    scene.web.health = (502, {}, b"<html>502 Bad Gateway</html>")


@planted("base_url", "asks for a password or refuses")
def password_in_front(scene: Scene) -> None:
    """The web server in front wants a password of everybody."""
    scene.web.health = (401, {"WWW-Authenticate": "Basic"}, b"<html>401</html>")


@planted("one_click", "POST requests to /s/")
def one_click_blocked(scene: Scene) -> None:
    """A guard against robots blocks one-click requests."""
    scene.web.one_click = (403, {}, b"")


@planted("base_url", "Start the web server")
def web_server_silent(scene: Scene) -> None:
    """What listens at BASE_URL never answers."""
    scene.patch(surroundings, "_WEB", 0.3)
    scene.put(BASE_URL=f"http://{DOMAIN}:{scene.silent()}")


@planted("base_url", "location /static/")
def no_style_sheet(scene: Scene) -> None:
    """The web server in front answers for style sheets that it has not got."""
    scene.web.style = (404, {"Content-Type": "text/html"}, b"not found")


@planted("base_url", "certbot renew --dry-run")
def certificate_ends(scene: Scene) -> None:
    """The certificate ends tomorrow."""
    served = scene.authority.server(DOMAIN)
    scene.web.server.socket = served.wrap_socket(scene.web.server.socket, server_side=True)
    scene.put(BASE_URL=f"https://{DOMAIN}:{scene.web.port}")


@planted("base_url", "Renew the certificate, or name this host in it")
def certificate_of_another(scene: Scene) -> None:
    """The certificate of the site is for another name."""
    served = scene.authority.server("other.example.org")
    scene.web.server.socket = served.wrap_socket(scene.web.server.socket, server_side=True)
    scene.put(BASE_URL=f"https://{DOMAIN}:{scene.web.port}")


# ---- clock


@planted("clock", "timedatectl")
def clock_behind(scene: Scene) -> None:
    """This machine's clock is an hour slow: rows come from the future."""
    scene.now = lambda: dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)


@planted("clock", "timedatectl")
def clock_ahead_of_relay(scene: Scene) -> None:
    """The relay's greeting has another time."""
    ago = format_datetime(dt.datetime.now(dt.UTC) - dt.timedelta(minutes=20))
    scene.relay.faults = [Fault("banner", f"220 mail.example.org ESMTP Exim 4.98 {ago}")]


@planted("clock", "--set time_zone=")
def time_zone_unknown(scene: Scene) -> None:
    """A publication is in a time zone that this machine does not know."""
    Publication.objects.update(time_zone="Mars/Olympus")


# ---- keys, rights, tables


@planted("keys", "Put back the LINK_KEYS")
def other_link_keys(scene: Scene) -> None:
    """LINK_KEYS are another site's."""
    scene.put(LINK_KEYS={1: b"fedcba9876543210" * 4})


@planted("keys", "openssl rand -base64 48")
def example_secret(scene: Scene) -> None:
    """SECRET_KEY is the one of an example."""
    scene.settings.SECRET_KEY = "django-insecure-" + "x" * 40


@planted("keys", "openssl rand -base64 48")
def secret_key_of_one_letter(scene: Scene) -> None:
    """SECRET_KEY is long and repeats one letter."""
    scene.settings.SECRET_KEY = "x" * 60


@planted("rights", "chmod -R go-rwx")
def open_secrets(scene: Scene) -> None:
    """Everybody may read the keys."""
    (scene.folder / "secrets" / "LINK_KEYS").chmod(0o644)


@planted("rights", "chmod 600")
def open_dkim_key(scene: Scene) -> None:
    """Everybody may read the DKIM key."""
    path = Path(scene.settings.SUDI["DKIM_KEYS"].rpartition(":")[2])
    path.chmod(0o644)
    scene.undo.append(lambda: path.chmod(0o600))


@planted("tables", "sudi upgrade")
def table_dropped(scene: Scene) -> None:
    """A table is not there."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE newsletter_forwardedpeer RENAME TO gone")


@planted("tables", "sudi upgrade")
def column_dropped(scene: Scene) -> None:
    """A column is not there."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE newsletter_relay RENAME COLUMN latency_ms TO gone")


@planted("migrations", "sudi upgrade")
def not_migrated(scene: Scene) -> None:
    """A migration is not applied."""
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied(
        *max(key for key in recorder.applied_migrations() if key[0] == "newsletter")
    )


@planted("migrations", "newer one")
def newer_tables(scene: Scene) -> None:
    """The database was changed by a newer version."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('newsletter', '9999_later', %s)",
            [timezone.now()],
        )


# ---- worker, queue, disk


@planted("worker", "sudi worker")
def no_worker(scene: Scene) -> None:
    """No worker runs."""
    Worker.objects.update(seen=timezone.now() - dt.timedelta(minutes=3))


@planted("worker", "systemctl restart sudi-worker")
def two_workers(scene: Scene) -> None:
    """Two workers run, and one is of an older version."""
    Worker.objects.create(name="old", machine="b", version="0.0.9", seen=timezone.now())


@planted("machines", "sudi machines --agree")
def copy_waits(scene: Scene) -> None:
    """A machine with a copy of the database waits for a person."""
    Machine.objects.create(nonce="n", name="spare", state="asking", why="unknown")


@planted("worker", "systemctl restart sudi-worker")
def old_worker(scene: Scene) -> None:
    """The worker is of an older version."""
    Worker.objects.update(version="0.0.9")


@planted("queue", "sudi limits")
def issue_waits(scene: Scene) -> None:
    """An issue that is due is not sent."""
    publication = builders.publication("weekly", from_address=f"news@{DOMAIN}")
    issue = builders.issue(publication)
    text = Revision.objects.create(issue=issue, number=1, kind="release")
    type(issue).objects.filter(pk=issue.pk).update(
        state="sending", frozen=text, frozen_at=timezone.now(), recipients=1
    )
    Chunk.objects.create(
        issue=issue, first=1, last=1, due_at=timezone.now() - dt.timedelta(hours=1)
    )


@planted("queue", "systemctl restart sudi-worker")
def job_waits(scene: Scene) -> None:
    """A job is not done."""
    from django_tasks_db.models import DBTaskResult

    from newsletter import tasks

    tasks.drain.enqueue()
    DBTaskResult.objects.update(enqueued_at=timezone.now() - dt.timedelta(hours=1))


@planted("housekeeping", "sudi housekeeping --only purge")
def task_fails(scene: Scene) -> None:
    """A regular task fails again and again."""
    RegularTask.objects.update(failures=5, last_error="OperationalError")


@planted("housekeeping", "Start the worker, or a timer")
def task_left_by_the_dead(scene: Scene) -> None:
    """Who was at a regular task was killed, and nobody took it up."""
    long_ago = timezone.now() - dt.timedelta(hours=1)
    RegularTask.objects.update(owner="killed", lease_until=long_ago, next_at=long_ago)


@planted("disk", "Make room")
def disk_full(scene: Scene) -> None:
    """The disk is nearly full."""
    scene.disk = lambda path: (100_000 * MB, 99_900 * MB, 100 * MB)


@planted("disk", "mend DATA_DIR")
def no_folder(scene: Scene) -> None:
    """DATA_DIR is not there."""
    scene.put(DATA_DIR=scene.folder / "none")


@planted("card_font", "Mend CARD_FONT")
def card_font_gone(scene: Scene) -> None:
    """CARD_FONT names a file that is not there."""
    scene.put(CARD_FONT="/nowhere/font.otf")


@pytest.mark.parametrize("fault", sorted(PLANTED))
def test_each_planted_fault_is_named_with_its_remedy(scene: Scene, fault: str) -> None:
    plant, check, remedy = PLANTED[fault]
    plant(scene)
    found = scene.results(check)[check]
    assert found.ok is False, (found.ok, found.detail)
    assert any(words in found.remedy for words in remedy.split("|")), found.remedy


def test_a_task_that_this_version_no_longer_has_is_not_called_late(scene: Scene) -> None:
    long_ago = timezone.now() - dt.timedelta(days=2)
    RegularTask.objects.create(name="of-an-old-version", next_at=long_ago, failures=9)
    assert scene.results("housekeeping")["housekeeping"].ok is True


def test_enough_is_planted() -> None:
    assert len(PLANTED) >= 70
    kinds = {check for _plant, check, _remedy in PLANTED.values()}
    assert kinds == {check.name for check in doctor.registry()} - {"database"}


def test_names_of_lines_and_names_of_servers() -> None:
    four, six = ipaddress.ip_address(ADDRESS), ipaddress.ip_address("2001:db8::25")
    for name in (
        "203-0-113-25.isp.example", "25.113.0.203.isp.example", "ip203.0.113.25.isp.example",
        "203000113025.isp.example", "cb007119.isp.example", "mx.dynamic.isp.example", "adsl-7.a.b",
    ):  # fmt: skip
        assert is_assigned(name, four), name
    assert is_assigned("20010db8000000000000000000000025.v6.example", six)
    for name in (
        "mail.harbour.example.org", "mx25.example.org", "mail-pool1.example.org", "out2.3.example",
        "dynamics.example.org", "r113-25.mta.example.org",
    ):  # fmt: skip
        assert not is_assigned(name, four) and not is_assigned(name, six), name


def test_a_mail_server_with_an_inner_address_is_not_called_well(scene: Scene) -> None:
    scene.dns.zone["mail.harbour.example.org", "A"] = ["192.168.1.10"]
    found = scene.results("return_path")["return_path"]
    assert found.ok is None and "dig +short A mail.harbour.example.org" in found.remedy


def test_port_465_begins_with_encryption() -> None:
    seen = probing.Probe("a", "mx.example.org", 465, False, True, True, phase="time")
    assert "smtps://mx.example.org:465" in str(relay_check._remedy(seen, "mx.example.org:465"))


def test_a_router_that_does_not_lead_back_is_no_fault(scene: Scene) -> None:
    scene.patch(surroundings, "_WEB", 0.3)
    scene.put(BASE_URL=f"http://{DOMAIN}:{scene.silent()}")
    found = scene.results("base_url", "one_click")
    assert (found["base_url"].ok, found["one_click"].ok) == (False, False)
    DailyCount.objects.add(forwarded._OUTSIDE)
    found = scene.results("base_url", "one_click")
    assert (found["base_url"].ok, found["one_click"].ok) == (None, None)
    assert "another machine" in found["base_url"].remedy
    # Where a web server has ended, connections are refused.
    scene.put(BASE_URL=f"http://{DOMAIN}:9")
    found = scene.results("base_url", "one_click")
    assert (found["base_url"].ok, found["one_click"].ok) == (False, False)


def test_a_site_below_a_path_is_asked_there(scene: Scene) -> None:
    asked: list[str] = []
    scene.web.heard = asked.append
    scene.put(BASE_URL=f"http://{DOMAIN}:{scene.web.port}/news")
    set_script_prefix("/news/")
    scene.undo.append(clear_script_prefix)
    found = scene.results("one_click", "base_url")
    assert (found["one_click"].ok, found["base_url"].ok) == (True, None)
    assert sorted(path[:13] for path in asked) == ["/news/healthz", "/news/s/u/AQI"]


def test_who_does_not_answer_is_not_waited_for_in_turn(scene: Scene) -> None:
    """Relay, mailbox and web server are silent for a second each: they are asked at once."""
    for where, name in ((probing, "IN_ALL"), (surroundings, "_WEB"), (surroundings, "_MAILBOX")):
        scene.patch(where, name, 1.0)
    hole = scene.silent()
    scene.put(
        SMTP_URLS=[f"smtp://127.0.0.1:{hole}?name={n}" for n in "abc"],
        BOUNCE_MAILBOXES=[f"imap://u:p@127.0.0.1:{hole}/{n}" for n in "abc"],
        BASE_URL=f"http://{DOMAIN}:{hole}",
    )
    started, busy = time.monotonic(), time.process_time()
    found = scene.results()
    # On a machine that is busy with other things, our own work may take long too.
    assert time.monotonic() - started - 10 * (time.process_time() - busy) < 4.0
    assert [found[n].ok for n in ("relay", "return_path", "base_url", "one_click")] == [False] * 4


def test_name_servers_that_take_their_time_are_not_asked_for_ever(scene: Scene) -> None:
    scene.patch(questions, "IN_ALL", 0.0)
    found = scene.results("dns", "spf", "dkim")
    assert found["dns"].ok is True
    assert "more than" in found["spf"].detail and found["spf"].ok is None


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (written.networks, "nginx", "like 127.0.0.1 or 10.0.0.0/8"),
        (written.networks, "10.0.0.1/8", "Write 10.0.0.0/8"),
        (written.addresses, "mail.example.org", "numbers and no names"),
        (written.mail_servers, "mail.example.org", "smtp://HOST:PORT"),
        (written.mail_servers, "smtp://mail.example.org:port", "no number"),
        (written.mail_servers, "smtp://mail.example.org:99999", "no number"),
        (written.mail_servers, "smtp://u:se#cret@mail.example.org:587", "%23 for #"),
        (written.relays, "smtps://a:x@mx.example smtps://b:secret@mx.example", "?name=second"),
        (written.relays, "smtp://a.example?name=main smtp://main:587", "two mail servers"),
        (written.mail_server, "smtp://a.example smtps://u:secret@b.example", "smtps://b.example"),
        (written.mailboxes, "imaps://u:p@mail.example.org:x/Reports", "no number"),
        (written.mailboxes, "maildir://var/mail", "maildir:///PATH"),
        (written.domain, "bounces@example.org", "a domain alone"),
        (written.domain, "https://example.org", "a domain alone"),
        (written.storage, "mnt/pictures", "a folder from the root"),
        (written.storage, '{"OPTIONS": {"secret": 1}}', '{"BACKEND": "package.Class"'),
        (written.storage, '["storages.backends.s3.S3Storage"]', '{"BACKEND": "package.Class"'),
        (written.storage, '{"BACKEND": "a", "OPTIONS": "secret"}', "a folder from the root"),
        (written.storage, '{"BACKEND": "no_such.S3Storage"}', "Is its package installed?"),
    ],
)
def test_a_setting_that_means_nothing_is_named_with_what_to_write(
    read: Callable[[str, str], object], text: str, said: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        read("NAME", text)
    assert str(caught.value).startswith("NAME") and said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "se#cret" not in str(caught.value) and "cret@" not in str(caught.value)


def test_a_package_that_a_setting_needs_is_named_with_its_extra() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"pip install 'sudi\[celery\]'"):
        written.need("no_such_package", "TASKS_ENGINE=celery", "celery")
    written.need("django", "DATABASE_URL", "postgres")


def test_settings_as_people_write_them_are_read() -> None:
    assert written.domain("NAME", "") == ""
    assert written.domain("NAME", "bücher.example") == "xn--bcher-kva.example"
    memory = "django.core.files.storage.InMemoryStorage"
    assert written.storage("NAME", f'{{"BACKEND": "{memory}"}}') == {
        "BACKEND": memory, "OPTIONS": {},
    }  # fmt: skip
    assert written.storage("NAME", "/mnt/pictures")["OPTIONS"]["location"] == "/mnt/pictures"
    assert [str(n) for n in written.networks("NAME", "127.0.0.1, fd00::/8")] == [
        "127.0.0.1/32", "fd00::/8",
    ]  # fmt: skip
    assert written.mailboxes("NAME", "pop3s://a@example.org maildir:///m") == [
        "pop3s://a@example.org", "maildir:///m",
    ]  # fmt: skip


def test_a_check_never_says_well_of_what_it_did_not_see(scene: Scene) -> None:
    """Without DNS, everything that asks it is unseen or wrong, each with what to do."""
    scene.put(DNS_RESOLVER="127.0.0.1:9", DKIM_KEYS="")
    found = scene.results()
    for name in ("spf", "dkim", "dmarc", "ptr", "return_path", "base_url", "one_click"):
        assert found[name].ok is None, name
        assert found[name].remedy, name


def test_without_relay_addresses_spf_is_not_called_well(scene: Scene) -> None:
    scene.put(RELAY_ADDRESSES=[])
    found = scene.results()
    assert (found["spf"].ok, found["ptr"].ok) == (None, None)
    assert "RELAY_ADDRESSES" in found["spf"].remedy
    # What no address could mend is seen all the same.
    scene.text(DOMAIN, "v=spf1 -all")
    assert scene.results()["spf"].ok is False


def test_what_was_found_is_kept_and_read_in_any_language(scene: Scene) -> None:
    plant, check, _remedy = PLANTED["No worker runs"]
    doctor.store(scene.results().values())
    well = CheckResult.objects.get(name=check)
    plant(scene)
    doctor.store(scene.results().values())
    row = CheckResult.objects.get(name=check)
    assert (well.ok, row.ok) == (True, False) and row.since > well.since
    doctor.store(scene.results().values())
    assert CheckResult.objects.get(name=check).since == row.since  # It was wrong before.
    with translation.override("en"):
        assert "No worker runs" in doctor.shown(row).detail
        assert doctor.shown(row).remedy == scene.results()[check].remedy


def test_the_command_prints_one_object_a_line_and_exits_1_on_false_only(site: Site) -> None:
    """On a fresh folder nothing runs: the worker is missing, and that is wrong."""
    done = site.manage("doctor", "--json", check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(set(line) == {"name", "ok", "detail", "remedy"} for line in lines)
    assert {line["name"]: line["ok"] for line in lines}["worker"] is False
    assert done.returncode == 1
    done = site.manage("doctor", "--json", "--only", "migrations", "--only", "keys")
    assert [json.loads(line)["ok"] for line in done.stdout.splitlines()] == [True, None]
    assert site.manage("doctor", "--only", "none", check=False).returncode == 2


def test_the_database_that_is_not_there_is_named_and_nothing_is_called_well(site: Site) -> None:
    site.env["DATABASE_URL"] = "postgres://nobody@127.0.0.1:1/none"
    done = site.manage("doctor", "--json", check=False, timeout=60)
    found = {one["name"]: one for one in map(json.loads, done.stdout.splitlines())}
    assert found["database"]["ok"] is False and "DATABASE_URL" in found["database"]["remedy"]
    for name in ("migrations", "tables", "worker", "queue", "housekeeping", "spf"):
        assert found[name]["ok"] is None, name


def test_check_deploy_says_what_can_be_known_without_the_network(site: Site) -> None:
    """Asked as a command: it must not depend on a page having been opened."""
    site.folder.chmod(0o700)
    for file in site.folder.glob("sudi.sqlite3*"):
        file.chmod(0o600)
    done = site.manage("check", "--deploy", check=False)
    assert "(sudi.base_url) BASE_URL is http://127.0.0.1:8000" in done.stderr
    site.env["BASE_URL"] = "https://news.example.org"
    site.env.pop("DJANGO_ALLOW_ASYNC_UNSAFE")  # Of these tests' browser, not of a site.
    done = site.manage("check", "--deploy", check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_reader_of_another_key_is_left(scene: Scene) -> None:
    """A key that was rotated in keeps opening what the older one made: that is no fault."""
    old = scene.settings.SUDI["LINK_KEYS"]
    scene.put(LINK_KEYS={**old, 2: b"0011223344556677" * 4})
    assert scene.results()["keys"].ok is True
    Subscriber.objects.all().delete()
