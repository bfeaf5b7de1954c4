"""Long runs that a person watches, and moments at which something becomes due. Rows in Postgres; Celery only nudges."""
