"""Requests of a client under test, sent under an account of the Python driver."""

import orjson

from reachapi_emulator.client import Account
from support.client import CREDITS, FETCH
from support.raw import Reply, ask, request
from support.start import address


def send(account: Account, path: str, json: object = None) -> Reply:
    """POST to the vendor's surface under the account's key."""
    body = b"" if json is None else orjson.dumps(json)
    sent = request("POST", path, body, {"X-API-Key": account.api_key})
    return ask(address(account.url), sent)


def submit(account: Account, count: int = 2) -> int:
    """Send a data request, expect it accepted, return its id."""
    reply = send(account, FETCH, {"fetchCount": count, "filter": {}})
    if reply.status != 200:
        raise AssertionError(f"fetch: {reply.status} {reply.body!r}")
    job: int = reply.json["data"]["unique_processing_id"]
    return job


def check_credits(account: Account) -> int:
    """Ask the vendor's surface for the credits; return the status of the answer."""
    return send(account, CREDITS).status
