"""A digest as the Markdown that Sudi writes, and that is read back without any guessing.

    markdown     what comes back is what went out, in every field
    quoting      a value on one line of it, as it is or quoted
    checking     what every document is told, for a digest that no parser has looked at

Reading what was written gives an equal digest, and writing that gives the same octets.
"""

from .markdown import is_written, read_markdown, write_markdown

__all__ = ["is_written", "read_markdown", "write_markdown"]
