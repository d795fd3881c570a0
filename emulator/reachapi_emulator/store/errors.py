"""What can be wrong with a store when it is opened, or filled."""


class StoreError(Exception):
    """The store cannot be used; the message says what to do."""


class SnapshotError(Exception):
    """A document is no snapshot that can be restored; the message says why."""


class SnapshotForeign(SnapshotError):
    """It is a snapshot, of another version or another data set."""
