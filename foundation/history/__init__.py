"""Who changed which row, when, and what it was before: written by the database, so nothing escapes it."""
