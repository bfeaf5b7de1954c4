from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "foundation.workflow"
    label = "workflow"

    def ready(self) -> None:
        from foundation.accounts.registry import on_leaving
        from foundation.core.permissions import declare_permissions
        from foundation.workflow.services import give_back_work_of
        from foundation.workflow.services.bulk import offer_work_item_verbs

        on_leaving(give_back_work_of)
        offer_work_item_verbs()
        declare_permissions("Work items", {"workflow.work": "See and do work items"})
        declare_permissions(
            "Work items", {"workflow.define": "Define queues, and which role owns each"}, is_house_wide=True
        )
