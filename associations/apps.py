from django.apps import AppConfig


class AssociationsConfig(AppConfig):
    name = "associations"

    def ready(self) -> None:
        from associations import consumers, fsck  # noqa: F401  consumers: imported for what it registers
        from associations.models import Binding, LibraryEntry, LibraryPlace
        from associations.queries.sharing import assets_in, category_of_binding, shows_nothing_foreign
        from dam.registry import asset_rule
        from foundation.archive.registry import derived_models, export_models
        from foundation.core.permissions import declare_permissions
        from foundation.workflow.registry import register_place, register_subjects

        fsck.register()
        asset_rule(shows_nothing_foreign)
        register_subjects("asset", assets_in)
        register_place("binding", category_of_binding)
        export_models(Binding)
        derived_models("told of assets, their licences and bindings", LibraryEntry, LibraryPlace)
        declare_permissions(
            "Bindings",
            {
                "associations.decide": "Bind assets to products, and answer proposals",
            },
        )
