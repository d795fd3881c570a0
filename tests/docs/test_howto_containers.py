"""The how-tos' workflow and compose file: valid, and true of the image."""

import re
from pathlib import Path
from typing import Any

import yaml

from reachapi_emulator.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PORT = str(Settings().port)


def read(name: str) -> Any:  # noqa: ANN401 # whatever the YAML holds
    """Return what an example holds, all scalars as text: `on` is no boolean."""
    text = (ROOT / "tests" / "examples" / name).read_text(encoding="utf-8")
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506 # it makes texts only


(JOB,) = read("github-actions.yml")["jobs"].values()
COMPOSED = read("compose.yaml")["services"]


def test_they_have_no_other_keys_than_their_formats_know() -> None:
    """A misspelt key is ignored without a word by some of the programs."""
    workflow = read("github-actions.yml")
    known = {
        *("image", "command", "depends_on", "environment", "ports", "pull_policy"),
        *("volumes", "working_dir"),
    }

    assert {"name", "on", "jobs"} == set(workflow)
    assert {"push", "pull_request"} >= set(workflow["on"])
    assert {"runs-on", "services", "env", "steps"} == set(JOB)
    assert {"image", "ports", "options"} == set(JOB["services"]["reachapi"])
    assert {"uses", "run", "with"} >= {key for step in JOB["steps"] for key in step}
    assert {"services"} == set(read("compose.yaml"))
    assert known >= {key for service in COMPOSED.values() for key in service}


def test_the_image_is_the_one_that_make_builds() -> None:
    """In the workflow, as it was pushed to the user's own registry."""
    (image,) = re.findall(r"^IMAGE +\?= (\S+)$", MAKEFILE, re.MULTILINE)

    assert image == COMPOSED["reachapi"]["image"]
    assert f"${{{{ vars.REGISTRY }}}}/{image}" == JOB["services"]["reachapi"]["image"]


def test_the_image_has_a_health_check() -> None:
    """Both files count on it: steps and tests begin when it is healthy."""
    assert {"reachapi": {"condition": "service_healthy"}} == (
        COMPOSED["tests"]["depends_on"]
    )
    assert re.search(
        r'^HEALTHCHECK .*CMD \\\n +\["reachapi-emulator", "health"\]$',
        DOCKERFILE,
        re.MULTILINE,
    )


def test_the_port_is_exposed_and_the_tests_are_told() -> None:
    """On the runner itself, and under its name among the services."""
    exposed = re.findall(r"^EXPOSE (.+)$", DOCKERFILE, re.MULTILINE)
    environment = COMPOSED["tests"]["environment"]

    assert PORT in " ".join(exposed).split()
    assert [f"{PORT}:{PORT}"] == JOB["services"]["reachapi"]["ports"]
    assert [f"127.0.0.1:{PORT}:{PORT}"] == COMPOSED["reachapi"]["ports"]
    assert {"REACHAPI_URL": f"http://127.0.0.1:{PORT}"} == JOB["env"]
    assert {"REACHAPI_URL": f"http://reachapi:{PORT}"} == environment


def test_both_run_the_example_in_javascript() -> None:
    assert "node --test" == COMPOSED["tests"]["command"]
    assert ["node --test"] == [step["run"] for step in JOB["steps"] if "run" in step]
