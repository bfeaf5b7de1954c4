from django.apps import AppConfig


class BlobsConfig(AppConfig):
    name = "foundation.blobs"
    label = "blobs"
