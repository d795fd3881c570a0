"""The contacts: made, loaded and queried; knows no other room."""
