from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    """The pages people work in. Its only truth is how people like to see lists: their saved views."""

    name = "workspace"

    def ready(self) -> None:
        from foundation.archive.registry import export_models
        from foundation.bulk.registry import register_selection
        from workspace.models import SavedView
        from workspace.queries.assets import selected_assets
        from workspace.queries.inbox import selected_work_items
        from workspace.queries.products import selected_products

        export_models(SavedView)
        register_selection("asset", selected_assets)
        register_selection("product", selected_products)
        register_selection("work_item", selected_work_items)
