"""The files of `deploy-files`, run as far as a machine goes: units verified, servers started.

What needs a container engine is asked of `docker info`; without one, the image's own steps run as
a script by a user without rights.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from prometheus_client.parser import text_string_to_metric_families

from subscribers.links import Purpose, make
from tests.config.test_wheel import wheel as wheel
from tests.conftest import ROOT, Site, find_program
from tests.smtpd import Authority

FILES = ROOT / "newsletter" / "config" / "deploy"
NAME = "news.example.org"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def wait_for(port: int, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError(f"nothing listens on {port}")


@contextlib.contextmanager
def running(*command: str, env: dict[str, str] | None = None, log: Path) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def test_they_are_copied_by_the_name_one_types_and_never_over_others(site: Site) -> None:
    folder = site.folder / "deploy"
    said = site.manage("deploy-files", str(folder)).stdout.splitlines()
    wanted = {str(p.relative_to(FILES)) for p in FILES.rglob("*") if p.is_file()}
    assert {str(Path(line).relative_to(folder)) for line in said} == wanted
    (folder / "nginx.conf").write_text("mine")
    assert site.manage("deploy-files", str(folder), check=False).returncode == 1
    assert (folder / "nginx.conf").read_text() == "mine"


@pytest.mark.needs("systemd-analyze")
def test_the_units_are_right(tmp_path: Path) -> None:
    tool = find_program("systemd-analyze")
    assert tool is not None
    (tmp_path / "sudi.env").write_text("")
    units = []
    for path in (FILES / "systemd").iterdir():
        # The programs they start are those of an installation; here stand-ins are.
        text = path.read_text().replace("/opt/sudi/bin/", "/bin/true --")
        text = re.sub(r"^User=.*\n|^Group=.*\n", "", text, flags=re.MULTILINE)
        (tmp_path / path.name).write_text(text)
        if path.suffix in (".service", ".timer"):
            units.append(str(tmp_path / path.name))
    done = subprocess.run([tool, "verify", *units], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "sudi" in line]
    assert (done.returncode, ours) == (0, [])


def test_each_unit_runs_a_command_there_is_as_a_user_of_its_own() -> None:
    commands = get_commands()
    for path in (FILES / "systemd").glob("*.service"):
        text = path.read_text()
        start = re.search(r"^ExecStart=/opt/sudi/bin/(\S+) (\S+)", text, re.MULTILINE)
        assert start is not None, path
        assert start[1] == "gunicorn" or start[2] in commands, path
        for line in ("User=sudi", "UMask=0077", "NoNewPrivileges=yes", "ProtectSystem=strict"):
            assert f"\n{line}\n" in text, (path, line)


# ---- web servers in front of the application


@pytest.fixture
def app(site: Site, tmp_path: Path) -> Iterator[int]:
    """The application as its unit starts it, for the site news.example.org."""
    port = free_port()
    site.env |= {"BASE_URL": f"https://{NAME}", "TRUSTED_PROXIES": "127.0.0.1"}
    unit = (FILES / "systemd" / "sudi-web.service").read_text()
    start = re.search(r"^ExecStart=/opt/sudi/bin/gunicorn (.*)$", unit, re.MULTILINE)
    assert start is not None
    arguments = start[1].replace("127.0.0.1:8000", f"127.0.0.1:{port}").split()
    env = {**site.env, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "gunicorn", *arguments]
    with running(*command, env=env, log=tmp_path / "gunicorn.log"):
        wait_for(port, 60)
        yield port


class Front:
    """Asks a web server on a loopback port as if it were news.example.org."""

    def __init__(self, port: int, trust: ssl.SSLContext | None) -> None:
        self._port, self._trust = port, trust

    def ask(self, path: str, data: bytes | None = None, **headers: str) -> tuple[int, Any, bytes]:
        sock: Any = socket.create_connection(("127.0.0.1", self._port), timeout=20)
        if self._trust is not None:
            sock = self._trust.wrap_socket(sock, server_hostname=NAME)
        import http.client

        connection = http.client.HTTPConnection(NAME)
        connection.sock = sock
        sent = {"Host": NAME, **{key.replace("_", "-"): value for key, value in headers.items()}}
        if data is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST" if data is not None else "GET", path, data, sent)
        answer = connection.getresponse()
        read = answer.read()
        connection.close()
        return answer.status, answer.headers, read


def examine(front: Front, site: Site) -> None:
    """What must hold behind any web server."""
    status, headers, body = front.ask("/healthz")
    assert (status, body) == (200, b"ok\n")
    assert headers["Sudi-Forwarded"] == "believed https"
    assert "max-age" in front.ask("/")[1]["Strict-Transport-Security"]
    # What a visitor writes there is replaced, not passed on.
    status, headers, _body = front.ask(
        "/healthz", X_Forwarded_For="198.51.100.1", X_Forwarded_Proto="http", Forwarded="for=x"
    )
    assert headers["Sudi-Forwarded"] == "believed https"
    token = make(Purpose.UNSUBSCRIBE, 0)
    status, _headers, body = front.ask(f"/s/u/{token}/", b"List-Unsubscribe=One-Click")
    assert status == 200, body
    for private in ("/metrics", "/readyz"):
        assert front.ask(private)[0] == 404
    assert front.ask("/static/newsletter/site.css")[0] == 200
    # No peer is suspected: all that came was of the proxy that is trusted.
    done = site.manage(
        "shell", "-v", "0", "-c",
        "from newsletter.config import forwarded; print(forwarded.suspects())",
    )  # fmt: skip
    assert done.stdout.strip() == "[]"


@pytest.mark.needs("nginx")
def test_nginx_in_front(app: int, site: Site, tmp_path: Path) -> None:
    authority = Authority.make(tmp_path)
    authority.server(NAME)
    port, plain = free_port(), free_port()
    text = (FILES / "nginx.conf").read_text()
    for old, new in (
        ("127.0.0.1:8000", f"127.0.0.1:{app}"),
        ("listen [::]:80;", ""),
        ("listen [::]:443 ssl;", ""),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        (f"/etc/letsencrypt/live/{NAME}/fullchain.pem", str(tmp_path / f"{NAME}.pem")),
        (f"/etc/letsencrypt/live/{NAME}/privkey.pem", str(tmp_path / f"{NAME}.pem")),
    ):
        assert old in text, old
        text = text.replace(old, new)
    temporary = "".join(
        f"{name}_temp_path {tmp_path}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/nginx.pid; error_log {tmp_path}/error.log;"
        f"events {{}} http {{ access_log off; {temporary}\n{text}\n}}"
    )
    nginx = find_program("nginx")
    assert nginx is not None
    command = [nginx, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    with running(*command, log=tmp_path / "nginx.log"):
        wait_for(port)
        front = Front(port, authority.trust())
        examine(front, site)
        status, headers, _body = Front(plain, None).ask("/sample/")
        assert (status, headers["Location"]) == (308, f"https://{NAME}/sample/")


@pytest.mark.needs("caddy")
def test_caddy_in_front(app: int, site: Site, tmp_path: Path) -> None:
    authority = Authority.make(tmp_path)
    authority.server(NAME)
    port, plain = free_port(), free_port()
    text = (FILES / "Caddyfile").read_text()
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{app}")
    certificate = tmp_path / f"{NAME}.pem"
    text = text.replace(
        f"\n{NAME} {{", f"\nhttps://{NAME}:{port} {{\n\ttls {certificate} {certificate}\n"
    )
    options = f"{{\n admin off\n auto_https disable_redirects\n http_port {plain}\n}}\n"
    (tmp_path / "Caddyfile").write_text(options + text)
    caddy = find_program("caddy")
    assert caddy is not None
    env = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    command = [caddy, "run", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"]
    with running(*command, env=env, log=tmp_path / "caddy.log"):
        wait_for(port)
        examine(Front(port, authority.trust()), site)


# ---- Postfix


@pytest.fixture
def postfix(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """Postfix with the example: its port, and the one on which it hands reports over."""
    if os.geteuid() != 0:
        pytest.skip("Postfix is only started by the superuser")
    port, reports = free_port(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="sudi-postfix-"))
    folder.chmod(0o755)
    settings = folder / "etc"
    shutil.copytree(FILES / "postfix", settings)
    for part in ("queue", "data"):
        (folder / part).mkdir()
    shutil.chown(folder / "data", "postfix")
    text = (settings / "main.cf").read_text().replace("127.0.0.1:2525", f"127.0.0.1:{reports}")
    (settings / "main.cf").write_text(
        text.replace("inet_interfaces = all", "inet_interfaces = 127.0.0.1")
        + f"\nqueue_directory = {folder}/queue\ndata_directory = {folder}/data\n"
        f"maillog_file = {folder}/log\nmaillog_file_prefixes = {folder}\ninet_protocols = ipv4\n"
    )
    stock = Path("/usr/share/postfix/master.cf.dist").read_text()
    services = re.sub(r"^smtp( +inet)", rf"127.0.0.1:{port}\1", stock, flags=re.MULTILINE)
    # No folder of its own to be locked into: that is Debian's set-up, not the example's.
    services = re.sub(r"^(\S+ +\S+ +\S+ +\S+ +)[y-](?= )", r"\1n", services, flags=re.MULTILINE)
    (settings / "master.cf").write_text(
        services + "\npostlog unix-dgram n - n - 1 postlogd\n"
        if "postlogd" not in services
        else services
    )
    command = find_program("postfix")
    assert command is not None
    run = [command, "-c", str(settings)]
    try:
        done = subprocess.run([*run, "start"], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        wait_for(port)
        yield port, reports
    finally:
        subprocess.run([*run, "stop"], capture_output=True, timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.needs("postfix")
def test_postfix_takes_our_mail_and_brings_a_bounce_home(
    site: Site, postfix: tuple[int, int], tmp_path: Path
) -> None:
    port, reports = postfix
    site.env |= {
        "SMTP_URL": f"smtp://127.0.0.1:{port}?name=postfix",
        "BOUNCE_DOMAIN": NAME,
        "DEBUG": "0",
    }
    listener = site.start("receive_mail", "--listen", f"127.0.0.1:{reports}", "--lmtp")
    try:
        wait_for(reports)
        done = site.manage("doctor", "--json", "--only", "relay", "--only", "return_path",
                           "--bounce", "30", check=False)  # fmt: skip
        found = {one["name"]: one for one in map(json.loads, done.stdout.splitlines())}
        assert found["relay"]["ok"] is True, found
        assert "A test bounce came home." in found["return_path"]["detail"], found
        import smtplib

        with smtplib.SMTP("127.0.0.1", port, timeout=20) as smtp:
            smtp.ehlo("x.example")
            assert smtp.mail("a@b.example")[0] == 250
            # An address that is none of ours is refused at once, never bounced.
            assert smtp.rcpt(f"nobody@{NAME}")[0] == 550
    finally:
        listener.terminate()
        listener.wait(20)
        assert listener.stdout is not None
        listener.stdout.close()


# ---- the image


def engine() -> bool:
    """Whether a container engine answers; that its program is there says nothing."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(["docker", "info"], capture_output=True, timeout=20)
        return done.returncode == 0
    return False


def test_the_steps_of_the_image_run_without_rights(wheel: Path, tmp_path: Path) -> None:
    """install.sh, as the image runs it, by a user who may write nothing but its target."""
    user = pwd.getpwnam("nobody")
    folder = Path(tempfile.mkdtemp(prefix="sudi-image-"))
    try:
        folder.chmod(0o755)
        for path in (FILES / "install.sh", wheel):
            shutil.copy(path, folder / path.name)
            (folder / path.name).chmod(0o644)
        for name in ("opt", "data"):
            (folder / name).mkdir(mode=0o700)
        if os.geteuid() == 0:
            for name in ("opt", "data"):
                shutil.chown(folder / name, user.pw_uid, user.pw_gid)
        # Libraries are not fetched anew for each test: those of this environment are found.
        libraries = next(p for p in sys.path if p.endswith("site-packages"))
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "opt"),
            "PIP_NO_DEPS": "1",
            "DATA_DIR": str(folder / "data"),
        }
        as_nobody: dict[str, Any] = (
            {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            if os.geteuid() == 0
            else {}
        )
        steps = (folder / "install.sh").read_text()
        # Between installing and asking for it: the libraries.
        link = f'echo {libraries} > "$(echo "$target"/lib/python*/site-packages)/libraries.pth"'
        (folder / "install.sh").write_text(steps.replace("# Compiled", f"{link}\n# Compiled"))
        target = str(folder / "opt" / "sudi")
        done = subprocess.run(
            ["sh", "install.sh", target, wheel.name], cwd=folder, env=env, capture_output=True,
            text=True, timeout=300, **as_nobody,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        for command in (["upgrade", "-v", "0"], ["doctor", "--only", "migrations"]):
            done = subprocess.run(
                [f"{target}/bin/sudi", *command], cwd=folder / "data", env=env,
                capture_output=True, text=True, timeout=180, **as_nobody,
            )  # fmt: skip
            assert done.returncode == 0, (command, done.stdout, done.stderr[-2000:])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_the_image_has_no_rights_and_a_health_check() -> None:
    text = (FILES / "Dockerfile").read_text()
    assert text.index("USER 10001:10001") > text.rindex("RUN ")
    assert "HEALTHCHECK" in text and "VOLUME /data" in text
    assert text.count("FROM ") == 2 and "platform=" not in text.lower()
    assert '"linux/amd64", "linux/arm64"' in (FILES / "docker-bake.hcl").read_text()
    copied = re.search(r"^COPY (.*) /build/$", text, re.MULTILINE)
    assert copied is not None and "install.sh" in copied[1]


def test_the_image_is_built(wheel: Path, tmp_path: Path) -> None:
    if not engine():
        # Not a skip: where no engine answers, the steps above are what can be tried.
        print("not run: no container engine answers `docker info`")
        return
    for name in ("Dockerfile", "install.sh"):
        shutil.copy(FILES / name, tmp_path / name)
    shutil.copy(wheel, tmp_path / wheel.name)
    subprocess.run(["docker", "build", "-q", "-t", "sudi:test", "."], cwd=tmp_path, check=True)


def test_compose_runs_web_worker_and_postgresql_read_only() -> None:
    compose = yaml.safe_load((FILES / "compose.yaml").read_text())
    services = compose["services"]
    assert set(services) == {"database", "migrate", "web", "worker"}
    commands = get_commands()
    for name in ("migrate", "web", "worker"):
        service = services[name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert service["volumes"] == ["data:/data"]
        if "command" in service:
            assert service["command"][0] == "sudi" and service["command"][1] in commands
    for name in ("web", "worker"):
        wanted = services[name]["depends_on"]["migrate"]["condition"]
        assert wanted == "service_completed_successfully"


# ---- monitoring


@pytest.mark.django_db
def test_alerts_and_board_ask_for_metrics_that_are_served() -> None:
    from newsletter.config import metrics
    from newsletter.models import CheckResult, RegularTask, Relay, Worker

    Relay.objects.create(name="127.0.0.1", latency_ms=5)
    Worker.objects.create(name="w", machine="m")
    RegularTask.objects.create(name="purge")
    CheckResult.objects.create(name="relay", ok=True)
    metrics._SECONDS.labels("1", "2xx").observe(0.1)
    served = {
        sample.name
        for family in text_string_to_metric_families(metrics.text())
        for sample in family.samples
    } | {"sudi_deliveries"}
    rules = yaml.safe_load((FILES / "prometheus-alerts.yaml").read_text())["groups"][0]["rules"]
    board = json.loads((FILES / "grafana.json").read_text())
    asked = [rule["expr"] for rule in rules]
    asked += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    for expression in asked:
        for name in re.findall(r"\bsudi_\w+", expression):
            assert name in served, (name, expression)
    for rule in rules:
        assert rule["annotations"]["remedy"], rule["alert"]


def test_the_settings_named_in_the_examples_are_settings() -> None:
    source = (ROOT / "newsletter" / "config" / "README.md").read_text()
    for line in (FILES / "sudi.env").read_text().splitlines():
        if match := re.match(r"#?([A-Z_]+)=", line):
            assert f"| `{match[1]}` |" in source, line
