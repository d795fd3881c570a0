"""Filters and presets, against a plain loop over the contacts."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from contact_samples import contact, loaded, saved
from hypothesis import given, strategies as st
from pyroaring import BitMap

from reachapi_emulator.contacts import query
from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.contacts.fields import BY_FILTER, FIELDS, Field
from reachapi_emulator.contacts.file import DEFAULT_SEED, Contact, vocabulary_path
from reachapi_emulator.contacts.generate.contacts import contacts
from reachapi_emulator.contacts.generate.vocabulary import Vocabulary
from reachapi_emulator.contacts.query import (
    MAX_VALUES,
    FilterError,
    first,
    join,
    joined_size,
    match,
    parse_filter,
    presets,
)

RawFilter = Mapping[str, Mapping[str, str | int]]

ROWS = list(contacts(300, DEFAULT_SEED, Vocabulary.load(vocabulary_path())))
DISGUISES: list[Callable[[str], str]] = [
    str,
    str.upper,
    str.lower,
    str.swapcase,
    "  {}\t".format,
]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("query")
    return Dataset.load(saved(folder, ROWS[1::2] + ROWS[::2]))


def values(row: Contact, field: Field) -> list[str]:
    text = row[field.record]
    if not isinstance(text, str):
        return []
    return text.split(", ") if field.several else [text]


def matched(raw: RawFilter) -> list[int]:
    """Return what a filter matches, by a plain loop over the contacts."""

    def alike(name: str, wanted: str | int, value: str) -> bool:
        digits = {"sic_code": 4, "company_address_zipcode": 5}.get(name, 0)
        if isinstance(wanted, int) and value.isdecimal() and len(value) <= digits:
            return wanted == int(value)
        return str(wanted).strip().casefold() == value.strip().casefold()

    return [
        number
        for number, row in enumerate(ROWS)
        if all(
            any(
                alike(name, w, v)
                for w in wanted.values()
                for v in values(row, BY_FILTER[name])
            )
            for name, wanted in raw.items()
            if wanted
        )
    ]


def wanted(field: Field) -> st.SearchStrategy[str | int]:
    known = sorted({value for row in ROWS for value in values(row, field)})
    disguised = st.builds(
        lambda f, v: f(v), st.sampled_from(DISGUISES), st.sampled_from(known)
    )
    numbers = [int(value) for value in known if value.isdecimal() and value[0] != "0"]
    return st.one_of(
        disguised,
        st.text("aA1ß, -\t", max_size=5),
        st.integers(),
        st.sampled_from(numbers) if numbers else st.nothing(),
    )


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        field.filter: st.lists(wanted(field), max_size=8).map(
            lambda drawn: {str(key): value for key, value in enumerate(drawn)}
        )
        for field in FIELDS
    },
)


@given(raw=FILTERS, row=st.none() | st.sampled_from(ROWS))
def test_a_filter_matches_what_a_plain_loop_finds(
    dataset: Dataset, raw: RawFilter, row: Contact | None
) -> None:
    """Rulings 11 and 12, for any filter, and one with a contact's own values."""
    if row is not None:
        raw = {
            name: {**wanted, "own": value}
            for name, wanted in raw.items()
            for value in values(row, BY_FILTER[name])[-1:]
        }

    matches = match(dataset, parse_filter(raw))

    assert row is None or ROWS.index(row) in matches
    assert BitMap(matched(raw)) == matches


def test_matches_are_the_callers_own(dataset: Dataset) -> None:
    raw = {"company_name": {"0": "DataCaptive"}}
    before = len(match(dataset, parse_filter(raw)))

    match(dataset, parse_filter(raw)).clear()
    match(dataset, {}).clear()

    assert before == len(match(dataset, parse_filter(raw)))
    assert len(ROWS) == len(match(dataset, {}))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" C-Suite ", "c-suite"),
        ("WEISS", "weiss"),
        ("", ""),
        (8082, "8082"),
        (8082.0, "8082"),
        (1.5, "1.5"),
        (-7, "-7"),
        (float("inf"), "inf"),
        (1e300, str(int(1e300))),
    ],
)
@pytest.mark.parametrize("name", ["company_address_country", "job_title"])
def test_a_wanted_value_is_normalised(name: str, value: object, expected: str) -> None:
    assert {name: (expected,)} == parse_filter({name: {"0": value}})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("sic_code", 111, ("111", "0111")),
        ("sic_code", 8082.0, ("8082",)),
        ("sic_code", 80820, ("80820",)),
        ("sic_code", "0111", ("0111",)),
        ("company_address_zipcode", 501, ("501", "0501", "00501")),
        ("company_address_zipcode", -501, ("-501",)),
    ],
)
def test_a_number_stands_for_a_code_with_the_zeros_that_it_has_lost(
    name: str, value: object, expected: tuple[str, ...]
) -> None:
    """Ruling 12: text compares whole."""
    assert {name: expected} == parse_filter({name: {"0": value}})


def test_a_preset_is_found_however_its_letters_are_composed(tmp_path: Path) -> None:
    dataset = loaded(tmp_path, contact(company_address_city="Ko\u0308ln"))
    composed = {"company_address_city": {"0": "K\u00d6LN"}}

    assert ["Ko\u0308ln"] == presets(dataset, [("address_city", "\u00d6l")])
    assert [0] == list(match(dataset, parse_filter(composed)))


def test_the_number_of_values_is_bounded() -> None:
    allowed = dict.fromkeys(map(str, range(MAX_VALUES)), "8082")

    assert {"sic_code": ("8082",) * MAX_VALUES} == parse_filter({"sic_code": allowed})
    with pytest.raises(FilterError, match="'sic_code' has 1,001 values; at most 1,000"):
        parse_filter({"sic_code": {**allowed, "one more": "8082"}})


def test_lenient_ignores_unknown_fields_and_nothing_else() -> None:
    raw: dict[str, object] = {"job_titel": None, "job_title": {"0": "Buyer"}}

    assert {"job_title": ("buyer",)} == parse_filter(raw, lenient=True)
    with pytest.raises(FilterError, match="'job_title' must be an object"):
        parse_filter({"job_title": None}, lenient=True)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, []), (1, [3]), (2, [3, 5]), (3, [3, 5, 9]), (2**70, [3, 5, 9])],
)
def test_the_first_matches(count: int, expected: list[int]) -> None:
    assert BitMap(expected) == first(BitMap([9, 5, 3]), count)


def test_white_space_around_the_text_of_a_preset_does_not_count(
    dataset: Dataset,
) -> None:
    found = presets(dataset, [("address_city", "york")])

    assert ["New York"] == found == presets(dataset, [("address_city", " York\n")])


@pytest.mark.parametrize("batch_size", [1, 2_000, query.BATCH_SIZE])
@given(data=st.data())
def test_joined_records_are_separated_by_commas(
    dataset: Dataset, batch_size: int, data: st.DataObject
) -> None:
    numbers = BitMap(data.draw(st.sets(st.integers(0, len(ROWS) - 1))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(query, "BATCH_SIZE", batch_size)
        joined = b"".join(join(dataset, numbers))

    assert b",".join(map(dataset.record, numbers)) == joined


@given(numbers=st.sets(st.integers(0, len(ROWS) - 1)))
def test_the_joined_size_is_exact(dataset: Dataset, numbers: set[int]) -> None:
    assert len(b"".join(join(dataset, numbers))) == joined_size(dataset, numbers)


def test_batches_are_bounded(dataset: Dataset) -> None:
    sizes = [len(batch) for batch in join(dataset, list(dataset.everything) * 10)]
    expected = dataset.size * 10 // query.BATCH_SIZE + 1

    assert expected == len(sizes)
    assert max(sizes) < query.BATCH_SIZE * 1.2
