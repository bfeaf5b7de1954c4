from django.apps import AppConfig


class AssociationsConfig(AppConfig):
    name = "associations"

    def ready(self) -> None:
        from associations import consumers, fsck  # noqa: F401  consumers: imported for what it registers
        from associations.models import Binding
        from foundation.archive.registry import export_models

        fsck.register()
        export_models(Binding)
