from pathlib import Path

import pytest

from reachapi_emulator.contacts import file as paths


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a package, in a checkout."""
    folder = tmp_path / "emulator" / "reachapi_emulator"
    folder.mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", folder)
    return folder


def test_a_checkout_has_its_data_beside_the_package(package: Path) -> None:
    """In the folder that people edit."""
    assert package.parents[1] / "fixtures" / "contacts.ndjson" == paths.default_path()
    assert package.parents[1] / "fixtures" / "vocabulary" == paths.vocabulary_path()


def test_an_installed_package_brings_its_data(package: Path) -> None:
    """So that it serves from any directory."""
    (package / "fixtures").mkdir()

    assert package / "fixtures" / "contacts.ndjson" == paths.default_path()
    assert package / "fixtures" / "vocabulary" == paths.vocabulary_path()


def test_the_default_files_are_there() -> None:
    """The data set and its vocabulary."""
    assert paths.default_path().is_file()
    assert paths.vocabulary_path().is_dir()
