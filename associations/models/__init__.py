"""The statement that an asset shows a product, and what the library is filtered by."""

from associations.models.bindings import Binding, BindingQuerySet, TsTzRange
from associations.models.library import LibraryEntry, LibraryPlace

__all__ = ["Binding", "BindingQuerySet", "LibraryEntry", "LibraryPlace", "TsTzRange"]
