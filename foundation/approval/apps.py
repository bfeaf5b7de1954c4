from django.apps import AppConfig


class ApprovalConfig(AppConfig):
    name = "foundation.approval"
    label = "approval"

    def ready(self) -> None:
        from foundation.approval import events  # noqa: F401  registers itself
        from foundation.approval.choices import QUEUE
        from foundation.approval.services.categories import offer_category_changes
        from foundation.approval.services.mappings import offer_mapping_changes
        from foundation.workflow.registry import register_queue

        offer_category_changes()
        offer_mapping_changes()
        register_queue(QUEUE, role="administrator")
