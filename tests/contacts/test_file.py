"""Data set files: where they are, what is read of them, and every refusal."""

import re
from codecs import BOM_UTF8
from pathlib import Path

import orjson
import pytest
from contact_samples import contact, line, saved

from reachapi_emulator.contacts import file as module
from reachapi_emulator.contacts.errors import DatasetError, Problem
from reachapi_emulator.contacts.fields import FIELDS
from reachapi_emulator.contacts.file import (
    MAX_LINE,
    MAX_PROBLEMS,
    BadContactError,
    Contact,
    default_path,
    parse,
    read,
    vocabulary_path,
)

NO_OBJECT = "not a JSON object"
LONG = "longer than 64 KiB"


def problems(path: Path) -> tuple[Problem, ...]:
    try:
        read(path)
    except DatasetError as error:
        return error.problems
    return ()


def without(*keys: str) -> Contact:
    return {key: value for key, value in contact().items() if key not in keys}


def test_a_contact_is_parsed_whatever_the_order_of_its_keys() -> None:
    expected = contact(2**31 - 1, contact_name="Ann Lee", company_type="Non-Profit")
    found = parse(line(dict(reversed(expected.items()))))

    assert [*expected.items()] == [*found.items()]
    assert contact(1) == parse(line(without("company_type")))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        *(
            (bad, "not JSON: ")
            for bad in (b"hello\n", b"\n", b'{"id": 1', b'{"id": "\xff"}', b"[" * 5_000)
        ),
        *((bad, NO_OBJECT) for bad in (b"[]", b"7", b"null")),
        (b" " * (MAX_LINE + 1), LONG),
        (line(without("sic_code")), "missing sic_code"),
        (b"{}", "contact_last_name and 23 more"),
        (line(contact() | {"shoe_size": "44"}), "unknown field 'shoe_size'"),
        (
            line(contact() | {"contact_emial_1": "a@b.example"}),
            "unknown field 'contact_emial_1': did you mean 'contact_email_1'?",
        ),
        (line(contact() | {"sic_code": 8082}), "sic_code must be text or null"),
        (line(contact() | {"company_type": []}), "company_type must be text or null"),
        (line(contact() | {"contact_name": {}}), "contact_name must be text or null"),
        *(
            (line(contact() | {"id": value}), "id must be a whole number from 1 to 214")
            for value in (None, "1", 1.0, True, 0, -1, 2**31, 2**63)
        ),
    ],
)
def test_a_bad_line_is_refused(bad: bytes, reason: str) -> None:
    with pytest.raises(BadContactError, match=re.escape(reason)):
        parse(bad)


def test_every_fault_of_a_line_is_given() -> None:
    bad = without("npi_number", "contact_name") | {"id": 0, "sic_code": 7, "x": None}
    with pytest.raises(BadContactError) as caught:
        parse(line(bad))

    assert (
        "missing contact_name, npi_number",
        "id must be a whole number from 1 to 2147483647",
        "sic_code must be text or null",
        "unknown field 'x'",
    ) == caught.value.reasons


def test_records_and_their_values_are_put_in_id_order(tmp_path: Path) -> None:
    rows = [contact(n, contact_job_title_1=f"t{n}") for n in range(1, 100)]
    path = saved(tmp_path, rows[1::2] + rows[::2])
    # As an editor on Windows begins a file and ends lines, with blank ones between.
    windows = path.read_bytes().replace(b"\n", b"\r\n\r\n").removesuffix(b"\r\n")
    path.write_bytes(BOM_UTF8 + windows)
    table = read(path)

    assert [row["id"] for row in rows] == [
        orjson.loads(record)["id"] for record in table.records
    ]
    assert [row["contact_job_title_1"] for row in rows] == [
        table.texts[code] for code in table.codes[:: len(FIELDS)]
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, [(None, "No such file or directory")]),
        (b"", [(None, "no contacts: the file is empty")]),
        (b"\n \t\r\n\n", [(None, "no contacts: the file is empty")]),
        (b" " * MAX_LINE + b" \n" + line(contact()), [(1, LONG)]),
        (b"\n" + line(contact()) + b" \r\n7\n", [(4, NO_OBJECT)]),
        (
            line(contact(7)) + line(contact(8)) + line(contact(7)) * 2,
            [(number, "duplicate id 7, first on line 1") for number in (3, 4)],
        ),
        (
            b"[]\n" + line(contact()) + b"7\n" + line(contact() | {"id": 0}),
            [
                (1, NO_OBJECT),
                (3, NO_OBJECT),
                (4, "id must be a whole number from 1 to 2147483647"),
            ],
        ),
        (
            b"x" * (3 * MAX_LINE) + b"\n" + line(contact()) + b"[]\n",
            [(1, LONG), (3, NO_OBJECT)],
        ),
    ],
    ids=[
        "missing",
        "empty",
        "blank",
        "long blank",
        "blank lines",
        "duplicates",
        "bad lines",
        "long line",
    ],
)
def test_a_bad_file_is_refused_with_every_bad_line(
    tmp_path: Path, content: bytes | None, expected: list[tuple[int | None, str]]
) -> None:
    path = tmp_path / "contacts.ndjson"
    if content is not None:
        path.write_bytes(content)

    assert tuple(Problem(*each) for each in expected) == problems(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert (Problem(None, "Is a directory"),) == problems(tmp_path)


@pytest.mark.parametrize(("excess", "expected"), [(0, ()), (1, (Problem(1, LONG),))])
def test_a_line_may_have_64_kib(
    tmp_path: Path, excess: int, expected: tuple[Problem, ...]
) -> None:
    name = "x" * (MAX_LINE - len(line(contact(1, contact_name=""))) + excess)

    assert expected == problems(saved(tmp_path, [contact(1, contact_name=name)]))


def test_reading_stops_after_too_many_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_LINES", 3)
    rows = [contact(number) for number in range(1, 10)]

    assert (Problem(4, "more than 3 lines"),) == problems(saved(tmp_path, rows))


def test_the_list_of_problems_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "contacts.ndjson"
    path.write_bytes(b"[]\n" * (MAX_PROBLEMS + 1_234))
    with pytest.raises(DatasetError) as caught:
        read(path)

    *listed, last = str(caught.value).splitlines()
    assert [
        f"{path}:{n}: not a JSON object" for n in range(1, MAX_PROBLEMS + 1)
    ] == listed
    assert f"{path}: and 1,234 more" == last


@pytest.mark.parametrize("installed", [True, False])
def test_the_data_are_in_the_package_or_beside_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, installed: bool
) -> None:
    package = tmp_path / "emulator" / "reachapi_emulator"
    (package / "fixtures" if installed else package).mkdir(parents=True)
    monkeypatch.setattr(module, "_PACKAGE", package)
    folder = (package if installed else tmp_path) / "fixtures"

    assert folder / "contacts.ndjson" == default_path()
    assert folder / "vocabulary" == vocabulary_path()
