"""What a page of another origin can do to the control API in a real browser."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from playwright.async_api import BrowserContext, Page

from reachapi_emulator.contacts.dataset import Dataset
from reachapi_emulator.server import Server
from reachapi_emulator.settings import Settings
from support.chromium import show
from support.raw import Address
from support.threaded import prepare, state, tell, threaded

pytestmark = pytest.mark.asyncio(loop_scope="session")

ELSEWHERE = {
    "another port": "http://127.0.0.1:1/",
    "another site": "http://localhost:1/",
}
ATTACK = """async ([url, target]) => {
  const text = {method: "POST", mode: "no-cors", body: '{"scope": "all"}'};
  const json = {...text, mode: "cors", headers: {"Content-Type": "application/json"}};
  const call = async (path, init) => (await fetch(url + path, init)).text();
  const loaded = (name, path, attribute = "src") => new Promise((resolve, reject) => {
    const element = document.createElement(name);
    element.onload = () => resolve(element.contentDocument?.body?.innerText ?? "");
    element.onerror = () => reject(new Error("not loaded"));
    element[attribute] = url + path;
    if (name === "link") element.rel = "stylesheet";
    document.body.append(element);
  });
  const submitted = (enctype) => new Promise((resolve) => {
    const frame = Object.assign(document.createElement("iframe"), {name: enctype});
    const form = Object.assign(document.createElement("form"), {
      method: "post", enctype, action: url + "/reset", target: enctype,
    });
    form.append(Object.assign(document.createElement("input"), {
      name: '{"scope": "all", "account": null, "x', value: '": 1}',
    }));
    document.body.append(frame, form);
    frame.onload = () => resolve(frame.contentDocument?.body?.innerText ?? "");
    form.submit();
  });
  const streamed = () => new Promise((resolve, reject) => {
    const source = new EventSource(url + "/events");
    source.onopen = () => resolve("open");
    source.onerror = () => { source.close(); reject(new Error("closed")); };
  });
  const tries = {
    read: () => call("/accounts"),
    readBlind: () => call("/accounts", {mode: "no-cors"}),
    reset: () => call("/reset", text),
    resetPlain: () => call("/reset", {...text, mode: "cors"}),
    resetAsked: () => call("/reset", json),
    suspend: () => call("/accounts/demo", {...json, method: "PATCH"}),
    forget: () => call("/accounts/demo", {method: "DELETE"}),
    deliver: () => call("/inbox/shelf", text),
    beacon: async () => navigator.sendBeacon(url + "/reset", "{}") && "",
    formText: () => submitted("text/plain"),
    formPlain: () => submitted("application/x-www-form-urlencoded"),
    frame: () => loaded("iframe", target),
    script: () => loaded("script", "/accounts"),
    image: () => loaded("img", "/accounts"),
    style: () => loaded("link", "/accounts", "href"),
    events: streamed,
  };
  const seen = {};
  for (const [name, attempt] of Object.entries(tries)) {
    try { seen[name] = await attempt(); } catch (error) { seen[name] = error.name; }
  }
  return seen;
}"""


@pytest.fixture(scope="module")
def running(dataset: Dataset) -> Iterator[Address]:
    settings = Settings(port=0, rate_limit=0, cors=("*",))
    with threaded(Server(settings, dataset)) as address:
        yield address


@pytest.fixture
def target(running: Address) -> Address:
    """An emulator with an account, a job and a clock that stands."""
    prepare(running)
    return running


def url_of(address: Address) -> str:
    return "http://{}:{}".format(*address)


async def attack(page: Page, url: str) -> tuple[dict[str, Any], set[int]]:
    """Try everything; return what the page saw, and how it was answered."""
    statuses: set[int] = set()
    page.on("response", lambda response: statuses.add(response.status))
    seen = await page.evaluate(ATTACK, [f"{url}/_emulator", "/"])
    return seen, statuses


def everything(address: Address) -> object:
    """Return what an attack must not change."""
    inboxes = [tell(address, "GET", f"/inbox/{name}") for name in ("demo", "shelf")]
    return state(address), inboxes, tell(address, "GET", "/faults")


@pytest.mark.parametrize("origin", ELSEWHERE.values(), ids=ELSEWHERE)
async def test_a_page_of_another_origin_neither_reads_nor_drives(
    context: BrowserContext, target: Address, origin: str
) -> None:
    """Whatever it tries: the emulator refuses, and nothing has changed."""
    before = everything(target)
    page = await show(context, origin)
    seen, statuses = await attack(page, url_of(target))

    assert {403} == statuses
    assert {"", "TypeError", "Error"} == set(seen.values())
    assert before == everything(target)


async def test_a_page_that_rebinds_its_name_neither_reads_nor_drives(
    context: BrowserContext, target: Address
) -> None:
    """It is of the emulator's origin, and yet sees nothing but the refusal."""
    before = everything(target)
    url = f"http://evil.test:{target[1]}"
    page = await show(context, f"{url}/page")
    seen, statuses = await attack(page, url)

    assert {403} == statuses
    assert "--allowed-host" in seen["read"]
    assert "demo-api-key" not in orjson.dumps(seen).decode()
    assert before == everything(target)


async def test_a_sandboxed_page_neither_reads_nor_drives(
    context: BrowserContext, target: Address
) -> None:
    before = everything(target)
    page = await show(context, ELSEWHERE["another port"])
    await page.set_content(
        "<iframe sandbox='allow-scripts allow-forms' srcdoc='<body>'></iframe>"
    )
    seen = await page.frames[1].evaluate(ATTACK, [f"{url_of(target)}/_emulator", "/"])

    assert "TypeError" == seen["read"]
    assert before == everything(target)


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/accounts", 403)])
async def test_a_link_of_another_page_leads_to_the_console_alone(
    context: BrowserContext, target: Address, path: str, status: int
) -> None:
    """To be looked at by whoever follows it; not to what a route answers."""
    url = f"{url_of(target)}/_emulator{path}"
    page = await show(context, ELSEWHERE["another site"])
    async with page.expect_navigation() as navigation:
        await page.evaluate("url => { location.href = url }", url)
    answer = await navigation.value
    assert answer is not None
    assert status == answer.status


async def test_a_page_of_the_emulator_itself_may(
    context: BrowserContext, target: Address
) -> None:
    """What the others try works from there: so the tries are good ones."""
    page = await context.new_page()
    typed = await page.goto(f"{url_of(target)}/_emulator/health")
    seen, _ = await attack(page, url_of(target))

    assert typed is not None
    assert 200 == typed.status
    assert ["demo"] == [account["id"] for account in orjson.loads(seen["read"])]
    assert "open" == seen["events"]
    assert [] == tell(target, "GET", "/jobs")
