import pytest
from pyroaring import BitMap

from reachapi_emulator.contacts.dataset import FieldIndex


def index(*texts: str | None, several: bool = False) -> FieldIndex:
    """Return the index of contacts with these texts."""
    return FieldIndex(range(len(texts)), texts, several=several)


def test_values_are_sorted() -> None:
    """Ruling 15."""
    expected = ("Apple", "Pear", "fig")

    assert expected == index("fig", "Pear", "Apple").values


def test_the_first_spelling_is_shown() -> None:
    """Values that compare alike are one value."""
    expected = ("Hayden",)

    assert expected == index("Hayden", " hayden ", "HAYDEN").values


def test_all_spellings_are_found() -> None:
    """Values that compare alike are one value."""
    assert BitMap([0, 1, 2]) == index("Hayden", " hayden ", "HAYDEN").matching("hayden")


def test_contacts_may_share_a_text() -> None:
    """A code is the position of a text."""
    shared = FieldIndex([1, 0, 1], [None, "Hayden"], several=False)

    assert BitMap([0, 2]) == shared.matching("hayden")


def test_a_field_of_several_values_is_split() -> None:
    """Commas separate them, white space around them does not count."""
    expected = ("Cloud", "Data", "Linux")

    assert expected == index("Data, Cloud,Linux", " Cloud ", several=True).values


def test_any_of_several_values_is_found() -> None:
    """Ruling 12."""
    assert BitMap([0, 1]) == index("Data, Cloud", "Cloud", several=True).matching(
        "cloud"
    )


def test_a_field_of_one_value_keeps_its_commas() -> None:
    """A company may be called so."""
    expected = ("Lee, Hall and Sons",)

    assert expected == index("Lee, Hall and Sons").values


@pytest.mark.parametrize("text", [None, "", " \t"])
@pytest.mark.parametrize("several", [False, True])
def test_blank_text_is_no_value(text: str | None, several: bool) -> None:
    """Nor is null, so that no preset is empty."""
    expected = ("Hayden",)

    assert expected == index(text, "Hayden", several=several).values


def test_blank_text_is_not_found() -> None:
    """Nor is null."""
    assert BitMap() == index("", " ", None).matching("")


def test_an_unknown_value_has_no_contacts() -> None:
    """The bitmap is empty."""
    assert BitMap() == index("Hayden").matching("burlington")
