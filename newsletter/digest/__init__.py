"""Markdown in, Digest out: a value. No models, no settings, no Django; see README.md."""

from .decoding import Decoded, decode
from .layout import Layout, Role
from .parsing import parse
from .stored import bullets_from_json, bullets_to_json, from_json, to_json
from .value import Bullet, Digest, Item, Link, Open, Problem, SectionReading

__all__ = [
    "Bullet",
    "Decoded",
    "Digest",
    "Item",
    "Layout",
    "Link",
    "Open",
    "Problem",
    "Role",
    "SectionReading",
    "bullets_from_json",
    "bullets_to_json",
    "decode",
    "from_json",
    "parse",
    "to_json",
]
