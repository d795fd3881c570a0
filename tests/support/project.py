"""Projects of a user, whose tests run in a pytest of their own."""

import re
import sys
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from support import measuring

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


class Ran(NamedTuple):
    """What a run of pytest has printed, and how its tests have ended."""

    text: str
    ended: dict[str, list[str]]

    def outcomes(self) -> dict[str, int]:
        """Return how many tests ended how."""
        return {how: len(tests) for how, tests in self.ended.items()}

    def section(self, title: str) -> str:
        """Return what is said of one failure."""
        _, _, text = self.text.partition(f" {title} __")
        return re.split(r"^_{3,} |^={3,} ", text, flags=re.MULTILINE)[0]


def run(folder: Path, modules: dict[str, str], *arguments: str, **more: str) -> Ran:
    """Write modules into a folder, and run their tests."""
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(dedent(text), encoding="utf-8")
    command = (sys.executable, "-m", "pytest", "-rA", *PLUGIN, *arguments)
    variables = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **more}
    done = measuring.ran(*command, folder=folder, **variables)
    ended: dict[str, list[str]] = {}
    line = r"^(PASSED|FAILED|ERROR) \S*?::(\S+)"
    for how, test in re.findall(line, done.stdout, re.MULTILINE):
        ended.setdefault(how.lower(), []).append(test)
    return Ran(done.stdout + done.stderr, ended)
