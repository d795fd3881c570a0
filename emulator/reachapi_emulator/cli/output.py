"""The file that a command writes: whole or not at all, wherever its path leads."""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

STANDARD_OUTPUT = "-"


@contextmanager
def output(out: str, *, force: bool) -> Iterator[BinaryIO]:
    """Open what a path names for writing bytes.

    A file appears when all of it is written; a symbolic link stays, and so does what
    is no file, such as a FIFO or a device.

    Args:
        out: the path; `-` is standard output.
        force: whether a file that is there is replaced.

    Raises:
        click.ClickException: it cannot be written, or is there already.
    """
    try:
        with _opened(out, force=force) as file:
            yield file
    except OSError as error:
        raise click.ClickException(
            f"{out} cannot be written: {error.strerror}; choose another --out"
        ) from None


@contextmanager
def _opened(out: str, *, force: bool) -> Iterator[BinaryIO]:
    if out == STANDARD_OUTPUT:
        with _standard_output() as file:
            yield file
        return
    target = Path(os.path.realpath(out))
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            yield file
        return
    if target.exists() and not force:
        raise click.ClickException(
            f"{out} exists: give --force to replace it, or choose another --out"
        )
    with _replacing(target) as file:
        yield file


@contextmanager
def _standard_output() -> Iterator[BinaryIO]:
    file = sys.stdout.buffer
    try:
        yield file
        file.flush()
    except BrokenPipeError:
        # What is left in the buffer must not fail once more when the program ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    """Write beside a file and put it in its place, with its mode, when all is there."""
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            yield file
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
