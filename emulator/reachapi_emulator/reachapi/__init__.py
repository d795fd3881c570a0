"""What ReachAPI promises: credits, limits, jobs, webhooks."""
