"""`mcp`: the tools of one publication for an assistant, by the Model Context Protocol on stdio."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from newsletter import conf
from newsletter.config import busy
from newsletter.intake import tokens

_USAGE = 2


class Command(BaseCommand):
    help = (
        "Serve the tools for an assistant on standard input and output. The token (MCP_TOKEN, or"
        " a file) says which publication and which rights."
    )
    requires_system_checks = ("keys",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--token-file",
            type=Path,
            metavar="FILE",
            help="instead of MCP_TOKEN in the environment",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """0: the assistant ended the session; 1: the token does not hold; 2: usage."""
        try:
            from newsletter.intake import mcp_server
        except ImportError:
            raise CommandError(
                "This needs the extra “mcp”: pip install 'sudi[mcp]'.", returncode=_USAGE
            ) from None
        secret = conf.mcp_token()
        if options["token_file"] is not None:
            try:
                secret = options["token_file"].read_text().strip()
            except OSError as error:
                raise CommandError(
                    f"{options['token_file']}: {error.strerror}", returncode=_USAGE
                ) from None
        if not secret:
            raise CommandError("Set MCP_TOKEN, or give --token-file FILE.", returncode=_USAGE)
        if tokens.find(secret) is None:
            raise CommandError("The token does not hold: make one by make_token.", returncode=1)
        # An assistant is told to come again, before its patience is at an end.
        busy.wait_briefly()
        mcp_server.server(secret).run("stdio")
