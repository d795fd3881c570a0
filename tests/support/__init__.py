"""What tests share: a running emulator, and a client that speaks to it."""
