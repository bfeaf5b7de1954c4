from django.apps import AppConfig


class AssociationsConfig(AppConfig):
    name = "associations"

    def ready(self) -> None:
        from associations import consumers, fsck  # noqa: F401  consumers: imported for what it registers
        from associations.models import Binding, LibraryEntry
        from associations.queries.sharing import shows_nothing_foreign
        from dam.registry import asset_rule
        from foundation.archive.registry import derived_models, export_models
        from foundation.core.permissions import declare_permissions

        fsck.register()
        asset_rule(shows_nothing_foreign)
        export_models(Binding)
        derived_models("told of assets, their licences and bindings", LibraryEntry)
        declare_permissions(
            "Bindings",
            {
                "associations.decide": "Bind assets to products, and answer proposals",
            },
        )
