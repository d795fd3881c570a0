"""What a tester may turn and see: clock, journal, inbox."""
