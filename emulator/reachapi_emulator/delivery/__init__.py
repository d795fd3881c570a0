"""Deliveries on their way out: one POST, and what came of it."""
