"""The contract over HTTP; a package, so that its conftest has its own name."""
