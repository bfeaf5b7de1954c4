from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "foundation.events"
    label = "events"

    def ready(self) -> None:
        from foundation.events import consumers  # noqa: F401
