"""The pytest plugin, in runs of pytest of their own."""

import os
from pathlib import Path

import pytest

from reachapi_emulator.embedded import Emulator
from support import measuring
from support.project import CLIENT, PLUGIN, STRICT, Ran, run
from support.start import free_port

pytest_plugins = ["pytester"]

MEASURED = {name: os.environ.get(name, "") for name in measuring.UNMEASURED}

PROJECT = {
    "client": CLIENT,
    "emulator": "ANSWER = 42",
    "test_a": """
        import pytest
        from client import fetch

        urls = set()

        def test_sync(reachapi):
            urls.add(reachapi.url)
            fetch(reachapi)
            assert 2 == len(reachapi.wait_for_webhook().records)
            assert 498 == reachapi.credits

        async def test_async(reachapi):
            urls.add(reachapi.url)
            fetch(reachapi, 3)
            assert 3 == len((await reachapi.async_wait_for_webhook()).records)
            assert 497 == reachapi.credits

        def test_one_server(reachapi_server):
            assert {reachapi_server.url} == urls
            assert ["demo"] == [account.id for account in reachapi_server.accounts]

        def test_settings(reachapi_settings):
            assert (1, 2) == reachapi_settings.retry_schedule

        def test_own_module(reachapi):
            from emulator import ANSWER
            assert 42 == ANSWER
        """,
    "test_b": '''
        from client import fetch

        def test_fails(reachapi):
            reachapi.script_inbox([500])
            reachapi.freeze()
            fetch(reachapi)
            reachapi.advance(1)
            reachapi.wait_for_job(reachapi.jobs[0].unique_processing_id, attempts=1)
            assert False

        def fails():
            """
            >>> 1
            2
            """

        def test_fails_without_an_account():
            assert False
        ''',
    "test_c": """
        def test_loses(reachapi_server, reachapi):
            reachapi_server._serving.stop()
            reachapi.credits

        def test_next(reachapi):
            pass
        """,
}

OVERRIDDEN = {
    "client": CLIENT,
    "conftest": """
        import pytest
        from reachapi_emulator.settings import Settings

        @pytest.fixture(scope="session")
        def reachapi_settings():
            return Settings(port=0, credits=7)

        @pytest.fixture(scope="module")
        def reachapi(reachapi_server):
            with reachapi_server.account() as account:
                yield account
        """,
    "test_it": """
        def test_first(reachapi):
            reachapi.set_credits(reachapi.credits - 1)

        def test_second(reachapi):
            assert 7 == reachapi.credits
        """,
}

PARALLEL = {
    "client": CLIENT,
    "test_it": """
        import pytest
        from client import fetch

        @pytest.mark.parametrize("number", range(100))
        def test_it(reachapi, number):
            count = number % 7 + 1
            reachapi.freeze()
            job = fetch(reachapi, count)["data"]["unique_processing_id"]
            reachapi.advance(60)
            delivery = reachapi.wait_for_webhook()
            assert job == delivery.unique_processing_id
            assert count == len(delivery.records) == 10_000 - reachapi.credits
            assert [job] == [each.unique_processing_id for each in reachapi.jobs]
            assert ["fetch"] == [each.operation for each in reachapi.requests]
            assert [count] == [len(each.records) for each in reachapi.inbox]
        """,
}

UNUSED = {
    "test_it": """
        import sys

        def test_it():
            dear = {"aiohttp", "http.client", "orjson", "msgspec"}
            dear |= {"reachapi_emulator.client"}
            assert set() == dear & set(sys.modules)
        """,
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("project")
    (folder / "pytest.ini").write_text(
        "[pytest]\nreachapi_settings =\n    credits = 500\n    retry_schedule = 1, 2\n"
    )
    return run(folder, PROJECT, *STRICT, "--doctest-modules", **MEASURED)


@pytest.mark.parametrize(
    "test",
    ["test_sync", "test_async", "test_one_server", "test_settings", "test_own_module"],
)
def test_a_project_uses_its_accounts_on_one_server(ran: Ran, test: str) -> None:
    assert test in ran.ended["passed"]


def test_a_failure_shows_what_its_account_did(ran: Ran) -> None:
    pytest.LineMatcher(ran.section("test_fails").splitlines()).fnmatch_lines(
        [
            "*- reachapi account test-* -*",
            "*POST /api/v2/async/records/filter  200 Records processing initiated",
            "*job 13*  delivering  fetchCount 2*",
            "*attempt 1  first  http://127.0.0.1:*500 unexpected_status in * ms",
        ]
    )


def test_what_passes_or_has_no_account_shows_none(ran: Ran) -> None:
    assert "test_fails_without_an_account" in ran.ended["failed"]
    assert "[doctest] test_b.fails" in ran.text
    assert "- reachapi account" not in ran.section("test_fails_without_an_account")
    assert 3 == ran.text.count("- reachapi account")  # above once, and below twice


def test_a_lost_connection_is_named(ran: Ran) -> None:
    pytest.LineMatcher(ran.section("test_loses").splitlines()).fnmatch_lines(
        [
            "E  *ConnectionLost: http://127.0.0.1:* does not answer*still*",
            "*- reachapi account test-* -*",
            "ConnectionLost: http://127.0.0.1:* does not answer*",
        ]
    )
    assert ["test_loses", "test_next"] == ran.ended["error"]


def test_the_fixtures_can_be_overridden(tmp_path: Path) -> None:
    ran = run(tmp_path, OVERRIDDEN, *STRICT, "--import-mode=append")

    assert {"passed": 1, "failed": 1} == ran.outcomes()
    assert "assert 7 == 6" in ran.text
    assert "- reachapi account test-" in ran.text


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    modules = {"test_it": "def test_it(reachapi): pass"}
    ran = run(tmp_path, modules, "--reachapi-url", url, **MEASURED)

    assert {"error": 1} == ran.outcomes()
    pytest.LineMatcher(ran.text.splitlines()).fnmatch_lines(
        [
            "*ERROR at setup of test_it*",
            f"ConnectionLost: {url} does not answer*",
            "*short test summary*",
        ],
        consecutive=True,
    )


@pytest.mark.slow
def test_a_hundred_tests_of_two_workers_share_a_server(
    tmp_path: Path, emulator: Emulator
) -> None:
    emulator.reset()
    workers = ("-p", "xdist.plugin", "-n2", "--reachapi-url", emulator.url)
    ran = run(tmp_path, PARALLEL, *STRICT, *workers)

    assert {"passed": 100} == ran.outcomes()
    assert ["demo"] == [account.id for account in emulator.accounts]
    assert not emulator.clock.frozen
    assert [] == emulator.requests()


def test_a_run_that_does_not_use_it_imports_nothing_dear(tmp_path: Path) -> None:
    assert {"passed": 1} == run(tmp_path, UNUSED).outcomes()


def test_it_may_be_named_though_it_is_installed(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('pytest_plugins = ["reachapi_emulator.pytest_plugin"]')
    pytester.makepyfile("def test_it(reachapi): pass")
    others = ("randomly", "schemathesis", "pytest_cov", "aiohttp", "asyncio")
    left_out = [part for each in others for part in ("-p", f"no:{each}")]
    result = pytester.runpytest_inprocess(*PLUGIN, *left_out, "--setup-plan")

    assert pytest.ExitCode.OK == result.ret
    result.stdout.fnmatch_lines(["*SETUP    F reachapi (*"])


@pytest.mark.parametrize(
    ("configuration", "line"),
    [
        (
            "reachapi_settings = credit = 5",
            "ERROR: reachapi_settings: credit is no setting: do you mean credits?",
        ),
        (
            "reachapi_settings = credits = -1",
            "ERROR: reachapi_settings: credits must be from 0 to *: -1 is not",
        ),
        (
            "reachapi_url = localhost:9010",
            "ERROR: reachapi_url: 'localhost:9010' is no address of an emulator: *",
        ),
    ],
)
def test_configuration_that_makes_no_sense_stops_the_run_with_one_line(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    configuration: str,
    line: str,
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini(f"[pytest]\n{configuration}")
    pytester.makepyfile("raise SystemExit('collected')")
    result = pytester.runpytest_inprocess(*PLUGIN)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines([line])
    assert 1 == len([text for text in result.errlines if text.strip()])
