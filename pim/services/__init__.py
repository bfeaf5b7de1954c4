"""What may be done to products. The only writers of pim."""

from pim.services.attribute_groups import define_attribute_group
from pim.services.attribute_moves import move_attribute, preview_attribute_move, start_attribute_move
from pim.services.attributes import define_attribute
from pim.services.axes import change_axes, preview_axes_change, start_axes_change
from pim.services.classifications import classify_product, set_categories, unclassify_product
from pim.services.configuration import apply_model
from pim.services.families import define_family
from pim.services.imports import import_checked_file, map_columns, start_import
from pim.services.matrix import create_variants, preview_variants, take_back_variants
from pim.services.options import delete_option, write_option, write_options
from pim.services.overrides import clear_overrides, extend_overrides, keep_overrides
from pim.services.placements import forget_placement, place_product, withdraw_product
from pim.services.products import create_product, replace_product, upsert_each, upsert_product, upsert_products
from pim.services.reading import (
    note_counts_read,
    note_import_rows_read,
    note_many_read,
    note_overrides_read,
    note_refused_rows_read,
    note_sensitive_read,
    note_values_read,
)
from pim.services.record_types import define_record_type, delete_record_type
from pim.services.records import delete_record, write_record, write_records
from pim.services.relation_types import define_relation_type, delete_relation_type
from pim.services.relations import (
    relate_products,
    set_relations,
    sort_relations,
    undo_relating,
    unrelate_products,
)
from pim.services.restoring import preview_restore, restore_product
from pim.services.rules import define_rule
from pim.services.values import set_values, undo_value
from pim.services.variants import attach_variant, detach_variant, preview_attach, preview_detach

__all__ = [
    "apply_model",
    "attach_variant",
    "change_axes",
    "classify_product",
    "clear_overrides",
    "create_product",
    "create_variants",
    "define_attribute",
    "define_attribute_group",
    "define_family",
    "define_record_type",
    "define_relation_type",
    "define_rule",
    "delete_option",
    "delete_record",
    "delete_record_type",
    "delete_relation_type",
    "detach_variant",
    "extend_overrides",
    "forget_placement",
    "import_checked_file",
    "keep_overrides",
    "map_columns",
    "move_attribute",
    "note_counts_read",
    "note_import_rows_read",
    "note_many_read",
    "note_overrides_read",
    "note_refused_rows_read",
    "note_sensitive_read",
    "note_values_read",
    "place_product",
    "preview_attach",
    "preview_attribute_move",
    "preview_axes_change",
    "preview_detach",
    "preview_restore",
    "preview_variants",
    "relate_products",
    "replace_product",
    "restore_product",
    "set_categories",
    "set_relations",
    "set_values",
    "sort_relations",
    "start_attribute_move",
    "start_axes_change",
    "start_import",
    "take_back_variants",
    "unclassify_product",
    "undo_relating",
    "undo_value",
    "unrelate_products",
    "upsert_each",
    "upsert_product",
    "upsert_products",
    "withdraw_product",
    "write_option",
    "write_options",
    "write_record",
    "write_records",
]
