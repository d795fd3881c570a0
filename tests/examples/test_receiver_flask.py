"""A webhook receiver in Flask, and its tests."""

import hmac
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from flask import Flask, abort, request
from my_client import Client
from werkzeug.serving import WSGIRequestHandler, make_server

from reachapi_emulator.client import Account

Stored = dict[int, list[dict[str, Any]]]


def receiver(secret: str, stored: Stored) -> Flask:
    """Return an application that stores the records of each delivery."""
    app = Flask(__name__)

    @app.post("/hook")
    def receive() -> str:
        sent = request.headers.get("webhook-secret-key", "")
        if not hmac.compare_digest(sent.encode(), secret.encode()):
            abort(401)
        body = request.get_json()
        stored.setdefault(body["unique_processing_id"], body["data"])
        return ""

    return app


class KeepsTheSecret(WSGIRequestHandler):
    """Hands the secret on: Werkzeug drops headers with `_` in their names."""

    def make_environ(self) -> dict[str, Any]:
        """Return the environment, with the secret."""
        secret = self.headers.get("webhook_secret_key", "")
        return {**super().make_environ(), "HTTP_WEBHOOK_SECRET_KEY": secret}


@pytest.fixture
def stored(reachapi: Account) -> Iterator[Stored]:
    """What the receiver, configured as the account's webhook, has stored."""
    stored: Stored = {}
    app = receiver(reachapi.webhook_secret or "", stored)
    server = make_server("127.0.0.1", 0, app, request_handler=KeepsTheSecret)
    thread = Thread(target=server.serve_forever, args=(0.02,))  # stops so soon
    thread.start()
    reachapi.set_webhook(f"http://127.0.0.1:{server.server_port}/hook")
    yield stored
    server.shutdown()
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
