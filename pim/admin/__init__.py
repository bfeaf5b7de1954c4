"""Products in the stock admin: to look, not to write."""

from pim.admin import attributes, imports, products

__all__ = ["attributes", "imports", "products"]
