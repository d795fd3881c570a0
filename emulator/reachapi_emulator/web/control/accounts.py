"""Control routes of accounts: /_emulator/accounts."""

from dataclasses import asdict
from typing import Annotated

from aiohttp import web
from msgspec import UNSET, Meta, UnsetType

from reachapi_emulator.testing.inbox import SCHEME
from reachapi_emulator.vendor.accounts import (
    AccountError,
    AccountExists,
    Opening,
    new_api_key,
)
from reachapi_emulator.web.control.forms import (
    ControlError,
    Form,
    asked,
    known_account,
    read,
    reply,
    rooms,
)

MAX_CREDITS = 1_000_000_000_000
Credits = Annotated[int, Meta(ge=0, le=MAX_CREDITS)]
Name = Annotated[str, Meta(max_length=200)]


class NewWebhook(Form):
    """Where deliveries of a new account go; no url: its own inbox."""

    url: str | None = None
    active: bool = True


class NewAccount(Form):
    """What POST /accounts takes."""

    id: str | None = None
    name: Name = ""
    credits: Credits | None = None
    webhook: NewWebhook | UnsetType | None = UNSET


class AccountPatch(Form):
    """What PATCH /accounts/{id} takes."""

    name: Name | UnsetType = UNSET
    credits: Credits | UnsetType = UNSET
    suspended: bool | UnsetType = UNSET


class WebhookForm(Form):
    """What PUT /accounts/{id}/webhook takes; a url of null configures none."""

    url: str | None
    active: bool = True


def shown(request: web.Request, account: str) -> dict[str, object]:
    """Return an account as the control API shows it."""
    found = rooms(request).accounts.get(account)
    credit = rooms(request).ledger.credit(account)
    url = found.webhook_url
    return {
        "id": found.id,
        "name": found.name,
        "api_key": found.api_key,
        "credits": credit.balance,
        "reserved": credit.reserved,
        "suspended": found.suspended,
        "webhook": {
            "url": None if url is None else rooms(request).inboxes.resolve(url),
            "secret": found.webhook_secret,
            "active": found.webhook_active,
        },
    }


async def listed(request: web.Request) -> web.Response:
    """GET /accounts."""
    asked(request)
    ids = rooms(request).accounts.ids()
    return reply([shown(request, account) for account in ids])


async def create(request: web.Request) -> web.Response:
    """POST /accounts."""
    form = await read(request, NewAccount)
    try:
        account = rooms(request).accounts.open(_opening(request, form))
    except AccountExists as error:
        raise ControlError(409, str(error)) from None
    except AccountError as error:
        raise ControlError(400, str(error)) from None
    return reply(shown(request, account.id), 201)


def _opening(request: web.Request, form: NewAccount) -> Opening:
    key = new_api_key()
    name = form.id if form.id is not None else f"account-{key[:8]}"
    opening = Opening(
        id=name,
        credits=rooms(request).accounts.opening_credits
        if form.credits is None
        else form.credits,
        name=form.name,
        api_key=name if name.startswith("test-") else key,
    )
    return Opening(**asdict(opening) | _webhook(form.webhook))


def _webhook(form: NewWebhook | UnsetType | None) -> dict[str, object]:
    if form is UNSET:
        return {}
    if form is None:
        return {"webhook_url": None, "webhook_active": False, "webhook_secret": None}
    own = f"{SCHEME}:"
    return {
        "webhook_url": own if form.url is None else form.url,
        "webhook_active": form.active,
    }


async def get(request: web.Request) -> web.Response:
    """GET /accounts/{id}."""
    return reply(shown(request, known_account(request)))


async def patch(request: web.Request) -> web.Response:
    """PATCH /accounts/{id}: all of it or, where credits are refused, nothing."""
    form = await read(request, AccountPatch)
    account = known_account(request)
    accounts = rooms(request).accounts
    if form.credits is not UNSET:
        try:
            rooms(request).ledger.set(account, form.credits)
        except ValueError as error:
            raise ControlError(409, str(error)) from None
    if form.name is not UNSET:
        accounts.rename(account, form.name)
    if form.suspended is not UNSET:
        accounts.suspend(account, suspended=form.suspended)
    return reply(shown(request, account))


async def delete(request: web.Request) -> web.Response:
    """DELETE /accounts/{id}, deliveries in flight included."""
    account = known_account(request)
    await rooms(request).dispatcher.drop(account)
    rooms(request).accounts.forget(account)
    rooms(request).inboxes.forget(account)
    rooms(request).journal.clear(account)
    rooms(request).faults.clear(account)
    rooms(request).holds.drop(account)
    return reply({"deleted": account})


async def generate_api_key(request: web.Request) -> web.Response:
    """POST /accounts/{id}/api-key: the old key answers 403 from then on."""
    account = known_account(request)
    rooms(request).accounts.generate_api_key(account)
    return reply(shown(request, account))


async def put_webhook(request: web.Request) -> web.Response:
    """PUT /accounts/{id}/webhook: Add Webhook."""
    form = await read(request, WebhookForm)
    account = known_account(request)
    active = form.active and form.url is not None
    try:
        rooms(request).accounts.set_webhook(account, form.url, active=active)
    except AccountError as error:
        raise ControlError(400, str(error)) from None
    return reply(shown(request, account))


async def generate_secret(request: web.Request) -> web.Response:
    """POST /accounts/{id}/webhook/secret: (re-)generate the webhook secret."""
    account = known_account(request)
    rooms(request).accounts.generate_secret(account)
    return reply(shown(request, account))


async def ledger(request: web.Request) -> web.Response:
    """GET /accounts/{id}/ledger."""
    return reply(rooms(request).ledger.entries(known_account(request)))


ROUTES = (
    web.get("/accounts", listed),
    web.post("/accounts", create),
    web.get("/accounts/{account}", get),
    web.patch("/accounts/{account}", patch),
    web.delete("/accounts/{account}", delete),
    web.post("/accounts/{account}/api-key", generate_api_key),
    web.put("/accounts/{account}/webhook", put_webhook),
    web.post("/accounts/{account}/webhook/secret", generate_secret),
    web.get("/accounts/{account}/ledger", ledger),
)
