from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    """The pages people work in. It owns templates and static files, and no truth."""

    name = "workspace"
