from django.apps import AppConfig


class LinksConfig(AppConfig):
    name = "foundation.links"
    label = "links"
