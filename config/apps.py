"""The wiring as a Django application, so that its management commands are found."""

import gc

from django.apps import AppConfig

# A batch of a thousand documents makes many objects and no cycles; the default of 700 looked at all of them,
# and at all of Django, dozens of times, for a third of the time (benchmarks/bulk_upsert.py).
OBJECTS_BETWEEN_COLLECTIONS = 20_000


class WiringConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import celery  # noqa: F401  shared tasks bind to the application that exists

        gc.freeze()  # what is loaded now stays until the end
        gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
