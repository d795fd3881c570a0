"""/_emulator/faults: the rules of what goes wrong on purpose."""

from typing import Any

import pytest

from support.client import CREDITS, Api, Serve, opened, refused

EMPTY = {"phase": "request", "kind": "EMPTY_RESPONSE"}
STATUS = {"phase": "request", "kind": "status", "status": 503}
FATES = [None, None, 1, None, 1, None, 1, 1, 1, None]
"""What becomes of ten events under a probability of 0.5 and the seed 4."""


async def add(api: Api, **values: object) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Add a rule for requests, which are answered 503, and return it."""
    return await api.control("POST", "/faults", {**STATUS, **values})


async def listed(api: Api, name: str = "id") -> list[int]:
    """Return the ids of the rules, oldest first, or another of their values."""
    return [rule[name] for rule in await api.control("GET", "/faults")]


async def struck(api: Api, events: int) -> list[int | None]:
    """Let events happen; return the rules that struck them."""
    for _ in range(events):
        await api.call("POST", CREDITS)
    account = "demo" if api.key == "demo-api-key" else api.key
    path = f"/requests?account={account}&limit={events}"
    return [each["fault"] for each in (await api.control("GET", path))["requests"]]


async def test_a_rule_is_answered_as_it_was_understood(api: Api) -> None:
    """201, with all that was left out; so it is listed."""
    answer = await api.send("POST", "/_emulator/faults", json=STATUS)
    rule = answer.json
    assert 201 == answer.status
    assert STATUS == {name: rule.pop(name) for name in STATUS}
    assert [1, 0] == [rule.pop("id"), rule.pop("struck")]
    assert {None} == {*rule.values()}
    assert [answer.json] == await api.control("GET", "/faults")


@pytest.mark.parametrize(
    "given",
    [
        {"phase": "request", "kind": "status", "status": 400},
        {"phase": "request", "kind": "status", "status": 599},
        *(
            {"phase": phase, "kind": kind, **more}
            for phase in ("request", "webhook")
            for kind, more in (
                ("delay", {"seconds": 600}),
                ("CONNECTION_RESET_BY_PEER", {}),
                ("EMPTY_RESPONSE", {"operation": "fetch", "account": "demo"}),
                ("MALFORMED_RESPONSE_CHUNK", {"times": 1_000_000}),
                ("RANDOM_DATA_THEN_CLOSE", {"probability": 1, "seed": 2**53 - 1}),
            )
        ),
        {"phase": "webhook", "kind": "DUPLICATE", "account": "test-to-come"},
        {"phase": "webhook", "kind": "REORDER", "probability": 0.5},
    ],
    ids=str,
)
async def test_every_kind_can_be_ordered(api: Api, given: dict[str, object]) -> None:
    """In a phase that can suffer it, up to its bounds; a seed left out is 1."""
    rule = await api.control("POST", "/faults", given)
    expected = {"seed": 1, **given} if "probability" in given else given
    assert expected == {name: rule[name] for name in expected}


@pytest.mark.parametrize(
    ("rules", "expected", "counts"),
    [
        ([], [None] * 3, []),
        ([{}], [1] * 5, [5]),
        ([{"times": 2}], [1, 1, None, None], [2]),
        ([{"times": 2}, {"times": 2}], [1, 1, 2, 2, None], [2, 2]),
        ([{"probability": 1, "seed": 0}], [1] * 5, [5]),
        ([{"account": "test-a"}, {"account": "demo"}], [2], [0, 1]),
        ([{"operation": "fetch"}, {"operation": "credits"}], [2], [0, 1]),
        ([{"phase": "webhook", "kind": "DUPLICATE", "status": None}], [None], [0]),
        ([{"probability": 0.5, "seed": 4}], FATES, [5]),
        (
            [{"probability": 0.5, "seed": 4, "times": 2}],
            [None, None, 1, None, 1, None, None, None],
            [2],
        ),
    ],
    ids=str,
)
async def test_the_oldest_rule_that_strikes_is_the_only_one(
    api: Api,
    rules: list[dict[str, object]],
    expected: list[int | None],
    counts: list[int],
) -> None:
    """It counts, and stays when it may strike no more."""
    for rule in rules:
        await add(api, **rule)

    assert expected == await struck(api, len(expected))
    assert counts == await listed(api, "struck")


async def test_what_happens_to_others_does_not_count(serve: Serve) -> None:
    """The fate of the n-th event is that of the n-th that matches."""
    api = await serve(rate_limit=0)
    await add(api, account="demo", probability=0.5, seed=4)
    other = await opened(api, "test-a")
    fates = []
    for _ in range(10):
        fates += await struck(api, 1)
        assert [None] * 2 == await struck(other, 2)

    assert FATES == fates


async def test_where_no_key_opens_an_account_it_has_to_be_there(serve: Serve) -> None:
    api = await serve(no_auto_accounts=True)
    to_come = {**EMPTY, "account": "test-a"}

    assert 404 == (await refused(api, "POST", "/faults", to_come))[0]


@pytest.mark.parametrize(
    ("older", "younger", "hidden"),
    [
        ({}, {}, True),
        ({}, {"account": "demo", "operation": "fetch"}, True),
        ({"account": "demo"}, {"account": "demo", "operation": "fetch"}, True),
        ({"probability": 1}, {}, True),
        ({"times": 9}, {}, False),
        ({"probability": 0.9}, {}, False),
        ({"account": "demo"}, {}, False),
        ({"account": "demo"}, {"account": "test-a"}, False),
        ({"operation": "fetch"}, {"account": "demo"}, False),
        ({}, {"phase": "webhook"}, False),
    ],
    ids=str,
)
async def test_a_rule_that_an_older_one_hides_is_refused(
    api: Api, older: dict[str, object], younger: dict[str, object], *, hidden: bool
) -> None:
    """409: it could never strike; the older one is named."""
    await api.control("POST", "/faults", {**EMPTY, **older})
    answer = await api.send("POST", "/_emulator/faults", json={**EMPTY, **younger})

    assert (409 if hidden else 201) == answer.status
    assert ([1] if hidden else [1, 2]) == await listed(api)
    assert hidden is (
        b"rule 1 already matches everything that this rule" in answer.body
    )


async def test_there_are_so_many_rules_at_most(api: Api) -> None:
    for _ in range(100):
        await add(api, times=1)
    refusal = await refused(api, "POST", "/faults", {**EMPTY, "times": 1})

    assert (409, "there are 100 rules: delete some first") == refusal
    assert [*range(1, 101)] == await listed(api)


async def test_a_rule_is_deleted(api: Api) -> None:
    """It strikes no more, and its id is not given again."""
    await add(api)

    assert {"deleted": 1} == await api.control("DELETE", "/faults/1")
    assert 404 == (await refused(api, "DELETE", "/faults/1"))[0]
    assert [None] == await struck(api, 1)
    assert 2 == (await add(api))["id"]


@pytest.mark.parametrize(
    ("method", "path", "body", "left"),
    [
        ("DELETE", "/faults", None, []),
        ("DELETE", "/faults?account=test-a", None, [1, 3]),
        ("DELETE", "/faults?account=test-to-come", None, [1, 2, 3]),
        ("POST", "/reset", {"account": "test-a"}, [1, 3]),
        ("DELETE", "/accounts/test-a", None, [1, 3]),
        ("POST", "/reset", None, []),
    ],
)
async def test_rules_are_cleared(
    api: Api, method: str, path: str, body: object, left: list[int]
) -> None:
    """All, or those for an account; after a reset of all, ids begin anew."""
    await opened(api, "test-a")
    for account in (None, "test-a", "demo"):
        await add(api, account=account, times=1)
    await api.control(method, path, body)

    assert left == await listed(api)
    assert ([1] if left else [None]) == await struck(api, 1)
    assert (1 if path == "/reset" and not left else 4) == (await add(api))["id"]
