from django.apps import AppConfig


class ProvisioningConfig(AppConfig):
    name = "foundation.provisioning"
    label = "provisioning"

    def ready(self) -> None:
        from foundation.provisioning import consumers  # noqa: F401  registers itself
