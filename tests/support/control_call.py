"""Print the answer to one control request, sent from inside a private network."""

import sys
from http.client import HTTPConnection

REFUSED = 400


def main(method: str, path: str, body: str) -> None:
    """Ask the emulator on its default port; a refusal ends with its text."""
    connection = HTTPConnection("127.0.0.1", 9010, timeout=20)
    connection.request(method, f"/_emulator{path}", body or None)
    response = connection.getresponse()
    text = response.read().decode()
    if response.status >= REFUSED:
        sys.exit(f"{method} {path}: {response.status} {text}")
    sys.stdout.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
