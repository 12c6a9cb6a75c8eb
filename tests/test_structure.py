"""Imports run one way, and no file has a name that tells no story."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import global_settings

ROOT = Path(__file__).resolve().parent.parent
# Lower may not import higher; what is not listed stands on the same step as nothing.
STEPS = [
    {"digest", "smtp", "refusals", "outgoing", "handbook"},
    {"conf"},
    {"models"},
    {"notices"},
    {"editions"},
    {"importing", "rendering"},
    {"message", "issues"},
    {"sending"},
    {"tasks"},
    {"bounces", "feeds"},
    {"archive"},
    {"templatetags", "intake"},
    {"admin"},  # Shows the site's own page of an issue as a preview.
    {"config", "management", "urls"},
]
RANK = {name: rank for rank, names in enumerate(STEPS) for name in names}


def imports(path: Path) -> set[str]:
    """Absolute dotted names this file imports."""
    package = path.relative_to(ROOT).parts[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def part(name: str) -> str:
    """`newsletter.sending.turn` -> `sending`."""
    return [*name.split("."), ""][1]


def test_subscribers_never_imports_newsletter() -> None:
    for path in (ROOT / "subscribers").rglob("*.py"):
        assert not [n for n in imports(path) if n.split(".")[0] == "newsletter"], path


def test_leaves_know_nothing_of_the_site() -> None:
    for leaf in ("digest", "smtp", "refusals", "outgoing"):
        files = list((ROOT / "newsletter").glob(f"{leaf}.py")) + list(
            (ROOT / "newsletter" / leaf).rglob("*.py")
        )
        assert files
        for path in files:
            for name in imports(path):
                assert name.split(".")[0] not in ("django", "subscribers"), (path, name)
                if name.startswith("newsletter."):
                    assert part(name) == leaf, (path, name)


def test_imports_run_one_way() -> None:
    for path in (ROOT / "newsletter").rglob("*.py"):
        inside = path.relative_to(ROOT / "newsletter").with_suffix("").parts[0]
        if inside in ("migrations", "apps", "__init__"):
            continue
        assert inside in RANK, f"{path}: say in this test where it stands"
        for name in imports(path):
            other = part(name)
            if name.startswith("newsletter.") and other in RANK and other != inside:
                assert RANK[other] < RANK[inside] or {inside, other} <= {
                    "config", "management", "urls"
                }, f"{path.name} imports {name}"  # fmt: skip


# How a relay's address is read, how a machine greets, whether TLS is checked: single mails and
# bounce mailboxes, too.
_OF_SMTP_FOR_ALL = {
    "newsletter.smtp.handshake", "newsletter.smtp.handshake.literal",
    "newsletter.smtp.server", "newsletter.smtp.server.Server", "newsletter.smtp.server.BadServer",
    "newsletter.smtp.server.context", "newsletter.smtp.server.is_loopback",
}  # fmt: skip


def test_only_sending_imports_smtp() -> None:
    for path in (ROOT / "newsletter").rglob("*.py"):
        inside = path.relative_to(ROOT / "newsletter").with_suffix("").parts[0]
        if inside not in ("smtp", "sending"):
            taken = {n for n in imports(path) if n.startswith("newsletter.smtp")}
            assert taken <= _OF_SMTP_FOR_ALL, path


def test_every_file_name_tells_a_story() -> None:
    dull = {"utils", "helpers", "common", "services", "misc", "constants"}
    assert not [p for p in ROOT.glob("[ns]*/**/*.py") if p.stem in dull]


# The two rooms of our own settings, and the site, where the environment becomes settings.
CONF = {ROOT / "newsletter" / "conf.py", ROOT / "subscribers" / "conf.py"}
SITE = ROOT / "newsletter" / "config"


def modules() -> list[Path]:
    """Every Python file of both apps."""
    return [*(ROOT / "newsletter").rglob("*.py"), *(ROOT / "subscribers").rglob("*.py")]


def settings_read(source: str) -> set[str]:
    """The names read from django.conf.settings: `settings.NAME`, `getattr(settings, "NAME")`.

    "*" stands for what cannot be told: the settings under another name, or a name made up.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module="django.conf", names=names):
                found |= {"*" for alias in names if alias.asname or alias.name == "*"}
            case ast.ImportFrom(module="django", names=names):
                found |= {"*" for alias in names if alias.name == "conf"}
            case ast.Import(names=names):
                found |= {"*" for alias in names if alias.name.startswith("django.conf")}
            case ast.Attribute(value=ast.Name(id="settings"), attr=name):
                found.add(name)
            case ast.Call(func=ast.Name(), args=[ast.Name(id="settings"), *rest]):
                first = rest[0] if rest else None
                found.add(str(first.value) if isinstance(first, ast.Constant) else "*")
    return found


def reads_environment(source: str) -> bool:
    """Whether it reads `os.environ` or calls `os.getenv`, under whatever name they are imported."""
    for node in ast.walk(ast.parse(source)):
        name = node.attr if isinstance(node, ast.Attribute) else ""
        names = node.names if isinstance(node, ast.ImportFrom) and node.module == "os" else []
        if {name, *(alias.name for alias in names)} & {"environ", "environb", "getenv", "getenvb"}:
            return True
    return False


def test_only_conf_reads_our_own_settings() -> None:
    """Django's are read where they are needed; ours in one place of each app."""
    for path in modules():
        if path not in CONF:
            names = settings_read(path.read_text())
            assert {n for n in names if not hasattr(global_settings, n)} == set(), path


def test_only_the_site_reads_the_environment() -> None:
    for path in modules():
        if not path.is_relative_to(SITE):
            assert not reads_environment(path.read_text()), path


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("from django.conf import settings\nsettings.DEBUG", {"DEBUG"}),
        ("settings.SUDI['BASE_URL']", {"SUDI"}),
        ("getattr(settings, 'SUDI', {})", {"SUDI"}),
        ("getattr(settings, name)", {"*"}),
        ("vars(settings)", {"*"}),
        ("from django.conf import settings as site", {"*"}),
        ("from django import conf", {"*"}),
        ("import django.conf", {"*"}),
    ],
)
def test_no_way_of_reading_settings_is_overlooked(source: str, names: set[str]) -> None:
    assert settings_read(source) == names


@pytest.mark.parametrize(
    "source",
    ["os.environ['A']", "from os import environ as e", "import os as o\no.getenv('A')"],
)
def test_no_way_of_reading_the_environment_is_overlooked(source: str) -> None:
    assert reads_environment(source)


# ---- faults of version 0.1.0 that were faults of structure, by their numbers


def longest(path: Path) -> int:
    """Lines of the longest class of a module."""
    classes = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ClassDef)]
    return max(((one.end_lineno or 0) - one.lineno + 1 for one in classes), default=0)


def test_s4_what_a_turn_decides_touches_no_database() -> None:
    source = (ROOT / "newsletter/sending/engine/decisions.py").read_text()
    assert not imports(ROOT / "newsletter/sending/engine/decisions.py") & {
        "django.db", "django.db.connection", "django.db.transaction",
    }  # fmt: skip
    for word in ("cursor", "execute", "SELECT", "UPDATE newsletter", ".objects"):
        assert word not in source, word


def test_s4_an_import_is_steps_and_no_class_of_450_lines() -> None:
    for path in (ROOT / "newsletter/importing").glob("*.py"):
        assert longest(path) <= 60, path


def test_s4_the_sweep_loop_stands_once() -> None:
    loops = [
        path.name
        for path in (ROOT / "newsletter/sending").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.While) and "sweep(" in ast.unparse(node)
    ]
    assert loops == ["sweeper.py"]


def test_s11_files_and_functions_can_be_read_at_once() -> None:
    for top in ("newsletter", "subscribers"):
        for path in (ROOT / top).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            source = path.read_text()
            assert len(source.splitlines()) <= 400, path
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    assert (node.end_lineno or 0) - node.lineno + 1 <= 60, (path, node.name)


def test_s11_no_template_needs_scrolling() -> None:
    for path in (ROOT / "templates").rglob("*"):
        if path.suffix in (".html", ".mjml", ".txt"):
            assert max(map(len, path.read_text().splitlines()), default=0) <= 160, path


def test_s11_a_stranger_finds_how_to_carry_on() -> None:
    for name in (
        "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "LICENSE", ".pre-commit-config.yaml",
        ".ci/run", ".github/workflows/ci.yml", ".pictures/mail.png", "tests/README.md",
        "tests/benchmarks/README.md", "newsletter/models/README.md",
        "newsletter/sending/README.md",
    ):  # fmt: skip
        assert (ROOT / name).is_file(), name
    readme = (ROOT / "README.md").read_text()
    assert ".pictures/" in readme
    assert len(readme[: readme.index("## Try it")].splitlines()) <= 30  # No report before it.


def test_s6_the_root_of_newsletter_has_at_most_thirty_names() -> None:
    names = {p.name for p in (ROOT / "newsletter").iterdir() if p.name != "__pycache__"}
    assert len(names - {"README.md"}) <= 30


def _modules() -> dict[str, set[str]]:
    """Each module of ours -> the modules of ours it imports, those only for types left out."""
    files: dict[str, Path] = {}
    for top in ("newsletter", "subscribers"):
        for path in (ROOT / top).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts and parts[-1] != "__init__":
                files[".".join(parts)] = path
    found: dict[str, set[str]] = {}
    for name, path in files.items():
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                node.body = []
        package = name.split(".")[:-1]
        taken: set[str] = set()
        for node in tree.body:  # What is imported when the module is.
            if isinstance(node, ast.ImportFrom):
                base = package[: len(package) - node.level + 1] if node.level else []
                module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
                taken |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Import):
                taken |= {alias.name for alias in node.names}
        found[name] = {one for one in taken if one in files and one != name}
    return found


def test_s12_no_modules_import_each_other_in_a_circle() -> None:
    graph = _modules()
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name in done:
            return
        for other in sorted(graph[name]):
            walk(other, (*path, name))
        done.add(name)

    for name in sorted(graph):
        walk(name, ())
