"""What a test does around an emulator in its process, with the tools that do it."""

import pytest

from support.project import CLIENT, Ran, run

pytestmark = pytest.mark.slow

TOOLS = (
    *("-W", "error", "-n2", "-p", "xdist", "--import-mode=importlib"),
    *("-p", "randomly", "-p", "rerunfailures", "--reruns=1"),
    *("-p", "pytest_socket", "--allow-hosts=127.0.0.1"),
)

CONFTEST = f"""
    import pytest
    {CLIENT.replace(chr(10), chr(10) + "    ")}
    @pytest.fixture(autouse=True)
    def hour(reachapi_server):
        \"\"\"The clock does not leap, whatever a test does.\"\"\"
        began = reachapi_server.clock.now
        def check(emu=reachapi_server):
            assert 0 <= emu.clock.now - began < 3_600
        yield check
        check()

    @pytest.fixture
    def deliver():
        def deliver(account):
            \"\"\"A retry, and a wait, in real time.\"\"\"
            account.script_inbox([500])
            job = fetch(account)["data"]["unique_processing_id"]
            account.wait_for_job(job, timeout=5)
            assert 2 == account.wait_for_webhook(5).attempt.number
            assert 498 == account.credits
            assert "500 unexpected_status" in account.describe()
        return deliver

    @pytest.fixture
    def deliver_later(reachapi):
        \"\"\"For tests in which the client under test is a mock.\"\"\"
        reachapi.freeze()
        fetch(reachapi)
        def deliver():
            reachapi.advance(60)
            assert 2 == len(reachapi.wait_for_webhook(5).records)
        return deliver
    """

TIME = """
    import ssl, time
    from http.client import HTTPSConnection
    from urllib.parse import urlsplit
    import freezegun, pytest, time_machine
    from reachapi_emulator import Emulator

    class patched:
        def __enter__(self):
            self.patch = pytest.MonkeyPatch()
            for name in ("time", "monotonic", "perf_counter"):
                self.patch.setattr(time, name, lambda: 0.0)
                self.patch.setattr(time, f"{name}_ns", lambda: 0)

        def __exit__(self, *_):
            self.patch.undo()

    THEN = "2020-01-01 12:00"
    LATER = "2060-01-01 12:00"
    TOOLS = {
        "freezegun": lambda: freezegun.freeze_time(THEN),
        "freezegun_asyncio": lambda: freezegun.freeze_time(THEN, real_asyncio=True),
        "freezegun_tick": lambda: freezegun.freeze_time(LATER, tick=True),
        "time_machine": lambda: time_machine.travel(THEN, tick=False),
        "time_machine_tick": lambda: time_machine.travel(LATER),
        "patched": patched,
    }

    @pytest.mark.parametrize("tool", TOOLS)
    def test_time(reachapi, deliver, tool, hour):
        with TOOLS[tool]():
            deliver(reachapi)
            hour()

    @pytest.mark.parametrize("tool", ["freezegun", "time_machine", "patched"])
    def test_start(reachapi_settings, deliver, tool, hour):
        with TOOLS[tool](), Emulator(reachapi_settings) as emu:
            deliver(emu.account())
            hour(emu)
            trust = ssl.create_default_context(cafile=emu.ca_certificate)
            host = urlsplit(emu.tls_url).netloc
            connection = HTTPSConnection(host, context=trust)
            connection.request("GET", "/")
            assert 404 == connection.getresponse().status
            connection.close()
    """

MOCKS = """
    import socket
    import aioresponses, pytest, responses, respx, vcr
    from reachapi_emulator import Emulator

    def cassette():
        return vcr.use_cassette("none.yaml", record_mode="none")

    TOOLS = {
        "aioresponses": aioresponses.aioresponses,
        "responses": responses.RequestsMock,
        "respx": respx.mock,
        "vcr": cassette,
    }

    @pytest.mark.parametrize("tool", TOOLS)
    def test_mocks(reachapi, deliver_later, tool):
        with TOOLS[tool]():
            deliver_later()

    def test_names(reachapi_server, deliver_later, monkeypatch):
        def refuse(*_, **__):
            raise OSError("there is no network")

        monkeypatch.setattr(socket, "getaddrinfo", refuse)
        monkeypatch.setattr(socket, "create_connection", refuse)
        with Emulator.connect(reachapi_server.url):
            deliver_later()
    """

HABITS = """
    import asyncio, random
    import email_validator
    from reachapi_emulator import Emulator

    ran = []

    def test_lists(reachapi_settings, deliver, monkeypatch):
        names = [*email_validator.SPECIAL_USE_DOMAIN_NAMES, "example"]
        monkeypatch.setattr(email_validator, "SPECIAL_USE_DOMAIN_NAMES", names)
        with Emulator(reachapi_settings) as emu:
            deliver(emu.account())

    def test_rerun(reachapi):
        ran.append(reachapi.id)
        assert 2 == len(set(ran))

    def test_seed(reachapi_server):
        ids = set()
        for _ in range(2):
            random.seed(0)
            ids.add(reachapi_server.account().id)
        assert 2 == len(ids)

    def test_loop(reachapi, deliver):
        async def main():
            deliver(reachapi)
        asyncio.run(main())

    def test_policy(reachapi_settings, deliver, monkeypatch, caplog):
        monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
        monkeypatch.setattr(asyncio, "run", None)
        monkeypatch.setattr(asyncio, "new_event_loop", None)
        with Emulator(reachapi_settings) as emu:
            deliver(emu.account())
        assert "asyncio" not in {record.name for record in caplog.records}
    """

INI = """[pytest]
reachapi_settings =
    credits = 500
    tls = on
    ca_dir = certificates
    retry_schedule = 0.01
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("project") / "odd näme #1 %s (x) & {y}"
    folder.mkdir()
    (folder / "pytest.ini").write_text(INI)
    modules = {"conftest": CONFTEST, "test_time": TIME}
    return run(folder, {**modules, "test_mocks": MOCKS, "test_habits": HABITS}, *TOOLS)


TIMES = (
    *("freezegun", "freezegun_asyncio", "freezegun_tick"),
    *("time_machine", "time_machine_tick", "patched"),
)


@pytest.mark.parametrize(
    "test",
    [
        *(f"test_time[{each}]" for each in TIMES),
        *("test_start[freezegun]", "test_start[time_machine]", "test_start[patched]"),
        *(f"test_mocks[{each}]" for each in ("aioresponses", "responses", "respx")),
        *("test_mocks[vcr]", "test_names", "test_lists", "test_rerun"),
        *("test_seed", "test_loop", "test_policy"),
    ],
)
def test_an_emulator_works_whatever_a_test_does_around_it(ran: Ran, test: str) -> None:
    assert test in ran.ended.get("passed", ()), ran.section(test) or ran.text
