"""Markdown in, Digest out: a value. No models, no settings, no Django; see README.md."""

from .decoding import Decoded, decode
from .parsing import parse
from .stored import bullets_to_json, from_json, to_json
from .value import Bullet, Digest, Item, Link, Problem

__all__ = [
    "Bullet",
    "Decoded",
    "Digest",
    "Item",
    "Link",
    "Problem",
    "bullets_to_json",
    "decode",
    "from_json",
    "parse",
    "to_json",
]
