"""Steps of the webhook flow, for tests that drive it by the clock."""

from collections.abc import Iterable
from typing import Any

import orjson

from support.api import Api
from support.conformance import see_delivery

VALIDATION_DELAY = 0.05


async def inbox(api: Api, name: str = "demo") -> list[Any]:
    """Return what an inbox has received, oldest first."""
    received: list[Any] = await api.control("GET", f"/inbox/{name}")
    for delivery in received:
        see_delivery(delivery["headers"], orjson.dumps(delivery["body"]))
    return received


async def script(api: Api, answers: Iterable[int | dict[str, object]]) -> None:
    """Set how the demo account's inbox answers; a number is a status."""
    steps = [{"status": step} if isinstance(step, int) else step for step in answers]
    await api.control("PUT", "/inbox/demo/script", steps)


async def account(api: Api, name: str = "demo") -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Return an account as the control API shows it."""
    return await api.control("GET", f"/accounts/{name}")


async def set_webhook(api: Api, url: str | None = None, *, active: bool = True) -> None:
    """Configure the demo account's webhook; without a URL the one it has."""
    if url is None:
        url = (await account(api))["webhook"]["url"]
    await api.control("PUT", "/accounts/demo/webhook", {"url": url, "active": active})


async def ledger(api: Api, name: str = "demo") -> list[tuple[str, int, int]]:
    """Return the entries of a ledger: reason, delta, balance."""
    entries = await api.control("GET", f"/accounts/{name}/ledger")
    return [(entry["reason"], entry["delta"], entry["balance"]) for entry in entries]


async def job_of(api: Api, job: int) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Return a job as the control API shows it now."""
    return await api.control("GET", f"/jobs/{job}")


async def attempted(api: Api, count: int = 3, **wanted: object) -> int:
    """Freeze, submit, see the first attempt to its end, and return the job's id."""
    await api.freeze()
    job = await api.fetch(count, **wanted)
    await api.advance(VALIDATION_DELAY)
    await api.wait(job, attempts=1)
    return job


async def delivered(api: Api, count: int = 3, **wanted: object) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Submit to the demo account, await the delivery, return what its inbox got."""
    job = await api.fetch(count, **wanted)
    await api.wait(job, state="delivered")
    return (await inbox(api))[-1]
