"""The control routes of fault rules."""

from typing import Any

import pytest

from reachapi_emulator.testing.faults import MAX_RULES, FaultKind
from support.api import CREDITS, Api
from support.serving import Serve
from support.steering import opened, refused

RULE = {"phase": "request", "kind": "EMPTY_RESPONSE"}
STATUS = {"phase": "request", "kind": "status", "status": 503}


async def add(api: Api, **values: object) -> Any:  # noqa: ANN401 # whatever the JSON holds
    """Add a rule and return it."""
    return await api.control("POST", "/faults", {**RULE, **values})


async def listed(api: Api) -> list[int]:
    """Return the ids of the rules."""
    return [rule["id"] for rule in await api.control("GET", "/faults")]


async def test_a_rule_is_answered_as_it_was_understood(api: Api) -> None:
    """201, with all that was left out."""
    answer = await api.send("POST", "/_emulator/faults", json=STATUS)

    assert 201 == answer.status
    assert {
        "id": 1,
        "phase": "request",
        "operation": None,
        "account": None,
        "kind": "status",
        "status": 503,
        "seconds": None,
        "times": None,
        "probability": None,
        "seed": None,
        "struck": 0,
    } == answer.json


async def test_rules_are_listed_oldest_first(api: Api) -> None:
    """As they were answered."""
    rules = [await add(api, times=times) for times in (3, 1, 2)]

    assert rules == await api.control("GET", "/faults")
    assert [1, 2, 3] == await listed(api)


async def test_a_rule_tells_how_often_it_has_struck(api: Api) -> None:
    """And stays when it may strike no more."""
    await add(api, kind="status", status=500, times=2)
    for _ in range(3):
        await api.call("POST", CREDITS)

    assert [2] == [rule["struck"] for rule in await api.control("GET", "/faults")]


@pytest.mark.parametrize("kind", FaultKind)
async def test_every_kind_can_be_ordered(api: Api, kind: FaultKind) -> None:
    """In a phase that can suffer it."""
    phase = "webhook" if kind in {"DUPLICATE", "REORDER"} else "request"
    needs: dict[str, object] = {}
    if kind in {"status", "delay"}:
        needs = {"status": 500} if kind == "status" else {"seconds": 0.5}

    rule = await add(api, phase=phase, kind=kind, **needs)

    assert (kind, phase) == (rule["kind"], rule["phase"])


async def test_a_probability_has_a_seed(api: Api) -> None:
    """Left out, it is 1; so two runs strike alike."""
    seeds = [
        (await add(api, probability=0.5, **given))["seed"]
        for given in ({}, {"seed": 9})
    ]

    assert [1, 9] == seeds


async def test_a_rule_may_be_for_an_account_to_come(api: Api) -> None:
    """Its `test-` key opens it with the first request, which is struck."""
    await add(api, account="test-a", kind="status", status=500)

    with pytest.raises(AssertionError, match="does not open"):
        await opened(api, "test-a")


async def test_where_no_key_opens_an_account_it_has_to_be_there(serve: Serve) -> None:
    """A rule for it could never strike."""
    api = await serve(no_auto_accounts=True)

    status, reason = await refused(
        api, "POST", "/faults", {**RULE, "account": "test-a"}
    )

    assert (404, True) == (status, "no account 'test-a'" in reason)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"kind": "status", "status": 500}, "missing required field `phase`"),
        ({"phase": "request"}, "missing required field `kind`"),
        (
            {**RULE, "phase": "answer"},
            "unknown phase 'answer': one of request, webhook",
        ),
        ({**RULE, "kind": "FIRE"}, "unknown kind 'FIRE': one of status, delay, CONN"),
        ({**RULE, "operation": "sing"}, "unknown operation 'sing': one of batch, cou"),
        ({**RULE, "colour": 1}, "unknown field `colour`"),
        ({**RULE, "times": 0}, "`int` >= 1 - at `$.times`"),
        ({**RULE, "times": 1_000_001}, "`int` <= 1000000 - at `$.times`"),
        ({**RULE, "times": True}, "at `$.times`"),
        ({**RULE, "probability": 0}, "`float` > 0.0 - at `$.probability`"),
        ({**RULE, "probability": 1.1}, "`float` <= 1.0 - at `$.probability`"),
        ({**RULE, "probability": 1, "seed": -1}, "`int` >= 0 - at `$.seed`"),
        ({**RULE, "probability": 1, "seed": 2**53}, "at `$.seed`"),
        ({**RULE, "seed": 1}, "seed belongs to probability"),
        ({**STATUS, "status": None}, "kind status needs status"),
        ({**STATUS, "status": 399}, "`int` >= 400 - at `$.status`"),
        ({**STATUS, "status": 600}, "`int` <= 599 - at `$.status`"),
        ({**STATUS, "seconds": 1}, "seconds belongs to kind delay, not to status"),
        ({**RULE, "status": 500}, "status belongs to kind status, not to EMPTY_RESP"),
        ({**RULE, "kind": "delay"}, "kind delay needs seconds"),
        ({**RULE, "kind": "delay", "seconds": 0}, "`float` > 0.0 - at `$.seconds`"),
        ({**RULE, "kind": "delay", "seconds": 601}, "<= 600.0 - at `$.seconds`"),
        ({**STATUS, "phase": "webhook"}, "PUT /_emulator/inbox/{name}/script"),
        ({**RULE, "kind": "DUPLICATE"}, "its phase is webhook"),
        ({**RULE, "kind": "REORDER"}, "its phase is webhook"),
        (
            {**RULE, "phase": "webhook", "operation": "counts"},
            "counts delivers nothing",
        ),
        ({**RULE, "operation": "sdk", "account": "demo"}, "sdk is nobody's"),
        ([RULE], "Expected `object`"),
    ],
    ids=str,
)
async def test_a_rule_that_makes_no_sense_is_refused(
    api: Api, rule: object, reason: str
) -> None:
    """400 says what would; nothing is added."""
    status, said = await refused(api, "POST", "/faults", rule)

    assert (400, True) == (status, reason in said), said
    assert [] == await listed(api)


@pytest.mark.parametrize("account", ["nobody", "", "test-", "é"])
async def test_a_rule_for_an_unknown_account_is_refused(api: Api, account: str) -> None:
    """404, as everywhere."""
    status, _ = await refused(api, "POST", "/faults", {**RULE, "account": account})

    assert (404, []) == (status, await listed(api))


async def test_a_rule_that_an_older_one_hides_is_refused(api: Api) -> None:
    """409: it could never strike; the older one is named."""
    await add(api)

    status, reason = await refused(api, "POST", "/faults", STATUS)

    assert (409, True) == (status, reason.startswith("fault 1 strikes all"))
    assert [1] == await listed(api)


async def test_there_are_so_many_rules_at_most(api: Api) -> None:
    """409 to one more, and none is lost."""
    for _ in range(MAX_RULES):
        await add(api, times=1)

    status, reason = await refused(api, "POST", "/faults", {**RULE, "times": 1})

    assert (409, "there are 100 faults: delete some first") == (status, reason)
    assert MAX_RULES == len(await listed(api))


async def test_a_rule_is_deleted(api: Api) -> None:
    """It strikes no more."""
    number = (await add(api))["id"]

    assert {"deleted": number} == await api.control("DELETE", f"/faults/{number}")
    assert 200 == (await api.call("POST", CREDITS)).status


@pytest.mark.parametrize(("fault", "status"), [("7", 404), ("x", 400), ("-1", 400)])
async def test_a_rule_that_is_not_there_cannot_be_deleted(
    api: Api, fault: str, status: int
) -> None:
    """The refusal says so."""
    assert status == (await refused(api, "DELETE", f"/faults/{fault}"))[0]


@pytest.mark.parametrize(("query", "left"), [("", []), ("?account=test-a", [1, 3])])
async def test_rules_are_cleared(api: Api, query: str, left: list[int]) -> None:
    """All, or those for an account, which need not be there yet."""
    for account in (None, "test-a", "demo"):
        await add(api, account=account, times=1)

    await api.control("DELETE", f"/faults{query}")

    assert left == await listed(api)


async def test_the_rules_of_an_unknown_account_cannot_be_cleared(api: Api) -> None:
    """404, as everywhere."""
    assert 404 == (await refused(api, "DELETE", "/faults?account=nobody"))[0]


async def test_a_reset_takes_every_rule(api: Api) -> None:
    """Ids begin anew."""
    await add(api)
    await api.control("POST", "/reset")

    assert [] == await listed(api)
    assert 200 == (await api.call("POST", CREDITS)).status
    assert 1 == (await add(api))["id"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/reset", {"account": "test-a"}), ("DELETE", "/accounts/test-a", None)],
)
async def test_an_account_takes_its_rules_along(
    api: Api, method: str, path: str, body: object
) -> None:
    """Reset or deleted; those for others, or for all, stay."""
    await opened(api, "test-a")
    for account in (None, "test-a", "demo"):
        await add(api, account=account, times=1)

    await api.control(method, path, body)

    assert [1, 3] == await listed(api)
