"""The wheel, installed outside the checkout: one command, from any folder, sets up a whole site."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

OURS = ("SECRET_KEY", "LINK_KEYS", "BASE_URL", "SMTP_URL", "DATABASE_URL", "DEBUG", "DATA_DIR")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the files of the checkout, with nothing that lies beside them."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout.decode().split("\0")  # fmt: skip
    for name in filter(None, names):
        if not (ROOT / name).exists() and not (ROOT / name).is_symlink():
            continue
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_symlink():
            target.symlink_to(os.readlink(ROOT / name))
        else:
            target.write_bytes((ROOT / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(folder), str(source)],
        check=True,
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def sudi(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script in an environment of its own.

    Our libraries are taken from the environment that runs the tests: a path added by a .pth file
    brings its packages, and not the editable install of the checkout.
    """
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=True)
    site = next((folder / "venv").glob("lib/python*/site-packages"))
    (site / "libraries.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", str(wheel)], check=True)
    where = "import newsletter; print(newsletter.__file__)"
    found = subprocess.run(
        [python, "-c", where], cwd=folder, capture_output=True, text=True, check=True
    )
    assert str(site) in found.stdout, "the checkout was imported"
    return folder / "venv" / "bin" / "sudi"


def test_it_holds_what_the_programs_read(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    for top, inside in (
        ("templates", "newsletter/templates"),
        ("newsletter/handbook", "newsletter/handbook"),
        ("newsletter/static", "newsletter/static"),
        ("subscribers/static", "subscribers/static"),
        ("newsletter/config/samples", "newsletter/config/samples"),
        ("newsletter/config/deploy", "newsletter/config/deploy"),
    ):
        files = [path for path in (ROOT / top).rglob("*") if path.is_file()]
        wanted = {
            f"{inside}/{path.relative_to(ROOT / top).as_posix()}"
            for path in files
            if path.suffix not in (".py", ".pyc")
        }
        assert wanted and wanted <= held, sorted(wanted - held)[:5]
    assert any(name.endswith("django.mo") for name in held)
    assert not [name for name in held if name.startswith("tests")]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """An empty folder to work in, and a home of its own."""
    env = {name: value for name, value in os.environ.items() if name not in OURS}
    env = {name: value for name, value in env.items() if name != "PYTHONPATH"}
    (tmp_path / "empty").mkdir()
    yield (
        tmp_path / "empty",
        {**env, "HOME": str(tmp_path), "XDG_DATA_HOME": "", "PYTHONUNBUFFERED": "1"},
    )


def test_one_command_sets_up_a_whole_site_from_any_folder(
    sudi: Path, elsewhere: tuple[Path, dict[str, str]]
) -> None:
    folder, env = elsewhere
    process = subprocess.Popen(
        [sudi, "quickstart"], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line.decode()
            if line.startswith(b"Running."):
                break
        base = re.search(r"The site +(http://127\.0\.0\.1:\d+)/", said)
        assert base is not None, said
        pages = ("/", "/sample-zh/", "/sample-en/2026-03-02/", "/dev/mail/", "/admin/login/")
        for path in (*pages, "/sample-en/look.css", "/static/newsletter/site.css"):
            with urllib.request.urlopen(base.group(1) + path, timeout=20) as answer:
                assert answer.status == 200, path
    finally:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0, rest.decode()
    # Nothing was left where it was called, nor among the packages: it is kept at home.
    assert list(folder.iterdir()) == []
    kept = folder.parent / ".local" / "share" / "sudi"
    assert (kept / "sudi.sqlite3").exists()
    ledger = subprocess.run(
        [sudi, "ledger", "sample-en", "2026-03-02", "--json"],
        cwd=folder, env=env, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert '"sent": 11' in ledger.stdout
