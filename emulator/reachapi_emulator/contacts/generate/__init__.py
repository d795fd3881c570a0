"""Contacts made with Faker from a vocabulary and a seed; nothing served imports it."""
