"""What the contract suite works with: a client, its safeguards, what it reports."""
