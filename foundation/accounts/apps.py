from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "foundation.accounts"
    label = "accounts"

    def ready(self) -> None:
        from allauth.socialaccount.providers import registry

        from foundation.audit.registry import hide_columns
        from foundation.core.permissions import declare_permissions

        registry.load()
        hide_columns("accounts_user", "password")
        hide_columns("accounts_apikey", "digest")
        declare_permissions(
            "The house",
            {
                "accounts.manage": "Make accounts and groups, grant roles, say what roles may",
                "accounts.provision": "Keep the people and groups of a directory",
                "jobs.administer": "See and stop everybody's jobs and bulk changes",
                "markets.define": "Define markets, languages, channels and scopes",
            },
            is_house_wide=True,
        )
