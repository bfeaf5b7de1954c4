"""Events of pim. Only public attribute codes appear; values never do."""

from foundation.audit.registry import declare_action
from foundation.events.catalogue import declare

PRODUCT_CREATED = declare("pim.product.created", "A product exists", sku="text", root="uuid of the root", family="code")
PRODUCT_CHANGED = declare(
    "pim.product.changed",
    "A product's own values, axes or state are others",
    sku="text",
    root="uuid of the root",
    attributes="codes of the public attributes that changed",
    cells="market/locale of the cells that changed",
)
PRODUCT_MOVED = declare(
    "pim.product.moved",
    "A variant became a product of its own, or the other way round",
    sku="text",
    root="uuid of the root",
    parent="SKU of what it is a variant of, empty for none",
    family="code",
)
PRODUCT_TAKEN_BACK = declare(
    "pim.product.taken_back",
    "A variant that had just been made, and of which nothing was said, is there no more",
    sku="text",
    root="uuid of the root",
)
PRODUCT_PLACED = declare(
    "pim.product.placed", "A product is offered on a channel in a market", sku="text", channel="code", market="code"
)
PRODUCT_WITHDRAWN = declare(
    "pim.product.withdrawn", "A product is offered there no more", sku="text", channel="code", market="code"
)
PRODUCT_CLASSIFIED = declare(
    "pim.product.classified", "A product, with its variants, lies in a category", sku="text", category="tree/code"
)
PRODUCT_UNCLASSIFIED = declare(
    "pim.product.unclassified", "A product lies in a category no more", sku="text", category="tree/code"
)
PRODUCT_RELATED = declare(
    "pim.product.related",
    "What a product is to other products is another",
    sku="text",
    types="codes of the types of relations that changed",
)
PRODUCT_COMPLETED_FIRST = declare(
    "pim.product.completed_first",
    "A sellable product was complete in a scope for the first time",
    sku="text",
    scope="channel/market/locale",
)
IMPORT_FINISHED = declare(
    "pim.import.finished",
    "A file of products went through",
    filename="text",
    rows="number",
    created="number",
    changed="number",
    unchanged="number",
    failed="number",
)
FAMILY_CHANGED = declare("pim.family.changed", "A family's definition is another", code="text")
ATTRIBUTE_CHANGED = declare(
    "pim.attribute.changed", "An attribute's definition or options are others", code="text, empty unless public"
)
RULE_CHANGED = declare(
    "pim.rule.changed", "A rule over several values is another", code="text, empty unless all that it reads is public"
)
RELATION_TYPE_CHANGED = declare("pim.relation_type.changed", "A type of relations is another", code="text")
RECORD_TYPE_CHANGED = declare("pim.record_type.changed", "What records of a type say is another", code="text")
RECORD_CHANGED = declare("pim.record.changed", "A record says something else, or is new", type="code", code="text")
RECORD_DELETED = declare("pim.record.deleted", "A record is there no more", type="code", code="text")

# Entered in the audit; no event, since nothing changed.
VALUES_READ = declare_action("pim.values.read", "Values that are not public were shown")
ROWS_DOWNLOADED = declare_action("pim.import.downloaded", "Refused rows of an import were downloaded")
