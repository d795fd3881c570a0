"""The programs in tests/contract/samples, and the clients that they are for.

A program stands in the folder of its operation; its name begins with its client's.
"""

import sys
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[1] / "contract" / "samples"
JARS = "/usr/share/java/okhttp.jar:/usr/share/java/okio.jar"
"""Where Debian's package libokhttp-java puts OkHttp."""

_JAVA = ("java", "-XX:TieredStopAtLevel=1")
_FINDS_GUZZLE = "exit((int) !stream_resolve_include_path('GuzzleHttp/autoload.php'));"


class Client(NamedTuple):
    """A language with the library that speaks HTTP in it.

    Attributes:
        name: as the fidelity page has it.
        needs: what must be installed.
        probe: a command that fails where it is not.
        command: what runs a program, but for its path.
    """

    name: str
    needs: str
    probe: tuple[str, ...]
    command: tuple[str, ...]


CLIENTS = {
    "curl": Client("curl", "curl", ("curl", "--version"), ("sh", "-eu")),
    "python_http_client": Client(
        "Python http.client", "Python", (sys.executable, "-V"), (sys.executable,)
    ),
    "python_requests": Client(
        "Python requests",
        "requests",
        (sys.executable, "-c", "import requests"),
        (sys.executable,),
    ),
    "ruby_net_http": Client("Ruby Net::HTTP", "ruby", ("ruby", "--version"), ("ruby",)),
    "JavaOkHttp": Client(
        "Java OkHttp",
        f"a JDK, and OkHttp at {JARS}",
        ("javap", "-cp", JARS, "okhttp3.OkHttpClient"),
        (*_JAVA, "-cp", JARS),
    ),
    "JavaHttpURLConnection": Client(
        "Java HttpURLConnection", "a JDK", ("javac", "--version"), _JAVA
    ),
    "php_curl": Client(
        "PHP curl",
        "php with its curl extension",
        ("php", "-r", "exit((int) !extension_loaded('curl'));"),
        ("php",),
    ),
    "php_guzzle": Client(
        "PHP Guzzle",
        "php with Guzzle in its include path",
        ("php", "-r", _FINDS_GUZZLE),
        ("php",),
    ),
    "javascript_fetch": Client(
        "JavaScript fetch", "node 18 or later", ("node", "-e", "fetch.name"), ("node",)
    ),
}
"""Every client, under what the names of its programs begin with."""


def programs(operation: str) -> list[Path]:
    """Return the programs of an operation, in the order of their names."""
    return sorted(path for path in (FOLDER / operation).iterdir() if path.is_file())


def client_of(program: Path) -> Client:
    """Return the client that a program is for.

    Raises:
        LookupError: its name begins with none.
    """
    for start, client in CLIENTS.items():
        if program.stem == start or program.stem.startswith(f"{start}_"):
            return client
    raise LookupError(f"{program}: its name begins with no client's")


def proven() -> dict[str, list[str]]:
    """Return the names of the clients that run, by operation, in their order."""
    operations = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
    return {
        operation: sorted(
            {client_of(path).name for path in programs(operation)}, key=str.casefold
        )
        for operation in operations
    }
