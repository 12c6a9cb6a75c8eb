"""Template -> MJML -> HTML -> HTML with its CSS on the elements, and the guard that follows.

One path for everything: the prepared pieces of an issue and a single selection rendered alone.
mrml and premailer both damage some input silently; each step below that looks odd is there
because of a measured one.
"""

from __future__ import annotations

import functools
import importlib.metadata
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
from django.core.exceptions import ImproperlyConfigured
from jinja2.ext import Extension
from mjml import mjml2html

from newsletter import conf

from .columns import wrap
from .errors import RenderingError
from .long_words import breakable
from .pieces import Marks, Pieces
from .slots import SLOTS

MARKUP, TEXT = "issue.mjml", "issue.txt"
_OURS = Path(__file__).resolve().parents[1] / "templates" / "emails"
_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


@functools.cache
def _check_mjml() -> None:
    # The pure Python package `mjml` overwrites files of `mjml-python` without a warning.
    try:
        importlib.metadata.version("mjml")
    except importlib.metadata.PackageNotFoundError:
        return
    raise ImproperlyConfigured("Uninstall the package “mjml”: it overwrites “mjml-python”.")


class _Flat(Extension):
    """Takes the indentation out of a template: it is for those who read it, no mail carries it."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _INDENTATION.sub("", source)


@functools.cache
def environment(escape: bool) -> jinja2.Environment:
    """Jinja2 over the mail templates; `DATA_DIR/templates/emails` goes before the project's own.

    With `escape` for MJML, without for text. Names nobody defined are errors, not gaps.
    """
    _check_mjml()
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader([conf.data_dir() / "templates" / "emails", _OURS]),
        # select_autoescape knows .html only and would leave .mjml open.
        autoescape=escape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        extensions=[_Flat] if escape else [],
    )
    made.filters["columns"] = wrap
    made.filters["breakable"] = breakable
    return made


def template(name: str, publication: str) -> jinja2.Template:
    """The template `name`: the publication's own (`SLUG/issue.mjml`) or everybody's."""
    try:
        return environment(name.endswith(".mjml")).select_template([f"{publication}/{name}", name])
    except jinja2.TemplateError as error:
        raise RenderingError(f"{name}: {error}") from error


def only_ours() -> bool:
    """Whether every template is the project's own: somebody else's may do what ours never do."""
    own = conf.data_dir() / "templates" / "emails"
    return not own.is_dir() or not any(own.iterdir())


def mjml(publication: str, context: Mapping[str, Any]) -> str:
    """The MJML document."""
    try:
        return template(MARKUP, publication).render(context)
    except jinja2.TemplateError as error:
        raise RenderingError(f"{MARKUP}: {error}") from error


def text(publication: str, context: Mapping[str, Any]) -> str:
    """The text part, as the template gives it; lines end in a line feed."""
    try:
        return template(TEXT, publication).render(context)
    except jinja2.TemplateError as error:
        raise RenderingError(f"{TEXT}: {error}") from error


def html(source: str) -> str:
    """MJML -> HTML as mrml gives it.

    Raises RenderingError with the line: mrml itself names octets.
    """
    try:
        # Without an empty `fonts`, any text in the default font loads one from another host.
        made = str(mjml2html(source, fonts={}))
    except ValueError as error:
        message = str(error)
        if match := re.search(r"position (\d+):", message):
            line = source.encode()[: int(match.group(1))].count(b"\n") + 1
            message = f"line {line}: {message}"
        raise RenderingError(f"MJML: {message}") from error
    # All of a mail is its main part; an article in no landmark is what axe objects to.
    return made.replace(' role="article"', ' role="main"', 1)


def cut(template: str, document: str, marks: Marks) -> Pieces:
    """A finished document in pieces. Raises RenderingError for marks that do not match."""
    try:
        return Pieces.of(document, marks)
    except ValueError as error:
        raise RenderingError(f"{template}: {error}") from error


# The style block to put on the elements says so in its first octets; others stay as they are.
_INLINE_STYLE = re.compile(r"<style[^>]*>\s*/\* inline \*/")
_IGNORE = ' data-premailer="ignore"'
_HTML_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_STYLES = re.compile(r' style="[^"]*"')
_CLASSES = re.compile(r' class="([^"]*)"')


def inline(source: str) -> str:
    """HTML from mrml -> HTML whose inline style block stands on the elements, guarded.

    Only the block that begins with `/* inline */` is inlined and removed: MJML's base rules on
    every element made the seed 10 kB larger. Classes that no remaining rule names are dropped.
    """
    if not _INLINE_STYLE.search(source):
        raise RenderingError(f"{MARKUP}: no style block begins with /* inline */")
    # In lower case premailer drops it, and the page falls into quirks mode.
    prepared = source.replace("<!doctype html>", "<!DOCTYPE html>", 1)
    prepared = _outside_comments(prepared, _ignore_others)
    # It reads in an HTTP client of its own: a tenth of the start of commands that render nothing.
    from premailer import Premailer

    made = Premailer(
        prepared,
        disable_link_rewrites=True,
        strip_important=False,  # It would also strip inside media queries.
        allow_network=False,
        disable_validation=True,
        disable_leftover_css=True,
        disable_basic_attributes=["align", "bgcolor", "height", "valign", "width"],
        cssutils_logging_level=logging.CRITICAL,
    ).transform(pretty_print=False)  # It breaks lines by what stands beside an element.
    made = made.replace(_IGNORE, "")
    kept = functools.partial(_kept_classes, _named_classes(made))
    made = _outside_comments(made, lambda part: _CLASSES.sub(kept, _STYLES.sub(_tight, part)))
    guard(source, made)
    return made


def _outside_comments(source: str, change: Any) -> str:
    parts = _HTML_COMMENT.split(source)
    comments = _HTML_COMMENT.findall(source)
    changed = [change(part) for part in parts]
    return "".join(a + b for a, b in zip(changed, [*comments, ""], strict=True))


def _ignore_others(part: str) -> str:
    return re.sub(r"<style(?![^>]*>\s*/\* inline \*/)", "<style" + _IGNORE, part)


def _named_classes(html: str) -> frozenset[str]:
    named = set()
    for style in re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL):
        named.update(re.findall(r"\.([A-Za-z][\w-]*)", style))
    return frozenset(named)


def _kept_classes(named: frozenset[str], match: re.Match[str]) -> str:
    kept = [name for name in match.group(1).split() if name in named]
    return f' class="{" ".join(kept)}"' if kept else ""


def _tight(match: re.Match[str]) -> str:
    return match.group().replace("; ", ";")


_CONDITIONAL = re.compile(r"<!--\[if .*?<!\[endif\](?:--|--><!--)?>", re.DOTALL)


def guard(before: str, after: str) -> None:
    """Refuse HTML that inlining has damaged.

    Doctype, conditional comments, media queries, remaining style blocks and link slots must be
    what they were. Raises RenderingError naming what is not.
    """
    if not after.startswith("<!DOCTYPE html>"):
        raise RenderingError("the doctype was lost")
    if _CONDITIONAL.findall(before) != _CONDITIONAL.findall(after):
        raise RenderingError("a conditional comment was changed")
    kept = [
        style
        for style in re.findall(r"<style[^>]*>(.*?)</style>", before, re.DOTALL)
        if not style.lstrip().startswith("/* inline */")
    ]
    if kept != re.findall(r"<style[^>]*>(.*?)</style>", after, re.DOTALL):
        raise RenderingError("a style block with media queries was changed")
    for slot in SLOTS.values():
        if before.count(slot) != after.count(slot) or not after.count(slot):
            raise RenderingError("a personal link was lost or changed")
