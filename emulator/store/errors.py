"""What can be wrong with a store when it is opened."""


class StoreError(Exception):
    """The store cannot be used; the message says what to do."""
