"""Programs whose lines need not be measured: what they run, others show."""

UNMEASURED = {"COVERAGE_PROCESS_CONFIG": ""}
"""Variables under which a program starts without coverage, and is quicker."""
