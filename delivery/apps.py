from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "delivery"

    def ready(self) -> None:
        from delivery import fsck, models
        from foundation.archive.registry import derived_models, export_models
        from foundation.core.permissions import declare_permissions

        fsck.register()
        export_models(models.DeliveryRefusal)
        derived_models("written again with the listings that use the assets", models.Publication)
        declare_permissions(
            "Links",
            {
                "delivery.mint": "Make links to media that end",
            },
        )
