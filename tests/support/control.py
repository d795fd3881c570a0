"""The control API's routes, and steps that its tests take again and again."""

from collections.abc import Callable
from typing import Any, NamedTuple

from reachapi_emulator.web.control.console import version
from support.client import Api
from support.raw import Address
from support.threaded import tell

PREFIX = "/_emulator"
EXAMPLES = {
    "{account}": "demo",
    "{fault}": "1",
    "{file}": "main.js",
    "{job}": "1300",
    "{name}": "shelf",
    "{version}": version(),
}
"""What stands for the variable part of a path."""


def filled(path: str) -> str:
    """Return a path with something for each of its variable parts."""
    for name, example in EXAMPLES.items():
        path = path.replace(name, example)
    return path


Limit = Callable[[str, int], None]
"""The fixture `limit`: lowers a bound by its name."""


class Route(NamedTuple):
    """A method at a path under `/_emulator`.

    Attributes:
        open: whether it needs no control token.
        form: whether it reads a JSON body of at most 1 MiB.
    """

    method: str
    path: str
    open: bool = False
    form: bool = False

    @property
    def target(self) -> str:
        """The whole path, its variable parts filled in."""
        return PREFIX + filled(self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


ROUTES = (
    Route("GET", "", open=True),
    Route("GET", "/", open=True),
    Route("GET", "/accounts"),
    Route("POST", "/accounts", form=True),
    Route("DELETE", "/accounts"),
    Route("GET", "/accounts/{account}"),
    Route("PATCH", "/accounts/{account}", form=True),
    Route("DELETE", "/accounts/{account}"),
    Route("POST", "/accounts/{account}/api-key"),
    Route("GET", "/accounts/{account}/clock"),
    Route("PATCH", "/accounts/{account}/clock", form=True),
    Route("DELETE", "/accounts/{account}/clock"),
    Route("POST", "/accounts/{account}/clock/advance", form=True),
    Route("GET", "/accounts/{account}/ledger"),
    Route("PUT", "/accounts/{account}/webhook", form=True),
    Route("POST", "/accounts/{account}/webhook/secret"),
    Route("GET", "/ca.pem", open=True),
    Route("GET", "/clock"),
    Route("PATCH", "/clock", form=True),
    Route("POST", "/clock/advance", form=True),
    Route("GET", "/console/{version}/{file}", open=True),
    Route("GET", "/events"),
    Route("GET", "/faults"),
    Route("POST", "/faults", form=True),
    Route("DELETE", "/faults"),
    Route("DELETE", "/faults/{fault}"),
    Route("GET", "/health", open=True),
    Route("GET", "/inbox/{name}"),
    Route("POST", "/inbox/{name}", open=True),
    Route("DELETE", "/inbox/{name}"),
    Route("GET", "/inbox/{name}/script"),
    Route("PUT", "/inbox/{name}/script", form=True),
    Route("GET", "/jobs"),
    Route("GET", "/jobs/{job}"),
    Route("GET", "/jobs/{job}/payload"),
    Route("POST", "/jobs/{job}/redeliver"),
    Route("POST", "/jobs/{job}/wait", form=True),
    Route("GET", "/report"),
    Route("GET", "/requests"),
    Route("DELETE", "/requests"),
    Route("POST", "/requests/wait", form=True),
    Route("POST", "/reset", form=True),
    Route("GET", "/snapshot"),
    Route("PUT", "/snapshot"),
)
"""All that there are; docs/control-api.md lists the same."""


def picked(shown: Any, *names: str) -> list[Any]:  # noqa: ANN401 # whatever the JSON holds
    """Return some values of an object, in the order asked."""
    return [shown[name] for name in names]


def ids(jobs: list[Any]) -> list[int]:
    """Return the ids of jobs."""
    return [job["unique_processing_id"] for job in jobs]


async def received(api: Api, name: str = "demo") -> list[int]:
    """Return the jobs whose deliveries are in an inbox, oldest first."""
    return ids([each["body"] for each in await api.control("GET", f"/inbox/{name}")])


def remembered(address: Address) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Return all that an emulator remembers, but for its journal."""
    snapshot = tell(address, "GET", "/snapshot")
    return snapshot["tables"], snapshot["windows"]
