"""The vendor's own host names, in a network that has nobody else in it.

An emulator and the programs under test run in a network namespace whose only
interface is loopback, with a hosts file of its own. There a program may name the
vendor's hosts and ports literally, and cannot reach them.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any, TextIO

import orjson

from support.measuring import UNMEASURED
from support.trust import trust_variables

HOSTS = "127.0.0.1 localhost api-prd.reachstream.com stag-apigateway.reachstream.com\n"
SEARCHED = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
"""Where programs are looked for; users other than root often lack the last two."""

ENDS_WITHIN = 30
SHOWN = 2_000
"""Characters of a failed program's complaint that are told."""

NOT_ALONE = 97
"""The guard's exit status where there is more than loopback."""

_NAMESPACE = ("unshare", "--map-root-user", "--mount", "--net", "sh", "-euc")
_FURNISHED = 'ip link set lo up; mount --bind "$0" /etc/hosts; exec "$@"'
_GUARD = f"""
up=$(ip -o link show up | cut -d: -f2)
[ "$up" = " lo" ] || {{ echo "more than loopback is up:$up" >&2; exit {NOT_ALONE}; }}
exec "$@"
"""
_EMULATOR = ("-m", "reachapi_emulator", "--port", "9010", "--tls", "--tls-port", "443")
_CONTROL = str(Path(__file__).with_name("control_call.py"))


class NotAloneError(Exception):
    """A program was not started: the network is not private."""


def guarded(*command: str) -> list[str]:
    """Return a command that starts only where loopback is all there is."""
    return ["sh", "-c", _GUARD, "guard", *command]


@cache
def missing() -> str | None:
    """Return why there can be no such network here; None if there can."""
    programs = ("unshare", "nsenter", "ip", "mount")
    absent = [name for name in programs if which(name, path=SEARCHED) is None]
    if absent:
        return f"a private network needs {', '.join(absent)}: not installed"
    probe = [*_NAMESPACE, _FURNISHED, "/etc/hosts", *guarded("true")]
    done = _done(probe, {"PATH": SEARCHED})
    return f"no private network is allowed: {done.stderr}" if done.returncode else None


@dataclass(frozen=True)
class VendorHost:
    """An emulator that stands in for the vendor.

    Attributes:
        process: the emulator.
        environment: the variables of every program, trust in its certificate included.
    """

    process: "subprocess.Popen[str]"
    environment: dict[str, str]

    def try_to_run(
        self, *command: str, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program inside, whatever its exit status.

        Raises:
            NotAloneError: more than loopback is there; nothing was run.
        """
        if self.process.poll() is not None:
            raise AssertionError("the emulator has ended: see its log")
        enter = ["nsenter", f"--target={self.process.pid}", "--user", "--mount"]
        inside = [*enter, "--net", "--preserve-credentials", "--", *guarded(*command)]
        done = _done(inside, {**self.environment, **variables})
        if done.returncode == NOT_ALONE:
            raise NotAloneError(done.stderr)
        return done

    def run(self, *command: str, **variables: str) -> str:
        """Run a program inside, expect success, return its output."""
        done = self.try_to_run(*command, **variables)
        if done.returncode:
            raise AssertionError(f"{command}: {done.returncode} {done.stderr[:SHOWN]}")
        return done.stdout

    def control(self, method: str, path: str, json: object = None) -> Any:  # noqa: ANN401 # whatever the JSON holds
        """Send a request to the control API, expect success, return its JSON."""
        body = "" if json is None else orjson.dumps(json).decode()
        return orjson.loads(self.run(sys.executable, _CONTROL, method, path, body))


@contextmanager
def served(folder: Path) -> Iterator[VendorHost]:
    """Run an emulator under the vendor's names until the block ends.

    Args:
        folder: where it keeps its hosts file, its authority and its log.
    """
    hosts = folder / "hosts"
    hosts.write_text(HOSTS, encoding="utf-8")
    environment = {"PATH": SEARCHED, "HOME": str(folder), "LANG": "C.UTF-8"}
    environment |= trust_variables(_authority(folder), folder)
    with (folder / "log").open("w", encoding="utf-8") as log:
        process = _start(hosts, folder, log)
        try:
            _wait_until_ready(process, folder / "log")
            yield VendorHost(process, environment)
        finally:
            process.terminate()
            process.communicate(timeout=ENDS_WITHIN)


def _authority(folder: Path) -> Path:
    """Return the certificate of a new authority."""
    command = [sys.executable, "-m", "reachapi_emulator", "ca", "--ca-dir", str(folder)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=ENDS_WITHIN, check=True
    )
    return Path(done.stdout.strip())


def _start(hosts: Path, folder: Path, log: TextIO) -> "subprocess.Popen[str]":
    emulator = [sys.executable, *_EMULATOR, "--ca-dir", str(folder)]
    return subprocess.Popen(
        [*_NAMESPACE, _FURNISHED, str(hosts), *guarded(*emulator)],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        env={**os.environ, **UNMEASURED, "PATH": SEARCHED, "PYTHONUNBUFFERED": "1"},
    )


def _wait_until_ready(process: "subprocess.Popen[str]", log: Path) -> None:
    """Return when the emulator has printed its welcome."""
    if process.stdout is None or not process.stdout.readline():
        raise AssertionError(f"the emulator did not start: {log.read_text()}")


def _done(
    command: list[str], environment: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
    )
