"""All that is remembered: store, clocks, events; knows no other room."""
