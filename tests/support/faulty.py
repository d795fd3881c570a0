"""Fault rules, and what the journal tells of whom they struck."""

from support.api import Api


async def rule(api: Api, kind: str, phase: str = "request", **values: object) -> int:
    """Add a rule; return its id."""
    form = {"phase": phase, "kind": kind, **values}
    number: int = (await api.control("POST", "/faults", form))["id"]
    return number


async def noted(api: Api) -> list[tuple[object, ...]]:
    """Return status, message and fault of each request in the journal."""
    listed = (await api.control("GET", "/requests"))["requests"]
    return [(each["status"], each["message"], each["fault"]) for each in listed]
