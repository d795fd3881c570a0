"""The data set's commands: make a file, check a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from reachapi_emulator.contacts.errors import DatasetError
from reachapi_emulator.contacts.file import DEFAULT_SEED, DEFAULT_SIZE

LARGEST = 5_000_000


@click.group()
def dataset() -> None:
    """Create or check a data set file."""


@dataset.command()
@click.option(
    "--size",
    type=click.IntRange(1, LARGEST),
    default=DEFAULT_SIZE,
    show_default=True,
    help="Number of contacts.",
)
@click.option(
    "--seed",
    type=int,
    default=DEFAULT_SEED,
    show_default=True,
    help="Seed; the same seed gives the same file.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The file to write.",
)
def generate(size: int, seed: int, out: Path) -> None:
    """Create a data set file of fictional contacts."""
    try:
        from reachapi_emulator.contacts.generate.contacts import write  # noqa: PLC0415 # Faker, for this command alone
    except ImportError as error:
        raise click.ClickException(
            f"{error}: pip install 'reachapi-emulator[dataset]' brings it"
        ) from None
    with _replacing(out) as file, click.progressbar(length=size, label=str(out)) as bar:
        write(file, size, seed, lambda done: bar.update(done - bar.pos))


@contextmanager
def _replacing(out: Path) -> Iterator[BinaryIO]:
    """Write beside a file and put it in its place when all is written."""
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(out)
    except OSError as error:
        raise click.ClickException(
            f"{out} cannot be written: {error.strerror}; choose another --out"
        ) from None
    finally:
        part.unlink(missing_ok=True)


@dataset.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check that FILE can be served; list what is wrong with each bad line."""
    from reachapi_emulator.contacts.dataset import Dataset  # noqa: PLC0415 # not for `generate`

    try:
        contacts = Dataset.load(file)
    except DatasetError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{file}: {len(contacts):,} contacts, all good")
