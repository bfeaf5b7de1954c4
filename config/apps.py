"""The wiring as a Django application, so that its management commands are found."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import celery  # noqa: F401  shared tasks bind to the application that exists
