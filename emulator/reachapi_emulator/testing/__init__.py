"""What a tester turns and sees: faults, delays, inbox, journal, report, snapshots."""
