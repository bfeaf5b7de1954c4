from django.apps import AppConfig


class AssociationsConfig(AppConfig):
    name = "associations"

    def ready(self) -> None:
        from associations import consumers, fsck
        from associations.models import Binding
        from foundation.archive.registry import export_models

        assert consumers  # noqa: S101  imported for what it registers
        fsck.register()
        export_models(Binding)
