"""The command line; one file a group of commands."""

from reachapi_emulator.cli.serve import main

__all__ = ["main"]
