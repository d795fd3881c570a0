"""One POST to a receiver, and what came of it."""
