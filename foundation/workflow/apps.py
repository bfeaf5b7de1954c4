from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "foundation.workflow"
    label = "workflow"

    def ready(self) -> None:
        from foundation.workflow.services.bulk import offer_work_item_verbs

        offer_work_item_verbs()
