"""The pytest plugin: fixtures, options, and what a failure shows.

pytest imports it in every run of a project that has it installed: what is dear is
imported when a fixture is used. What tells the time is bound at once: by then a test
may have frozen it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from reachapi_emulator.client import Account
    from reachapi_emulator.embedded import Emulator
    from reachapi_emulator.settings import Settings

_ACCOUNTS = "reachapi_emulator.client.account"
_MAX_NAME = 200


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--reachapi-url` and the settings of the configuration file."""
    group = parser.getgroup("reachapi", "ReachAPI emulator")
    group.addoption(
        "--reachapi-url",
        metavar="URL",
        help="Use the emulator at this URL instead of starting one.",
    )
    parser.addini(
        "reachapi_url",
        "Use the emulator at this URL instead of starting one.",
        default="",
    )
    parser.addini(
        "reachapi_settings",
        "Settings of the emulator that is started, one per line: credits = 500.",
        type="linelist",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse settings that make no sense before anything is collected."""
    if config.getini("reachapi_settings"):
        _settings(config)
    if url := _url(config):
        _check(url)


@pytest.fixture(scope="session")
def reachapi_settings(pytestconfig: pytest.Config) -> Settings:
    """Settings of the emulator that is started; override it for others."""
    return _settings(pytestconfig)


@pytest.fixture(scope="session")
def reachapi_server(
    pytestconfig: pytest.Config, reachapi_settings: Settings
) -> Iterator[Emulator]:
    """The emulator: one a session, or the one that `--reachapi-url` names."""
    with _emulator(_url(pytestconfig), reachapi_settings) as emulator:
        yield emulator


@pytest.fixture
def reachapi(
    request: pytest.FixtureRequest, reachapi_server: Emulator
) -> Iterator[Account]:
    """An account of its own on the emulator, deleted after the test."""
    from reachapi_emulator.client import EmulatorError  # noqa: PLC0415 # see above

    name = request.node.nodeid[-_MAX_NAME:]
    try:
        account = reachapi_server.account(name=name)
    except EmulatorError as error:
        raise _failure(error) from None
    with account:
        yield account


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what its accounts asked for and were delivered."""
    report = yield
    if report.failed and _ACCOUNTS in sys.modules:
        report.sections.extend(_sections(item))
    return report


def _url(config: pytest.Config) -> str:
    url: str = config.getoption("--reachapi-url") or config.getini("reachapi_url")
    return url


def _check(url: str) -> None:
    from reachapi_emulator.client.errors import EmulatorError  # noqa: PLC0415 # likewise
    from reachapi_emulator.client.transport import Connections  # noqa: PLC0415 # see above

    try:
        Connections(url)
    except EmulatorError as error:
        raise pytest.UsageError(f"reachapi_url: {error}") from None


def _settings(config: pytest.Config) -> Settings:
    from reachapi_emulator.settings import (  # noqa: PLC0415 # see above
        SettingsError,
        settings_of,
    )

    try:
        return settings_of(config.getini("reachapi_settings"), config.rootpath)
    except SettingsError as error:
        raise pytest.UsageError(f"reachapi_settings: {error}") from None


def _emulator(url: str, settings: Settings) -> Emulator:
    from reachapi_emulator.client import EmulatorError  # noqa: PLC0415 # see above
    from reachapi_emulator.embedded import Emulator  # noqa: PLC0415 # likewise

    if not url:
        return Emulator(settings)
    try:
        return Emulator.connect(url)
    except EmulatorError as error:
        raise _failure(error) from None


def _failure(error: Exception) -> BaseException:
    """Return what fails a test with one line."""
    return pytest.fail.Exception(_named(error), pytrace=False)


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _sections(item: pytest.Item) -> Iterator[tuple[str, str]]:
    from reachapi_emulator.client import Account, EmulatorError  # noqa: PLC0415 # see above

    used: dict[str, Any] = getattr(item, "funcargs", {})
    for value in used.values():
        if isinstance(value, Account):
            try:
                text = value.describe()
            except EmulatorError as error:
                text = _named(error)
            yield f"reachapi account {value.id}", text
