"""Wiring only: settings, URLs, Celery, the embedded stack. No domain logic."""
