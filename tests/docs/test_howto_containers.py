"""The how-tos' workflow and compose file: valid, and true of the image."""

import re
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from reachapi_emulator.settings import Settings

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests" / "examples"
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


class Strict(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """A mapping that has no other keys."""


class ServiceContainer(Strict):
    """`jobs.<job_id>.services.<service_id>` of a workflow."""

    image: str
    ports: list[str]
    options: str


class Step(Strict):
    """`jobs.<job_id>.steps[*]` of a workflow."""

    uses: str = ""
    run: str = ""
    with_: dict[str, str] = msgspec.field(name="with", default_factory=dict)


class Job(Strict):
    """`jobs.<job_id>` of a workflow."""

    runs_on: Literal["ubuntu-latest"]
    services: dict[str, ServiceContainer]
    env: dict[str, str]
    steps: list[Step]


class Workflow(Strict):
    """A workflow of GitHub Actions, as far as the example goes."""

    name: str
    on: list[Literal["push", "pull_request"]]
    jobs: dict[str, Job]


class Dependency(Strict, rename=None):
    """`services.<name>.depends_on.<name>` of a compose file."""

    condition: Literal["service_healthy"]


class Service(Strict, rename=None):
    """`services.<name>` of a compose file."""

    image: str
    command: str = ""
    depends_on: dict[str, Dependency] = {}
    environment: dict[str, str] = {}
    ports: list[str] = []
    pull_policy: Literal["never", "missing"] = "missing"
    volumes: list[str] = []
    working_dir: str = ""


class Compose(Strict):
    """A compose file, as far as the example goes."""

    services: dict[str, Service]


def read(name: str) -> Any:  # noqa: ANN401 # whatever the YAML holds
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    return yaml.load(text, yaml.BaseLoader)  # noqa: S506 # it makes texts only


def workflow() -> Job:
    (job,) = msgspec.convert(read("github-actions.yml"), Workflow).jobs.values()
    return job


def compose() -> dict[str, Service]:
    return msgspec.convert(read("compose.yaml"), Compose).services


def image() -> str:
    found = re.search(r"^IMAGE +\?= (\S+)$", MAKEFILE, re.MULTILINE)
    return found[1] if found else ""


def test_the_image_is_the_one_that_make_builds() -> None:
    service = workflow().services["reachapi"]

    assert image() == compose()["reachapi"].image
    assert f"${{{{ vars.REGISTRY }}}}/{image()}" == service.image


def test_the_image_has_a_health_check() -> None:
    assert "reachapi" in compose()["tests"].depends_on
    assert re.search(r"^HEALTHCHECK .*CMD", DOCKERFILE, re.MULTILINE)
    assert "/_emulator/health" in DOCKERFILE


def test_the_ports_are_those_of_the_image() -> None:
    port = str(Settings().port)
    exposed = re.findall(r"^EXPOSE (.+)$", DOCKERFILE, re.MULTILINE)

    assert port in " ".join(exposed).split()
    assert [f"{port}:{port}"] == workflow().services["reachapi"].ports
    assert [f"127.0.0.1:{port}:{port}"] == compose()["reachapi"].ports


def test_the_tests_are_told_where_it_is() -> None:
    port = Settings().port
    environment = compose()["tests"].environment

    assert {"REACHAPI_URL": f"http://127.0.0.1:{port}"} == workflow().env
    assert {"REACHAPI_URL": f"http://reachapi:{port}"} == environment


def test_both_run_the_example_in_javascript() -> None:
    assert "node --test" == compose()["tests"].command
    assert ["", "", "node --test"] == [step.run for step in workflow().steps]
