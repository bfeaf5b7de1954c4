from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "foundation.bulk"
    label = "bulk"

    def ready(self) -> None:
        from foundation.bulk import tasks  # noqa: F401  registers itself
