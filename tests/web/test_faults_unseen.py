from unittest.mock import Mock

import pytest

from reachapi_emulator.lab.fault import BREAKS, Kind
from reachapi_emulator.web.faults import break_off


@pytest.mark.parametrize("kind", BREAKS)
def test_who_has_gone_meanwhile_is_left_alone(kind: Kind) -> None:
    """There is no connection left to break."""
    assert 200 == break_off(Mock(transport=None), kind).status
