"""A webhook receiver in FastAPI, and its tests."""

import hmac
import socket
from collections.abc import Iterator
from threading import Thread
from typing import Annotated, Any

import pytest
import uvicorn
from fastapi import FastAPI, Header, HTTPException
from my_client import Client
from pydantic import BaseModel

from reachapi_emulator.client import Account

Stored = dict[int, list[dict[str, Any]]]
# FastAPI would look for `webhook-secret-key`.
Secret = Annotated[str, Header(convert_underscores=False)]


class Delivery(BaseModel):
    """The body of a webhook."""

    unique_processing_id: int
    event: str
    data: list[dict[str, Any]]


def receiver(secret: str, stored: Stored) -> FastAPI:
    """Return an application that stores the records of each delivery."""
    app = FastAPI()

    @app.post("/hook")
    def receive(delivery: Delivery, webhook_secret_key: Secret) -> None:
        if not hmac.compare_digest(webhook_secret_key.encode(), secret.encode()):
            raise HTTPException(401)
        stored.setdefault(delivery.unique_processing_id, delivery.data)

    return app


@pytest.fixture
def stored(reachapi: Account) -> Iterator[Stored]:
    """What the receiver, configured as the account's webhook, has stored."""
    stored: Stored = {}
    app = receiver(reachapi.webhook_secret or "", stored)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=server.run, args=([listening],))
        thread.start()
        reachapi.set_webhook(f"http://127.0.0.1:{listening.getsockname()[1]}/hook")
        yield stored
        server.should_exit = True
        thread.join()


def test_records_are_stored(reachapi: Account, stored: Stored) -> None:
    """All of a delivery, under its id."""
    number = Client(reachapi.url, reachapi.api_key).fetch(3, {})
    delivery = reachapi.wait_for_webhook()

    assert {number: delivery.records} == stored


def test_a_wrong_secret_is_refused(reachapi: Account, stored: Stored) -> None:
    """As after Re-generate, until the receiver knows the new one."""
    reachapi.generate_webhook_secret()
    number = Client(reachapi.url, reachapi.api_key).fetch(1, {})
    job = reachapi.wait_for_job(number, attempts=1)

    assert 401 == job.attempts[0].status
    assert {} == stored
