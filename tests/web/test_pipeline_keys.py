"""Who may ask: X-API-Key, over real sockets (rulings 6 to 8)."""

import pytest

from support.api import CREDITS, Api
from support.surface import SAMPLES, Sample, ask, given, promised

UNAUTHORIZED = promised(401, "Unauthorized")
FORBIDDEN = promised(403, "Forbidden")
SUCCESS = promised(200, "success", {"available_credit": 10_000})


async def credit_check(api: Api, key: str | None) -> tuple[object, ...]:
    """Return the answer to a credit check under a key."""
    api.key = key
    return given(await api.call("POST", CREDITS))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)
async def test_without_a_key_every_endpoint_is_unauthorized(
    api: Api, sample: Sample
) -> None:
    """All API calls must have X-API-Key as a header."""
    api.key = None

    assert UNAUTHORIZED == given(await ask(api, sample))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)
async def test_an_unknown_key_is_unauthorized_at_every_endpoint(
    api: Api, sample: Sample
) -> None:
    """The page's own sample key was never issued here."""
    api.key = "gEqboyoK7JSfMvxxxxxxxxxx"

    assert UNAUTHORIZED == given(await ask(api, sample))


@pytest.mark.parametrize(
    "key",
    [
        "",
        " ",
        "DEMO-API-KEY",
        "demo-api-key,demo-api-key",
        '"demo-api-key"',
        "Bearer demo-api-key",
        "demo-api-ke",
        "' OR 1=1 --",
        "ключ",
        "x" * 5000,
        "test-",
        "test-ä",
        "test-a b",
        "test-a/b",
        f"test-{'x' * 96}",
        "Test-me",
    ],
)
async def test_a_key_that_was_never_issued_is_unauthorized(api: Api, key: str) -> None:
    """A key counts to the letter, and not all that begins with test- opens one."""
    assert UNAUTHORIZED == await credit_check(api, key)


@pytest.mark.parametrize("name", ["X-API-Key", "x-api-key", "X-Api-Key", "X-API-KEY"])
async def test_the_name_of_the_header_has_no_case(api: Api, name: str) -> None:
    """HTTP's rule, and clients write it as they like."""
    answer = await api.send("POST", CREDITS, headers={name: "demo-api-key"})

    assert SUCCESS == given(answer)


async def test_space_around_a_key_is_no_part_of_it(api: Api) -> None:
    """HTTP's rule for the value of any header."""
    assert SUCCESS == await credit_check(api, "  demo-api-key ")


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Authorization": "Bearer demo-api-key"}, ""),
        ({"X_API_Key": "demo-api-key"}, ""),
        ({"api-key": "demo-api-key"}, ""),
        ({}, "?X-API-Key=demo-api-key"),
    ],
)
async def test_a_key_anywhere_else_is_no_key(
    api: Api, headers: dict[str, str], query: str
) -> None:
    """Only the header X-API-Key bears it."""
    answer = await api.send("POST", CREDITS + query, headers=headers)

    assert UNAUTHORIZED == given(answer)


async def test_a_key_replaced_by_generate_is_forbidden(api: Api) -> None:
    """After Generate API Key only the new key is good."""
    shown = await api.control("POST", "/accounts/demo/api-key")

    assert FORBIDDEN == await credit_check(api, "demo-api-key")
    assert SUCCESS == await credit_check(api, shown["api_key"])


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.path)
async def test_the_key_of_a_suspended_account_is_forbidden_everywhere(
    api: Api, sample: Sample
) -> None:
    """It was issued, and is good no longer."""
    await api.control("PATCH", "/accounts/demo", {"suspended": True})

    assert FORBIDDEN == given(await ask(api, sample))


async def test_an_account_suspended_no_more_is_served_again(api: Api) -> None:
    """The key is the same as before."""
    for suspended in (True, False):
        await api.control("PATCH", "/accounts/demo", {"suspended": suspended})

    assert SUCCESS == await credit_check(api, "demo-api-key")
