import pytest

from reachapi_emulator.contacts.generate.draws import Names, slug


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ann", "ann"),
        ("Weiß Söhne", "weisssohne"),
        ("Łukasz Dvořák", "lukaszdvorak"),
        ("Sørensen & Æbelø 24", "sorensenaebelo24"),
        ("O'Brien-Gonçalves", "obriengoncalves"),
    ],
)
def test_a_slug_is_fit_for_a_domain(name: str, expected: str) -> None:
    """Latin letters and digits, without accents or case."""
    assert expected == slug(name)


def test_a_pool_is_the_same_for_a_seed() -> None:
    """Whichever pools were made before it."""
    names = Names(1)
    names.of("fr_FR")

    assert Names(1).of("de_DE") == names.of("de_DE")


def test_another_seed_gives_another_pool() -> None:
    """Two data sets need not be of the same people."""
    assert Names(1).of("en_US") != Names(2).of("en_US")


def test_no_surname_has_a_comma() -> None:
    """Faker has some in the Netherlands."""
    assert not [name for name in Names(1).of("nl_NL").last_names if "," in name]


def test_a_street_is_one_line() -> None:
    """Faker breaks some in New Zealand and India."""
    streets = Names(1).of("en_IN").streets

    assert [" ".join(street.split()) for street in streets] == streets
