"""The beginning of an attempt: struck once, and recorded before it is made."""

import logging

from reachapi_emulator.lab.fault import Fault, Kind
from reachapi_emulator.lab.urls import remembered_url
from reachapi_emulator.reachapi.courier import Courier
from reachapi_emulator.state.clock import SECOND, VirtualClock, microseconds
from reachapi_emulator.state.store import Row, Store

PUTTING_OFF = (Kind.DELAY, Kind.REORDER)
LONGEST_REORDER = 60 * SECOND
"""Microseconds after which a delivery no longer waits to be overtaken."""

log = logging.getLogger("reachapi_emulator.attempts")


class Attempts:
    """Records attempts as they begin, or that a fault puts them off.

    Args:
        store: keeps jobs and attempts.
        clock: tells when an attempt begins, or falls due instead.
        courier: knows what strikes it.
    """

    def __init__(self, store: Store, clock: VirtualClock, courier: Courier) -> None:
        self._store = store
        self._clock = clock
        self._courier = courier

    def begin(self, row: Row, url: str) -> tuple[int, Kind | None] | None:
        """Ask once what strikes the attempt, and record either it or its delay.

        Returns:
            Its number, and what strikes it on its way; None when it is put off.
        """
        with self._store.transaction():
            if row["fault"] is not None:
                self._store.run("job_put_off_no_more", id=row["id"])
                return self._start(row, url, row["fault"]), None
            fault = self._courier.strike(row["account"])
            if fault is None:
                return self._start(row, url, None), None
            if fault.kind in PUTTING_OFF:
                self._put_off(row, fault)
                return None
            return self._start(row, url, fault.id), fault.kind

    def _start(self, row: Row, url: str, fault: int | None) -> int:
        made = self._store.one(
            "attempt_start",
            job=row["id"],
            trigger=row["trigger"],
            started_at=self._clock.now(row["account"]),
            url=remembered_url(url),
            fault=fault,
        )
        return int(made["number"]) if made else 0

    def _put_off(self, row: Row, fault: Fault) -> None:
        reordered = fault.kind is Kind.REORDER
        wait = LONGEST_REORDER if reordered else microseconds(fault.seconds or 0)
        self._store.run(
            "job_put_off",
            id=row["id"],
            due_at=self._clock.now(row["account"]) + wait,
            fault=fault.id,
            reordered=reordered,
        )
        log.info(
            "job %d put off by fault %d (%s)",
            row["id"],
            fault.id,
            fault.kind,
            extra={"fields": {"unique_processing_id": row["id"], "fault": fault.id}},
        )
