from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "foundation.accounts"
    label = "accounts"

    def ready(self) -> None:
        from foundation.core.permissions import declare_permissions

        declare_permissions(
            "The house",
            {
                "accounts.manage": "Make accounts, grant roles, say what roles may",
                "jobs.administer": "See and stop everybody's jobs and bulk changes",
                "markets.define": "Define markets, languages, channels and scopes",
            },
            is_house_wide=True,
        )
