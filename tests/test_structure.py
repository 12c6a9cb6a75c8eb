"""Imports run one way, and no file has a name that tells no story."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Lower may not import higher; what is not listed stands on the same step as nothing.
STEPS = [
    {"digest", "smtp", "refusals", "outgoing"},
    {"conf"},
    {"models"},
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


def test_only_sending_imports_smtp() -> None:
    for path in (ROOT / "newsletter").rglob("*.py"):
        inside = path.relative_to(ROOT / "newsletter").with_suffix("").parts[0]
        if inside not in ("smtp", "sending"):
            taken = {n for n in imports(path) if n.startswith("newsletter.smtp")}
            assert taken <= {"newsletter.smtp.server", "newsletter.smtp.server.is_loopback"}, path


def test_every_file_name_tells_a_story() -> None:
    dull = {"utils", "helpers", "common", "services", "misc", "constants"}
    assert not [p for p in ROOT.glob("[ns]*/**/*.py") if p.stem in dull]


def test_only_conf_reads_settings_of_the_site_in_subscribers() -> None:
    """Django's own settings are read where they are needed; ours in one place."""
    from django.conf import global_settings

    for path in (ROOT / "subscribers").rglob("*.py"):
        if path.name in ("conf.py", "suppression.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                ours = node.value.id == "settings" and not hasattr(global_settings, node.attr)
                assert not ours, f"{path}:{node.lineno} reads settings.{node.attr}"
