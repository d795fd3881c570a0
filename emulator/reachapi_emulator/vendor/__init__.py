"""What ReachAPI does: accounts, credits, limits, jobs and their deliveries."""
