"""What is promised to who searches, where one request does not show it."""

import pytest

from contract.table import DOCUMENTED, OURS
from support.client import COUNTS, COUNTS_OF_SAMPLES, CREDITS, PRESETS
from support.contract.client import Vendor
from support.surface import C_SUITE, FIELDS, Searched

NOBODY = "reachapi contract suite: no such value"

promise = pytest.mark.promise


def counted(vendor: Vendor, **wanted: object) -> int:
    """Return how many contacts match a filter."""
    count: int = vendor.post(COUNTS, {"filter": wanted}).data["counts"]
    return count


@promise("Ruling 18", DOCUMENTED)
def test_both_paths_count_alike(vendor: Vendor) -> None:
    form = {"filter": C_SUITE}
    one, other = (vendor.post(path, form) for path in (COUNTS, COUNTS_OF_SAMPLES))

    assert one.content == other.content


@promise("Ruling 19", OURS)
def test_counting_costs_nothing(vendor: Vendor) -> None:
    before = vendor.post(CREDITS).data
    counted(vendor, **C_SUITE)

    assert before == vendor.post(CREDITS).data


@promise("Ruling 11", OURS)
def test_of_several_values_one_suffices(vendor: Vendor) -> None:
    either = {"0": NOBODY, "1": "C-Suite"}

    assert counted(vendor, **C_SUITE) == counted(vendor, job_title_level=either)


@promise("Ruling 12", OURS)
def test_case_and_outer_space_play_no_part(vendor: Vendor) -> None:
    odd = {"0": " c-SUITE "}

    assert counted(vendor, **C_SUITE) == counted(vendor, job_title_level=odd)


@promise("Filter Property", DOCUMENTED)
@pytest.mark.emulator_only
@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.filter)
def test_a_field_takes_its_predefined_values(vendor: Vendor, field: Searched) -> None:
    first, *_, last = vendor.get(f"{PRESETS}?{field.preset}=").data

    for value in (first, last):
        assert 0 < counted(vendor, **{field.filter: {"0": value}})


@promise("Ruling 10", OURS)
def test_no_header_tells_of_the_limit(vendor: Vendor) -> None:
    names = {name.casefold() for name in vendor.post(CREDITS).headers}

    assert [] == [name for name in names if "ratelimit" in name]
    assert "retry-after" not in names
