"""Pictures of the console for the documentation, taken from the running program."""
