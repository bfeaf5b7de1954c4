from django.apps import AppConfig


class MarketsConfig(AppConfig):
    name = "foundation.markets"
    label = "markets"
