from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "foundation.archive"
    label = "archive"
