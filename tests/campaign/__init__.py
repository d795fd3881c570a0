"""Long campaigns against an emulator that runs as a program: `make campaign`.

Each is bounded in count and time, and speaks to loopback alone. What breaks a promise
is listed at the end, and makes the exit status 1.
"""
