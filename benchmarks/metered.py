"""`python -m benchmarks.metered MODULE …`: run a module, tell its CPU time when asked.

For each byte of its standard input it prints the seconds used so far, user
and system.
"""

import os
import runpy
import sys
import threading
import time


def _tell() -> None:
    # Not sys.stdin: a daemon thread that waits in it holds a lock at the end.
    while os.read(0, 1):
        print("=", time.process_time(), flush=True)


if __name__ == "__main__":
    threading.Thread(target=_tell, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
