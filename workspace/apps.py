from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    """The pages people work in. It owns templates and static files, and no truth."""

    name = "workspace"

    def ready(self) -> None:
        from foundation.bulk.registry import register_selection
        from workspace.queries.assets import matching_assets
        from workspace.queries.products import matching_products

        register_selection("asset", matching_assets)
        register_selection("product", matching_products)
