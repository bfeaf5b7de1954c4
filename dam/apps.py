from django.apps import AppConfig


class DamConfig(AppConfig):
    name = "dam"

    def ready(self) -> None:
        from dam import consumers, fsck, models, tasks  # noqa: F401  register themselves
        from dam.services.bulk import offer_asset_verbs
        from dam.services.uploads import expire_uploads_of
        from foundation.accounts.choices import Role
        from foundation.accounts.registry import on_leaving
        from foundation.archive.registry import derived_models, export_models
        from foundation.core.permissions import declare_permissions
        from foundation.workflow.registry import register_queue

        export_models(
            models.Asset, models.AssetVersion, models.Preset, models.Licence, models.LicenceTerm, models.AssetLicence,
            models.Ingest, models.IngestFile,
        )  # fmt: skip
        derived_models("on their way in: their sender has them still", models.Upload, models.UploadPart)
        derived_models("made again from the originals by preset", models.Recipe, models.Rendition)
        offer_asset_verbs()
        on_leaving(expire_uploads_of)
        register_queue("ingest", role=Role.STUDIO)
        declare_permissions(
            "Assets",
            {
                "dam.view": "See assets and their rights",
                "dam.ingest": "Bring in files",
                "dam.edit": "Edit assets, licences and presets",
                "dam.approve": "Approve versions, withdraw and retire",
            },
        )
