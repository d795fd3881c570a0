"""The data set's commands: make a file, check a file."""

import sys
from pathlib import Path

import click

from reachapi_emulator.cli.output import output
from reachapi_emulator.contacts.errors import DatasetError
from reachapi_emulator.contacts.file import DEFAULT_SEED, DEFAULT_SIZE

MAX_SIZE = 5_000_000


@click.group()
def dataset() -> None:
    """Create or check a data set file."""


@dataset.command()
@click.option(
    "--size",
    type=click.IntRange(1, MAX_SIZE),
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
    required=True,
    help="The file to write; - is standard output.",
)
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def generate(size: int, seed: int, out: str, *, force: bool) -> None:
    """Create a data set file of fictional contacts."""
    try:
        from reachapi_emulator.contacts.generate.contacts import write  # noqa: PLC0415 # Faker, for this command alone
    except ImportError as error:
        raise click.ClickException(
            f"{error}: pip install 'reachapi-emulator[dataset]' brings it"
        ) from None
    with (
        output(out, force=force) as file,
        click.progressbar(
            length=size, label=out, show_pos=True, file=sys.stderr
        ) as bar,
    ):
        write(file, size, seed, lambda done: bar.update(done - bar.pos))


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
