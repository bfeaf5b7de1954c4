from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "foundation.audit"
    label = "audit"

    def ready(self) -> None:
        from foundation.audit import consumers, tasks  # noqa: F401
        from foundation.core.permissions import declare_permissions

        declare_permissions(
            "The house",
            {
                "audit.view": "See, verify and export who wrote and read what",
                "audit.redact": "Erase from history what must not be kept",
            },
            is_house_wide=True,
        )
