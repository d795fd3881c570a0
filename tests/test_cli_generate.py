"""Where `dataset generate` writes: whole files, links, pipes, and what is there."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from support.command import Run

PATIENCE = 5
GENERATE = ("dataset", "generate", "--size", "3", "--out")


def lines(content: bytes) -> int:
    return content.count(b"\n")


@pytest.fixture
def there(tmp_path: Path) -> Path:
    file = tmp_path / "there.ndjson"
    file.write_text("mine\n")
    file.chmod(0o640)
    return file


def test_a_file_that_is_there_needs_force(run: Run, there: Path) -> None:
    """Its mode is kept."""
    refused = run(*GENERATE, str(there))
    kept = there.read_text()
    forced = run(*GENERATE, str(there), "--force")

    assert (2, "mine\n", 0) == (refused[0], kept, forced[0])
    assert f"{there} exists: give --force to replace it, or choose" in refused[2]
    assert (3, 0o640) == (lines(there.read_bytes()), there.stat().st_mode & 0o777)
    assert [there] == list(there.parent.iterdir())


@pytest.mark.parametrize("exists", [True, False])
def test_a_symbolic_link_is_written_through(
    run: Run, there: Path, *, exists: bool
) -> None:
    link, target = there.with_name("link"), there if exists else there.with_name("new")
    link.symlink_to(target.name)
    status, *_ = run(*GENERATE, str(link), "--force")

    assert (0, True) == (status, link.is_symlink())
    assert 3 == lines(target.read_bytes())


def test_a_fifo_stays_one(run: Run, tmp_path: Path) -> None:
    fifo, arrived = tmp_path / "fifo", list[bytes]()
    os.mkfifo(fifo)
    reader = Thread(target=lambda: arrived.append(fifo.read_bytes()), daemon=True)
    reader.start()
    status, *_ = run(*GENERATE, str(fifo))
    reader.join(PATIENCE)

    assert (0, True, [3]) == (status, fifo.is_fifo(), [*map(lines, arrived)])


def test_a_dash_is_standard_output_and_progress_stays_out_of_it(run: Run) -> None:
    status, printed, said = run(*GENERATE, "-")

    assert (0, 3) == (status, printed.count("\n"))
    assert "-" in said


def test_a_reader_that_leaves_early_is_told_in_one_line() -> None:
    """As head does."""
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [sys.executable, "-m", "reachapi_emulator", *GENERATE, "-"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)

    assert 2 == ended.returncode
    assert ended.stderr.endswith(
        "- cannot be written: Broken pipe; choose another --out\n"
    )


def test_what_is_interrupted_leaves_nothing_behind(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(
        "reachapi_emulator.contacts.generate.contacts.write", interrupted
    )
    status, *_ = run(*GENERATE, str(tmp_path / "new"))

    assert (1, []) == (status, list(tmp_path.iterdir()))
