from pathlib import Path

import orjson
import pytest
from contact_samples import contact, line, saved

from reachapi_emulator.contacts import file as loading
from reachapi_emulator.contacts.errors import DatasetError, Problem
from reachapi_emulator.contacts.fields import FIELDS
from reachapi_emulator.contacts.file import MAX_LINE, MAX_PROBLEMS, read


def problems(path: Path) -> tuple[Problem, ...]:
    """Return the problems that a file is refused with; none if it is read."""
    try:
        read(path)
    except DatasetError as error:
        return error.problems
    return ()


def test_records_are_put_in_id_order(tmp_path: Path) -> None:
    """The order of the lines does not matter."""
    rows = [contact(number, sic_code=str(number)) for number in range(1, 100)]

    table = read(saved(tmp_path, rows[1::2] + rows[::2]))

    assert [row["id"] for row in rows] == [
        orjson.loads(record)["id"] for record in table.records
    ]


def test_codes_follow_their_records(tmp_path: Path) -> None:
    """Values are those of the record, whatever the order of the lines."""
    rows = [
        contact(n, contact_job_title_1=t) for n, t in [(2, "b"), (3, "c"), (1, "a")]
    ]
    expected = ["a", "b", "c"]

    table = read(saved(tmp_path, rows))

    assert expected == [table.texts[code] for code in table.codes[:: len(FIELDS)]]


def test_the_last_line_may_lack_its_end(tmp_path: Path) -> None:
    """An editor may have left it out."""
    path = tmp_path / "contacts.ndjson"
    path.write_bytes((line(contact(1)) + line(contact(2))).rstrip())
    expected = [1, 2]

    assert expected == [orjson.loads(record)["id"] for record in read(path).records]


def test_lines_may_end_as_on_windows(tmp_path: Path) -> None:
    """A carriage return is white space to JSON."""
    path = tmp_path / "contacts.ndjson"
    path.write_bytes(line(contact(1)).replace(b"\n", b"\r\n"))
    expected = [1]

    assert expected == [orjson.loads(record)["id"] for record in read(path).records]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The reason is the system's."""
    expected = (Problem(None, "No such file or directory"),)

    assert expected == problems(tmp_path / "nowhere.ndjson")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """The reason is the system's."""
    expected = (Problem(None, "Is a directory"),)

    assert expected == problems(tmp_path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    """Nothing could be found in it."""
    expected = (Problem(None, "no contacts: the file is empty"),)

    assert expected == problems(saved(tmp_path, []))


def test_a_duplicate_id_is_refused(tmp_path: Path) -> None:
    """The reason says where the id stood first."""
    rows = [contact(7), contact(8), contact(7), contact(7)]
    expected = (
        Problem(3, "duplicate id 7, first on line 1"),
        Problem(4, "duplicate id 7, first on line 1"),
    )

    assert expected == problems(saved(tmp_path, rows))


def test_every_bad_line_is_listed(tmp_path: Path) -> None:
    """Good ones between them do not end the search."""
    path = tmp_path / "contacts.ndjson"
    path.write_bytes(b"[]\n" + line(contact(1)) + b"7\n" + line(contact(1) | {"id": 0}))
    expected = (
        Problem(1, "not a JSON object"),
        Problem(3, "not a JSON object"),
        Problem(4, "id must be a whole number from 1 to 2147483647"),
    )

    assert expected == problems(path)


def test_a_long_line_is_one_problem(tmp_path: Path) -> None:
    """What follows it keeps its line number."""
    path = tmp_path / "contacts.ndjson"
    path.write_bytes(b"x" * (3 * MAX_LINE) + b"\n" + line(contact(1)) + b"[]\n")
    expected = (Problem(1, "longer than 64 KiB"), Problem(3, "not a JSON object"))

    assert expected == problems(path)


@pytest.mark.parametrize(
    ("excess", "expected"), [(0, ()), (1, (Problem(1, "longer than 64 KiB"),))]
)
def test_a_line_may_have_64_kib(
    tmp_path: Path, excess: int, expected: tuple[Problem, ...]
) -> None:
    """Its end included; one byte more is too long."""
    name = "x" * (MAX_LINE - len(line(contact(1, contact_name=""))) + excess)

    assert expected == problems(saved(tmp_path, [contact(1, contact_name=name)]))


def test_too_many_lines_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading stops at the bound."""
    monkeypatch.setattr(loading, "MAX_LINES", 3)
    path = saved(tmp_path, [contact(number) for number in range(1, 10)])
    expected = (Problem(4, "more than 3 lines"),)

    assert expected == problems(path)


def test_the_list_of_problems_is_bounded(tmp_path: Path) -> None:
    """The rest is counted."""
    path = tmp_path / "contacts.ndjson"
    path.write_bytes(b"[]\n" * (MAX_PROBLEMS + 1_234))

    with pytest.raises(DatasetError) as caught:
        read(path)

    *listed, last = str(caught.value).splitlines()
    expected = [f"{path}:{n}: not a JSON object" for n in range(1, MAX_PROBLEMS + 1)]
    assert expected == listed
    assert f"{path}: and 1,234 more" == last


def test_a_problem_of_the_whole_file_has_no_line(tmp_path: Path) -> None:
    """The text says the file and the reason."""
    path = tmp_path / "nowhere.ndjson"

    with pytest.raises(DatasetError) as caught:
        read(path)

    assert f"{path}: No such file or directory" == str(caught.value)
