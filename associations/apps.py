from django.apps import AppConfig


class AssociationsConfig(AppConfig):
    name = "associations"

    def ready(self) -> None:
        from associations import consumers, fsck  # noqa: F401  consumers: imported for what it registers
        from associations.models import Binding
        from associations.queries.sharing import shows_nothing_foreign
        from dam.registry import asset_rule
        from foundation.archive.registry import export_models

        fsck.register()
        asset_rule(shows_nothing_foreign)
        export_models(Binding)
