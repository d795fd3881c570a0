"""The pytest plugin, in runs of pytest of their own."""

from collections.abc import Iterator

import pytest

from reachapi_emulator.embedded import Emulator
from support.embedded import free_port

pytest_plugins = ["pytester"]

PLUGIN = ("-p", "reachapi_emulator.pytest_plugin", "-p", "no:cacheprovider")
STRICT = (
    *("-W", "error"),
    *("-p", "pytest_asyncio.plugin"),
    *("-o", "asyncio_mode=auto"),
    *("-o", "asyncio_default_fixture_loop_scope=function"),
)

CLIENT = '''
import http.client, json
from urllib.parse import urlsplit

def fetch(account, count=2):
    """A client under test."""
    connection = http.client.HTTPConnection(urlsplit(account.url).netloc, timeout=10)
    body = json.dumps({"fetchCount": count, "filter": {}})
    path = "/api/v2/async/records/filter"
    connection.request("POST", path, body, {"X-API-Key": account.api_key})
    answer = json.load(connection.getresponse())
    connection.close()
    return answer
'''

Run = pytest.RunResult


@pytest.fixture
def project(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> pytest.Pytester:
    """A project with a client to test, and no other plugins than it asks for."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile(client=CLIENT)
    return pytester


@pytest.fixture(scope="module")
def shared() -> Iterator[Emulator]:
    """An emulator that runs elsewhere."""
    with Emulator(validation_delay=0) as shared:
        yield shared


def run(project: pytest.Pytester, *arguments: str) -> Run:
    """Run pytest in the project."""
    return project.runpytest_subprocess(*PLUGIN, *STRICT, *arguments, timeout=50)


def test_tests_pass_synchronous_and_asynchronous(project: pytest.Pytester) -> None:
    """Each on an account of its own, on one server."""
    project.makepyfile("""
        import pytest
        from client import fetch

        urls = set()

        def test_sync(reachapi):
            urls.add(reachapi.url)
            fetch(reachapi)
            assert 2 == len(reachapi.wait_for_webhook().records)
            assert 9_998 == reachapi.credits

        async def test_async(reachapi):
            urls.add(reachapi.url)
            fetch(reachapi, 3)
            assert 3 == len((await reachapi.async_wait_for_webhook()).records)
            assert 9_997 == reachapi.credits

        def test_last(reachapi_server):
            assert {reachapi_server.url} == urls
            assert ["demo"] == [account.id for account in reachapi_server.accounts]
    """)

    run(project).assert_outcomes(passed=3)


def test_a_failure_shows_what_its_account_did(project: pytest.Pytester) -> None:
    """Requests, jobs and attempts; nothing of a test that passes."""
    project.makepyfile("""
        from client import fetch

        def test_fails(reachapi):
            reachapi.script_inbox([500])
            reachapi.freeze()
            fetch(reachapi)
            reachapi.advance(1)
            reachapi.wait_for_job(reachapi.jobs[0].unique_processing_id, attempts=1)
            assert False

        def test_passes(reachapi):
            pass
    """)
    result = run(project, "-rA")

    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "*- reachapi account test-* -*",
            "*POST /api/v2/async/records/filter  200 Records processing initiated",
            "*job 1300  delivering  fetchCount 2*",
            "*attempt 1  first  http://127.0.0.1:*500 unexpected_status in * ms",
        ]
    )
    assert 1 == str(result.stdout).count("- reachapi account")


def test_a_lost_connection_is_named(project: pytest.Pytester) -> None:
    """In the failure of the test and in that of the next one's setup."""
    project.makepyfile("""
        def test_loses(reachapi_server, reachapi):
            reachapi_server._serving.stop()
            reachapi.credits

        def test_next(reachapi):
            pass
    """)
    result = run(project)

    result.assert_outcomes(failed=1, errors=2)
    result.stdout.fnmatch_lines(
        [
            "E  *ConnectionLost: http://127.0.0.1:* does not answer*still*",
            "*- reachapi account test-* -*",
            "ConnectionLost: http://127.0.0.1:* does not answer*",
        ]
    )


def test_a_server_that_is_not_there_is_one_line(project: pytest.Pytester) -> None:
    """Its URL is named; there is no traceback."""
    project.makepyfile("def test_it(reachapi): pass")
    url = f"http://127.0.0.1:{free_port()}"
    result = run(project, "--reachapi-url", url)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at setup of test_it*",
            f"ConnectionLost: {url} does not answer*",
            "*short test summary*",
        ],
        consecutive=True,
    )


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
    project: pytest.Pytester, configuration: str, line: str
) -> None:
    """Nothing is collected."""
    project.makeini(f"[pytest]\n{configuration}")
    project.makepyfile("raise SystemExit('collected')")
    result = run(project)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines([line])
    assert 1 == len([text for text in result.errlines if text.strip()])


def test_settings_stand_in_the_configuration(project: pytest.Pytester) -> None:
    """A line each."""
    project.makeini("""
        [pytest]
        reachapi_settings =
            credits = 500
            retry_schedule = 1, 2
    """)
    project.makepyfile("""
        def test_it(reachapi, reachapi_settings):
            assert 500 == reachapi.credits
            assert (1, 2) == reachapi_settings.retry_schedule
    """)

    run(project).assert_outcomes(passed=1)


def test_the_fixtures_can_be_overridden(project: pytest.Pytester) -> None:
    """Settings and scope, for instance; a failure shows the account all the same."""
    project.makeconftest("""
        import pytest
        from reachapi_emulator.settings import Settings

        @pytest.fixture(scope="session")
        def reachapi_settings():
            return Settings(port=0, credits=7)

        @pytest.fixture(scope="module")
        def reachapi(reachapi_server):
            with reachapi_server.account() as account:
                yield account
    """)
    project.makepyfile("""
        def test_first(reachapi):
            reachapi.set_credits(reachapi.credits - 1)

        def test_second(reachapi):
            assert 7 == reachapi.credits
    """)
    result = run(project)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E*assert 7 == 6*", "*reachapi account test-*"])


def test_a_failure_without_an_account_shows_none(project: pytest.Pytester) -> None:
    """A doctest has no fixtures, and a test may use none."""
    project.makepyfile('''
        def fails():
            """
            >>> 1
            2
            """

        def test_used(reachapi):
            pass

        def test_fails():
            assert False
    ''')
    result = run(project, "--doctest-modules")

    result.assert_outcomes(passed=1, failed=2)
    result.stdout.no_fnmatch_line("*reachapi account*")


def test_two_hundred_tests_of_four_workers_share_a_server(
    project: pytest.Pytester, shared: Emulator
) -> None:
    """None sees anything of another; nothing is left behind."""
    project.makepyfile("""
        import pytest
        from client import fetch

        @pytest.mark.parametrize("number", range(200))
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
    """)
    result = run(project, "-p", "xdist.plugin", "-n4", "--reachapi-url", shared.url)

    result.assert_outcomes(passed=200)
    assert ["demo"] == [account.id for account in shared.accounts]
    assert not shared.clock.frozen
    assert [] == shared.requests()


def test_a_run_that_does_not_use_it_imports_nothing_dear(
    project: pytest.Pytester,
) -> None:
    """The plugin alone."""
    project.makepyfile("""
        import sys

        def test_it():
            dear = {"aiohttp", "http.client", "orjson", "msgspec"}
            dear |= {"reachapi_emulator.client"}
            assert set() == dear & set(sys.modules)
    """)
    result = project.runpytest_subprocess(*PLUGIN, timeout=50)

    result.assert_outcomes(passed=1)


def test_a_project_may_have_a_module_of_the_name_emulator(
    project: pytest.Pytester,
) -> None:
    project.makepyfile(
        emulator="ANSWER = 42",
        test_own="""
            from emulator import ANSWER

            def test_it(reachapi):
                assert 42 == ANSWER
        """,
    )

    run(project).assert_outcomes(passed=1)
