"""Products in the stock admin: to look, not to write."""

from pim.admin import attributes, imports, products, records, relations

__all__ = ["attributes", "imports", "products", "records", "relations"]
