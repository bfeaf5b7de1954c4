from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    """The pages people work in. Its only truth is how people like to see lists: their saved views."""

    name = "workspace"

    def ready(self) -> None:
        from foundation.archive.registry import export_models
        from workspace.models import SavedView

        export_models(SavedView)
