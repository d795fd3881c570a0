"""A pytest plugin that tells where an API differs from what was promised."""

from collections.abc import Generator, Iterable, Iterator
from typing import NamedTuple

import pytest

from support.contract.target import Target

PROPERTY = "differs"
"""The name of a report's property, which travels between processes as it is."""

MAX_TEXT = 400

MISFITS = (AssertionError, LookupError, TypeError, AttributeError)
"""What a check raises that meets an answer of another shape."""

DOCUMENTED = "documented"
"""The label of what binds the vendor."""


class Source(NamedTuple):
    """The row of docs/fidelity.md that a check is about, and a label of that row."""

    row: str
    label: str


class Difference(NamedTuple):
    """A promise that was not kept, in words: what was expected, what came."""

    row: str
    label: str
    check: str
    expected: str
    came: str

    def lines(self) -> Iterator[str]:
        """Yield it as it is listed."""
        yield f"{self.row} ({self.label}): {self.check}"
        yield f"  expected: {self.expected}"
        yield f"  came:     {self.came}"


def difference(
    source: Source, check: str, compared: tuple[object, object] | None, error: str
) -> Difference:
    """Return what a check found.

    Args:
        source: what it is about.
        check: its name.
        compared: what was expected and what came, if that was compared.
        error: what went wrong else.
    """
    expected, came = compared or ("an answer of another shape", error)
    return Difference(*source, check, _short(expected), _short(came))


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    line = " ".join(text.split())
    return line if len(line) <= MAX_TEXT else f"{line[:MAX_TEXT]}..."


def found(properties: Iterable[tuple[str, object]]) -> Iterator[Difference]:
    """Yield the differences among the properties of a report."""
    for name, value in properties:
        if name == PROPERTY and isinstance(value, list | tuple):
            yield Difference(*map(str, value))


SOURCE = pytest.StashKey[Source]()
"""What a check is about."""


class Reporter:
    """Notes every difference with the check's report, and lists all at the end.

    Args:
        named: the API that the user named; None if an emulator is started.
    """

    def __init__(self, named: Target | None) -> None:
        self._named = named
        self._compared: tuple[object, object] | None = None

    def pytest_assertrepr_compare(self, left: object, right: object) -> None:
        """Keep what was expected and what came; pytest explains it."""
        self._compared = (left, right)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note a difference; let it pass where the vendor promised nothing."""
        compared, self._compared = self._compared, None
        report = yield
        excinfo = call.excinfo if call.when == "call" else None
        if excinfo and SOURCE in item.stash and excinfo.errisinstance(MISFITS):
            source = item.stash[SOURCE]
            told = difference(source, item.name, compared, excinfo.exconly())
            report.user_properties.append((PROPERTY, list(told)))
            self._judge(report, source)
        return report

    def _judge(self, report: pytest.TestReport, source: Source) -> None:
        live = self._named is not None and self._named.is_live
        if live and source.label != DOCUMENTED:
            report.outcome = "skipped"  # with wasxfail: an expected failure
            report.wasxfail = f"differs: {source.row} is {source.label}"

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        """List the differences; say so if there are none with the API named."""
        listed = [
            each
            for outcome in ("failed", "xfailed")
            for report in terminalreporter.getreports(outcome)
            for each in found(report.user_properties)
        ]
        if not listed and self._named is None:
            return
        terminalreporter.section("Differs from docs/fidelity.md")
        for each in listed:
            terminalreporter.write_line("\n".join(each.lines()))
        if not listed:
            terminalreporter.write_line("Nowhere, in what was checked.")
