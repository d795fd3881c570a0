"""The pages for contributors: what they name exists, and is what runs."""

import json
import re
import tomllib
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
import yaml

import reachapi_emulator
from reachapi_emulator.vendor.job import STATES

ROOT = Path(__file__).parents[2]
PACKAGE = Path(reachapi_emulator.__file__).parent
PAGES = ("CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md")
NAMED = re.compile(r"`((?:\w[\w.]*/)*\w+\.(?:py|js|ts|md|sql|yaml|toml)|(?:\w+/)+)`")
ARROW = re.compile(r"^ +(\w+)(?:\[.*?\])? --> (\w+)", re.MULTILINE)
ROOM = re.compile(r"\.(\w+)")
WORKFLOWS = ROOT / ".github" / "workflows"


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def config() -> dict[str, Any]:
    return tomllib.loads(text_of("pyproject.toml"))


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_or_links_to_exists(page: str) -> None:
    text, folder = text_of(page), (ROOT / page).parent
    links = re.findall(r"\]\((?!http)([^)#]+)", text)
    named = set(NAMED.findall(text))
    found = {name for name in named for at in (ROOT, PACKAGE) if (at / name).exists()}

    assert links
    assert [] == [link for link in links if not (folder / link).exists()]
    assert set() == named - found


def test_every_command_of_make_exists() -> None:
    targets = set(re.findall(r"^(\w[\w-]*):", text_of("Makefile"), re.MULTILINE))
    commands = re.findall(r"`make ([a-z-]+)", text_of("CONTRIBUTING.md"))

    assert set(commands) <= targets


def test_the_rooms_are_drawn_as_the_import_contract_has_them() -> None:
    (contract, *_) = config()["tool"]["importlinter"]["contracts"]
    layers = [ROOM.findall(layer) for layer in contract["layers"]]
    drawn = ARROW.findall(text_of("docs/architecture.md"))
    arrows = {
        arrow for above, below in pairwise(layers) for arrow in product(above, below)
    }

    assert arrows == {arrow for arrow in drawn if [arrow[0]] in layers}


def test_the_states_of_a_job_are_drawn() -> None:
    _, _, diagram = text_of("docs/architecture.md").partition("stateDiagram-v2")
    diagram, _, _ = diagram.partition("```")

    assert set(STATES) == set(re.findall(r"\b[a-z]+\b(?= -->| *:)", diagram))


def test_the_hooks_run_what_make_check_runs() -> None:
    hooks = yaml.safe_load(text_of(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    hooked = {tool_of(hook["entry"]) for hook in hooks}
    _, _, rules = text_of("Makefile").partition("\ncheck: ")
    rules, _, _ = rules.partition("else ifeq")
    rules = rules.replace("$(SHAPE)", ".venv/bin/check-jsonschema --builtin-schema")
    lines = re.findall(r"^\t(.+)", rules.replace("$(BIN)", ".venv/bin"), re.MULTILINE)

    assert hooked == {tool_of(line) for line in lines}


def tool_of(command: str) -> tuple[str, ...]:
    words = command.replace("npx --no-install ", "").split()
    taken = 3 if "check-jsonschema" in command else 2 if "ruff" in command else 1
    return tuple(words[:taken])


@pytest.mark.parametrize("workflow", ["check", "test"])
def test_the_workflows_run_on_every_python_that_is_supported(workflow: str) -> None:
    jobs = yaml.safe_load((WORKFLOWS / f"{workflow}.yml").read_text("utf-8"))["jobs"]
    (versions,) = (
        job["strategy"]["matrix"]["python"]
        for job in jobs.values()
        if "python" in job["strategy"]["matrix"]
    )
    prefix = "Programming Language :: Python :: "

    assert [f"{prefix}{version}" for version in versions] == [
        each for each in config()["project"]["classifiers"] if each.startswith(prefix)
    ]


def test_the_container_for_development_is_set_up_by_make() -> None:
    container = json.loads(text_of(".devcontainer/devcontainer.json"))

    assert container["onCreateCommand"].endswith("make .venv/.dev")
