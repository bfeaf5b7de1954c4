from django.apps import AppConfig


class PimConfig(AppConfig):
    name = "pim"
