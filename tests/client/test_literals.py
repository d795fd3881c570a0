"""The names that a type checker knows are those of the emulator."""

from typing import get_args

import pytest

from reachapi_emulator.client import (
    CircuitName,
    KindName,
    OperationName,
    PhaseName,
    StateName,
    WaitName,
)
from reachapi_emulator.testing.faults import FaultKind, FaultPhase
from reachapi_emulator.vendor.job import STATES, WAITS_FOR
from reachapi_emulator.vendor.lanes import Circuit
from reachapi_emulator.web.vendor_api import OPERATIONS


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (OperationName, {operation.name for operation in OPERATIONS}),
        (StateName, set(STATES)),
        (KindName, set(FaultKind)),
        (PhaseName, set(FaultPhase)),
        (CircuitName, set(get_args(Circuit))),
        (WaitName, set(WAITS_FOR.values())),
    ],
)
def test_the_literals_of_the_client_are_complete(
    names: object, known: set[str]
) -> None:
    assert known == set(get_args(names))
