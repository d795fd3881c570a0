"""A pytest plugin that tells where an API differs from docs/fidelity.md."""

from collections.abc import Generator

import pytest

from support.contract import differences
from support.contract.promises import Promise
from support.contract.target import Target

PROMISED = pytest.StashKey[Promise]()
"""What a check is about."""

MISFITS = (AssertionError, LookupError, TypeError, AttributeError)
"""What a check raises that meets an answer of another shape."""


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
        if excinfo and PROMISED in item.stash and excinfo.errisinstance(MISFITS):
            about = item.stash[PROMISED]
            error = excinfo.exconly()
            found = differences.difference(about, item.name, compared, error)
            report.user_properties.append((differences.PROPERTY, list(found)))
            self._judge(report, about)
        return report

    def _judge(self, report: pytest.TestReport, about: Promise) -> None:
        live = self._named is not None and self._named.is_live
        if live and not about.binds_the_vendor:
            report.outcome = "skipped"  # with wasxfail: an expected failure
            report.wasxfail = f"differs: {about.source} is {about.label}"

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter
    ) -> None:
        """List the differences; say so if there are none with the API named."""
        listed = [
            difference
            for outcome in ("failed", "xfailed")
            for report in terminalreporter.getreports(outcome)
            for difference in differences.found(report.user_properties)
        ]
        if not listed and self._named is None:
            return
        terminalreporter.section("Differs from docs/fidelity.md")
        for difference in listed:
            terminalreporter.write_line("\n".join(difference.lines()))
        if not listed:
            terminalreporter.write_line("Nowhere, in what was checked.")
