"""Which promise a check is about, and how a difference from it is told."""

import pytest

from support.contract.differences import LONGEST, PROPERTY, difference, found
from support.contract.promises import Promise, PromiseError, promise

OURS = Promise("Ruling 3", "ours", "It says so.")


def test_a_row_with_one_label_is_named_by_its_source() -> None:
    """The label and the words are those of the page."""
    counts = promise("Counts API: 400")

    assert ("documented", True) == (counts.label, counts.binds_the_vendor)
    assert counts.behaviour.startswith("Without a filter")


@pytest.mark.parametrize(("label", "binds"), [("documented", True), ("ours", False)])
def test_a_row_with_two_labels_has_a_part_of_each(label: str, binds: bool) -> None:
    """Only what is documented binds the vendor."""
    assert binds == promise("Ruling 19", label).binds_the_vendor


@pytest.mark.parametrize(
    ("source", "label", "reason"),
    [
        ("Ruling 99", None, r"has no row 'Ruling 99'"),
        ("Ruling 19", None, r"has several labels, documented, ours: name one"),
        ("Ruling 19", "observed", r"is documented, ours, not observed"),
        ("Ruling 3", "documented", r"is ours, not documented"),
    ],
)
def test_what_the_page_does_not_say_is_refused(
    source: str, label: str | None, reason: str
) -> None:
    """The text says how the row is labelled."""
    with pytest.raises(PromiseError, match=reason):
        promise(source, label)


def test_a_difference_tells_what_was_compared() -> None:
    """Source, label and check, then both sides."""
    told = difference(OURS, "test_a", ((405, "no"), (404, "no\n")), "")

    assert [
        "Ruling 3 (ours): test_a",
        "  expected: (405, 'no')",
        "  came:     (404, 'no\\n')",
    ] == list(told.lines())


def test_without_a_comparison_it_tells_the_words_of_the_page() -> None:
    """And the error, on one line."""
    told = difference(OURS, "test_a", None, "no success:\n  Answer")

    assert ("It says so.", "no success: Answer") == (told.expected, told.came)


def test_what_is_long_is_cut() -> None:
    """A whole page may have come."""
    told = difference(OURS, "test_a", ("", "x" * 9_999), "")

    assert "x" * LONGEST + "..." == told.came


def test_a_difference_is_found_again_among_properties() -> None:
    """It has travelled as a list; what else is there is passed over."""
    told = difference(OURS, "test_a", (1, 2), "")

    assert [told] == list(found([("other", 1), (PROPERTY, list(told))]))
