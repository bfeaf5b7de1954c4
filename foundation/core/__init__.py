"""Shared things without tables: errors, actors, moments, hashing, keyset pages, locks."""
