"""Every endpoint and control route, and what each of their answers must be."""

import re
from typing import NamedTuple

from reachapi_emulator.web.control import CONTROL_PATH, ROUTES
from reachapi_emulator.web.vendor_api import OPERATIONS
from support.control import filled
from support.raw import Reply


class Endpoint(NamedTuple):
    """A method and a path of either surface; control paths hold parameters."""

    method: str
    path: str

    @property
    def target(self) -> str:
        """The path, its parameters filled in."""
        return filled(self.path)

    def with_parameter(self, text: str) -> str:
        """Return the path with a text in place of its last parameter."""
        return filled(re.sub(r"\{\w+\}(?!.*\{)", lambda _: text, self.path))


VENDOR = [
    Endpoint(method, path)
    for operation in OPERATIONS
    for path in operation.paths
    for method in operation.methods
]
KEYED = [
    Endpoint(method, path)
    for operation in OPERATIONS
    if operation.needs_key
    for path in operation.paths
    for method in operation.methods
]
STREAMS = {"/events"}
"""Control paths whose answers have no end, and so tests of their own."""
CONTROL = [
    Endpoint(route.method, CONTROL_PATH + route.path)
    for route in ROUTES
    if route.path not in STREAMS
]


_WEBHOOK = {"url": "http://127.0.0.1:9/hook", "active": False}
_ACCOUNT = {"name": "Ann", "credits": 5}
FORMS: dict[Endpoint, object] = {
    Endpoint(method, CONTROL_PATH + path): form
    for method, path, form in (
        ("POST", "/reset", {"scope": "journal", "account": "demo"}),
        ("POST", "/accounts", {"id": "ann", **_ACCOUNT, "webhook": _WEBHOOK}),
        ("PATCH", "/accounts/{account}", {**_ACCOUNT, "suspended": False}),
        ("PUT", "/accounts/{account}/webhook", _WEBHOOK),
        ("PATCH", "/clock", {"frozen": True}),
        ("POST", "/clock/advance", {"seconds": 1.5}),
        ("PATCH", "/accounts/{account}/clock", {"frozen": True}),
        ("POST", "/accounts/{account}/clock/advance", {"seconds": 1.5}),
        (
            "PUT",
            "/inbox/{name}/script",
            [{"status": 500}, {"delay_s": 2, "drop": True}],
        ),
        (
            "POST",
            "/faults",
            {
                "phase": "webhook",
                "kind": "delay",
                "seconds": 1,
                "operation": "fetch",
                "account": "demo",
                "times": 1,
                "probability": 0.5,
                "seed": 1,
            },
        ),
        (
            "POST",
            "/jobs/{job}/wait",
            {"state": "delivered", "attempts": 1, "timeout": 0},
        ),
        (
            "POST",
            "/requests/wait",
            {"operation": "fetch", "status": 200, "count": 1, "timeout": 0},
        ),
    )
}
"""A good body of every control route that reads one."""

NO_FORMS = {
    Endpoint("POST", CONTROL_PATH + path)
    for path in (
        "/accounts/{account}/api-key",
        "/accounts/{account}/webhook/secret",
        "/jobs/{job}/redeliver",
        "/inbox/{name}",
    )
}
"""Control routes that act whatever their body holds."""

OTHER_FORMS = {Endpoint("PUT", CONTROL_PATH + "/snapshot")}
"""Control routes whose bodies are of a size and a kind of their own."""


def shown(endpoint: Endpoint) -> str:
    """Return the name of an endpoint in the name of a test."""
    return f"{endpoint.method} {endpoint.path}"


def flaw(reply: Reply, target: str | bytes) -> str:
    """Return what is wrong with an answer, whatever it answers; nothing: ''."""
    if reply.status >= 500:
        return f"status {reply.status}: {reply.body!r}"
    path = target if isinstance(target, str) else target.decode(errors="replace")
    return (
        _control_flaw(reply) if path.startswith(CONTROL_PATH) else envelope_flaw(reply)
    )


def envelope_flaw(reply: Reply, *, bodiless: bool = False) -> str:
    """Return what is wrong with an answer that ought to be an envelope."""
    if reply.headers.get("content-type") != "application/json":
        return f"no JSON: {reply.headers}"
    if bodiless:
        return ""
    body = reply.json
    right = list(body) == ["status", "message", "data"] and body["message"]
    if not right or body["status"] != reply.status:
        return f"no envelope: {reply.body!r}"
    return ""


def _control_flaw(reply: Reply) -> str:
    if reply.status in {200, 201, 408}:  # 408: a wait that has ended
        return ""
    if reply.headers.get("content-type") != "application/json":
        return f"no JSON: {reply.headers}"
    body = reply.json
    return "" if list(body) == ["error"] and body["error"] else f"{reply.body!r}"
