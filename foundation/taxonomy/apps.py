from django.apps import AppConfig


class TaxonomyConfig(AppConfig):
    name = "foundation.taxonomy"
    label = "taxonomy"

    def ready(self) -> None:
        from foundation.accounts.registry import register_lines
        from foundation.core.actors import CATEGORY
        from foundation.core.permissions import declare_permissions
        from foundation.taxonomy import consumers  # noqa: F401  registers itself
        from foundation.taxonomy.queries import line_of

        register_lines(CATEGORY, line_of)
        declare_permissions(
            "Categories",
            {
                "taxonomy.define": "Define trees and categories, and move them; decide what others ask for",
                "taxonomy.propose": "Ask for changes of categories that somebody else decides",
            },
            is_house_wide=True,
        )
