from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "foundation.workflow"
    label = "workflow"

    def ready(self) -> None:
        from foundation.core.permissions import declare_permissions
        from foundation.workflow.services.bulk import offer_work_item_verbs

        offer_work_item_verbs()
        declare_permissions("Work items", {"workflow.work": "See and do work items"})
        declare_permissions(
            "Work items", {"workflow.define": "Define queues, and which role owns each"}, is_house_wide=True
        )
