"""Control routes of accounts: /_emulator/accounts."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from operator import itemgetter
from typing import Annotated, Any, Concatenate, ParamSpec

import orjson
from aiohttp import web
from msgspec import UNSET, Meta, UnsetType

from reachapi_emulator.services import Services
from reachapi_emulator.state.page import MAX_NUMBER, Page
from reachapi_emulator.testing.activity import AccountFilter
from reachapi_emulator.vendor.accounts import (
    TEST_PREFIX,
    AccountError,
    AccountExists,
    Opening,
    first_secret,
    new_api_key,
)
from reachapi_emulator.web.control.forms import (
    ControlError,
    Form,
    existing,
    parameters,
    read,
    reply,
    services_of,
    unit,
    whole_number,
)
from reachapi_emulator.web.control.paging import (
    PAGING,
    Listed,
    listed,
    page_of,
    send_page,
)

P = ParamSpec("P")

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


def to_json(services: Services, account: str) -> dict[str, object]:
    """Return an account as the control API shows it."""
    found = services.accounts.get(account)
    credit = services.ledger.credit(account)
    url = found.webhook_url
    return {
        "id": found.id,
        "name": found.name,
        "api_key": found.api_key,
        "credits": credit.balance,
        "reserved": credit.reserved,
        "suspended": found.suspended,
        "webhook": {
            "url": None if url is None else services.inboxes.resolve(url),
            "secret": found.webhook_secret,
            "active": found.webhook_active,
        },
    }


async def every(request: web.Request) -> web.Response:
    """GET /accounts?prefix=&idle=&limit=&before=&after=, in the order opened."""
    query = parameters(request, "prefix", "idle", *PAGING)
    page, wanted = page_of(query), _filter(query)
    return await send_page(request, page, await unit(request, _every, page, wanted))


def _every(services: Services, page: Page, wanted: AccountFilter | None) -> Listed:
    found = services.accounts.numbered(
        page if wanted is None else page._replace(most=MAX_NUMBER)
    )
    if wanted is not None:
        found = [each for each in found if services.activity.matches(wanted, each[1])]
    return listed(page, found, itemgetter(0), partial(_numbered_to_json, services))


def _numbered_to_json(services: Services, account: tuple[int, str]) -> bytes:
    return orjson.dumps(to_json(services, account[1]))


def _filter(query: Mapping[str, str | None]) -> AccountFilter | None:
    """Read ?prefix= and ?idle=; return None where there is neither."""
    prefix, idle = query["prefix"], whole_number(query["idle"], "idle")
    if not prefix and idle is None:
        return None
    return AccountFilter(prefix or "", idle or 0)


async def tidy(request: web.Request) -> web.Response:
    """DELETE /accounts?prefix=&idle=, at most 1,000 of them."""
    wanted = _filter(parameters(request, "prefix", "idle"))
    if wanted is None:
        raise ControlError(
            400,
            "say which accounts: ?prefix= of their ids, ?idle= seconds without a "
            "request, or both; POST /_emulator/reset deletes all",
        )
    deleted, more = await services_of(request).tidy(wanted)
    return reply({"deleted": deleted, "more": more})


async def create(request: web.Request) -> web.Response:
    """POST /accounts."""
    form = await read(request, NewAccount)
    made = await unit(request, _create, form)
    services_of(request).activity.note(str(made["id"]))
    return reply(made, 201)


def _create(services: Services, form: NewAccount) -> dict[str, object]:
    try:
        account = services.accounts.open(_opening(services, form))
    except AccountExists as error:
        raise ControlError(409, str(error)) from None
    except AccountError as error:
        raise ControlError(400, str(error)) from None
    return to_json(services, account.id)


def _opening(services: Services, form: NewAccount) -> Opening:
    key = new_api_key()
    name = form.id if form.id is not None else f"account-{key[:8]}"
    key = name if name.startswith(TEST_PREFIX) else key
    own = services.accounts.opening_credits
    opening = Opening(
        id=name,
        credits=own if form.credits is None else form.credits,
        name=form.name,
        api_key=key,
        webhook_url=services.inboxes.url_of(name),
        webhook_secret=first_secret(key),
    )
    return replace(opening, **_webhook(form.webhook))


def _webhook(form: NewWebhook | UnsetType | None) -> dict[str, Any]:
    """Return how the webhook differs from one that leads to the own inbox."""
    if form is UNSET:
        return {}
    if form is None:
        return {"webhook_url": None, "webhook_active": False, "webhook_secret": None}
    given = {} if form.url is None else {"webhook_url": form.url}
    return {**given, "webhook_active": form.active}


async def get(request: web.Request) -> web.Response:
    """GET /accounts/{id}."""
    return reply(await _change(request, _unchanged))


async def patch(request: web.Request) -> web.Response:
    """PATCH /accounts/{id}: all of it or, where credits are refused, nothing."""
    form = await read(request, AccountPatch)
    return reply(await _change(request, _patch, form))


def _patch(services: Services, account: str, form: AccountPatch) -> None:
    if form.credits is not UNSET:
        try:
            services.ledger.set(account, form.credits)
        except ValueError as error:
            raise ControlError(409, str(error)) from None
    if form.name is not UNSET:
        services.accounts.rename(account, form.name)
    if form.suspended is not UNSET:
        services.accounts.suspend(account, suspended=form.suspended)


async def delete(request: web.Request) -> web.Response:
    """DELETE /accounts/{id}, deliveries in flight included."""
    account = request.match_info["account"]
    await unit(request, existing, account)
    await services_of(request).forget(account)
    return reply({"deleted": account})


async def generate_api_key(request: web.Request) -> web.Response:
    """POST /accounts/{id}/api-key: the old key answers 403 from then on."""
    return reply(await _change(request, _generate_api_key))


def _generate_api_key(services: Services, account: str) -> None:
    services.accounts.generate_api_key(account)
    services.limiter.forget(account)  # the window is the key's (ruling 9)


async def put_webhook(request: web.Request) -> web.Response:
    """PUT /accounts/{id}/webhook: Add Webhook."""
    form = await read(request, WebhookForm)
    return reply(await _change(request, _put_webhook, form))


def _put_webhook(services: Services, account: str, form: WebhookForm) -> None:
    active = form.active and form.url is not None
    try:
        services.accounts.set_webhook(account, form.url, active=active)
    except AccountError as error:
        raise ControlError(400, str(error)) from None


async def generate_secret(request: web.Request) -> web.Response:
    """POST /accounts/{id}/webhook/secret: (re-)generate the webhook secret."""
    return reply(await _change(request, _generate_secret))


def _generate_secret(services: Services, account: str) -> None:
    services.accounts.generate_secret(account)


async def ledger(request: web.Request) -> web.Response:
    """GET /accounts/{id}/ledger?limit=&before=&after=."""
    page = page_of(parameters(request, *PAGING))
    found = await unit(request, _ledger, request.match_info["account"], page)
    return await send_page(request, page, found)


def _ledger(services: Services, account: str, page: Page) -> Listed:
    existing(services, account)
    entries = services.ledger.entries(account, page)
    return listed(page, entries, itemgetter("id"), orjson.dumps)


async def _change(
    request: web.Request,
    change: Callable[Concatenate[Services, str, P], None],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> dict[str, object]:
    """Change the account of the path in one unit; return it as it is then."""

    def changed(services: Services, account: str) -> dict[str, object]:
        existing(services, account)
        change(services, account, *args, **kwargs)
        return to_json(services, account)

    return await unit(request, changed, request.match_info["account"])


def _unchanged(services: Services, account: str) -> None:
    """Leave an account as it is."""


ROUTES = (
    web.get("/accounts", every),
    web.delete("/accounts", tidy),
    web.post("/accounts", create),
    web.get("/accounts/{account}", get),
    web.patch("/accounts/{account}", patch),
    web.delete("/accounts/{account}", delete),
    web.post("/accounts/{account}/api-key", generate_api_key),
    web.put("/accounts/{account}/webhook", put_webhook),
    web.post("/accounts/{account}/webhook/secret", generate_secret),
    web.get("/accounts/{account}/ledger", ledger),
)
