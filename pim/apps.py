from django.apps import AppConfig


class PimConfig(AppConfig):
    name = "pim"
    label = "pim"

    def ready(self) -> None:
        from foundation.approval.registry import register_touched
        from foundation.archive.registry import derived_models, export_models
        from foundation.audit.registry import cut_images
        from foundation.core.permissions import declare_permissions
        from foundation.workflow.registry import register_place
        from pim import consumers, events, fsck, models  # noqa: F401  registers itself
        from pim.queries import images
        from pim.queries.classifications import category_of_product, products_in
        from pim.services.bulk import offer_product_verbs

        fsck.register()
        cut_images("pim_productvalues", images.cut_values)
        cut_images("pim_attribute", images.cut_attributes)
        cut_images("pim_option", images.cut_parts)
        cut_images("pim_override", images.cut_parts)
        cut_images("pim_identifier", images.cut_identifiers)
        cut_images("pim_validationrule", images.cut_rules)
        cut_images(events.VALUES_READ, images.cut_entries)
        export_models(
            models.AttributeGroup,
            models.Attribute,
            models.Option,
            models.Family,
            models.FamilyAttribute,
            models.FamilyAxis,
        )
        export_models(models.RecordType, models.Record)
        export_models(models.ValidationRule)
        export_models(models.Requirement, models.Product, models.Identifier, models.ProductValues, models.Override)
        export_models(models.RelationType, models.Relation)
        export_models(models.Placement, models.Classification, models.FirstCompletion, models.CompletenessDay)
        export_models(models.ProductImport, models.ImportRow, models.ImportRowError, models.ColumnMapping)
        derived_models("computed from values, requirements and placements", models.Completeness)
        derived_models("judged by rules", models.Finding)
        derived_models("which products name which records, told of values", models.RecordUse)
        derived_models("counted from completeness", models.CompletenessSummary, models.MissingCount)
        derived_models("told of completeness, for the list of products", models.CatalogueEntry)
        derived_models("words of products, for finding them", models.ProductSearch)
        derived_models("told of values, for filtering by them", models.ProductFacets, models.UnitInUse)
        derived_models("counted from facets", models.FacetCount)
        offer_product_verbs()
        register_place("product", category_of_product)
        register_touched("products", products_in)
        declare_permissions(
            "Products",
            {
                "pim.view": "See products and their public values",
                "pim.edit": "Edit products and their values",
                "pim.import": "Bring in files of products",
                "pim.place": "Say where products are offered",
            },
        )
        declare_permissions(
            "Products",
            {
                "pim.define": "Define attributes, options and families",
            },
            is_house_wide=True,
        )
        declare_permissions(
            "Sensitivity",
            {
                "pim.view_restricted": "See and, where they edit, change restricted attributes",
                "pim.view_secret": "See and, where they edit, change secret attributes; has restricted in it",
            },
        )
