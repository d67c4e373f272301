"""The command line: one file a group of commands; ``command`` puts them together."""

from lmms_robust.cli.command import main

__all__ = ["main"]
