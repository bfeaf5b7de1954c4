from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "foundation.history"
    label = "history"
