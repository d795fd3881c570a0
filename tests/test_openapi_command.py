"""`reachapi-emulator openapi`: the document on paper."""

import json
from pathlib import Path

import pytest

import reachapi_emulator
from reachapi_emulator.cli.serve import main
from reachapi_emulator.web.application import openapi_document

WRITTEN = Path(reachapi_emulator.__file__).parent / "web" / "openapi.yaml"


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run the command, expect success, return what it prints."""
    with pytest.raises(SystemExit) as ended:
        main(["openapi", *arguments])
    assert not ended.value.code
    return capsys.readouterr().out


def test_it_prints_indented_json(capsys: pytest.CaptureFixture[str]) -> None:
    """To be read, and to be put into a file."""
    text = printed(capsys)

    assert openapi_document() == json.loads(text)
    assert text.startswith('{\n  "openapi": "3.1.0",\n')
    assert text.endswith("}\n")


def test_it_prints_the_yaml_that_was_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """To the letter."""
    assert WRITTEN.read_text(encoding="utf-8") == printed(capsys, "--yaml")
