from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "foundation.core"
    label = "core"
