"""Ruling 4: of two faults in one request, the earlier check answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from io import BytesIO
from itertools import combinations

import orjson
import pytest

from support.api import CREDITS, FETCH, Api
from support.serving import Serve
from support.surface import given, promised

KEY = "test-order"


@dataclass
class Draft:
    """A request to fetch, good until a fault is put into it."""

    method: str = "POST"
    path: str = FETCH
    headers: dict[str, str] = field(default_factory=lambda: {"X-API-Key": KEY})
    body: dict[str, object] = field(
        default_factory=lambda: {"fetchCount": 1, "filter": {}}
    )
    size: int = 0

    def data(self) -> BytesIO:
        """Return the body, padded to its size with white space."""
        return BytesIO(orjson.dumps(self.body).ljust(self.size))


Fault = Callable[[Api, Draft], Awaitable[None]]


async def unknown_path(_: Api, draft: Draft) -> None:
    """Ask where nothing is served."""
    draft.path += "/"


async def other_method(_: Api, draft: Draft) -> None:
    """Ask by a method that is not allowed."""
    draft.method = "PUT"


async def no_key(_: Api, draft: Draft) -> None:
    """Leave out the key."""
    del draft.headers["X-API-Key"]


async def suspended(api: Api, _: Draft) -> None:
    """Suspend the account, so that its key is good no more."""
    await api.control("PATCH", f"/accounts/{KEY}", {"suspended": True})


async def wrong_secret(_: Api, draft: Draft) -> None:
    """Send a webhook secret that is not the account's."""
    draft.headers["webhook_secret_key"] = "another"


async def full_window(api: Api, _: Draft) -> None:
    """Use up the one request of the second."""
    await api.send("POST", CREDITS, headers={"X-API-Key": KEY})


async def no_filter(_: Api, draft: Draft) -> None:
    """Leave out the filter."""
    del draft.body["filter"]


async def large_body(_: Api, draft: Draft) -> None:
    """Send more than is read."""
    draft.size = 1024 * 1024 + 1


async def inactive_webhook(api: Api, _: Draft) -> None:
    """Set the webhook's status to Inactive."""
    webhook = {"url": f"{api.url}/_emulator/inbox/{KEY}", "active": False}
    await api.control("PUT", f"/accounts/{KEY}/webhook", webhook)


async def no_credit(api: Api, draft: Draft) -> None:
    """Leave a balance of 720 and ask for 2,000."""
    await api.control("PATCH", f"/accounts/{KEY}", {"credits": 720})
    draft.body["fetchCount"] = 2000


CREDIT = {"available_credit": 720, "requested_fetch_count": 2000}
ANSWERS: dict[Fault, tuple[object, ...]] = {
    unknown_path: promised(404, "Page Not Found"),
    other_method: promised(405, "Method Not Allowed"),
    no_key: promised(401, "Unauthorized"),
    suspended: promised(403, "Forbidden"),
    wrong_secret: promised(401, "Unauthorized"),
    full_window: promised(429, "Too many requests"),
    large_body: promised(413, "Payload Too Large"),
    no_filter: promised(400, "Required fetchCount and filter"),
    inactive_webhook: promised(400, "Webhook feature is inactive"),
    no_credit: promised(402, "Insufficient credit balance", CREDIT),
}
"""Every fault, in the order of the checks, with its answer."""

ALIKE = [{no_key, suspended}, {no_key, wrong_secret}, {large_body, no_filter}]
"""Pairs that exclude each other, or are answered alike."""

PAIRS = [pair for pair in combinations(ANSWERS, 2) if set(pair) not in ALIKE]


async def answered(serve: Serve, *faults: Fault) -> tuple[object, ...]:
    """Put faults into a request, the last first, and return the answer to it."""
    api = await serve(rate_limit=1)
    await api.freeze()
    await api.control("POST", "/accounts", {"id": KEY})
    draft = Draft()
    for fault in reversed(faults):
        await fault(api, draft)
    return given(
        await api.send(
            draft.method, draft.path, data=draft.data(), headers=draft.headers
        )
    )


async def test_without_a_fault_it_is_accepted(serve: Serve) -> None:
    """The request that the faults are put into is good."""
    data = {"unique_processing_id": 1300}

    assert promised(200, "Records processing initiated", data) == await answered(serve)


@pytest.mark.parametrize("fault", ANSWERS, ids=lambda fault: fault.__name__)
async def test_every_fault_alone_has_its_answer(serve: Serve, fault: Fault) -> None:
    """Each answer is that of the page or of rulings 2 and 3."""
    assert ANSWERS[fault] == await answered(serve, fault)


@pytest.mark.parametrize(("earlier", "later"), PAIRS, ids=lambda fault: fault.__name__)
async def test_of_two_faults_the_earlier_check_answers(
    serve: Serve, earlier: Fault, later: Fault
) -> None:
    """Path, method, key, rate limit, body, webhook, credits: in this order."""
    assert ANSWERS[earlier] == await answered(serve, earlier, later)
