"""Truth of products, and the completeness derived from it."""

from pim.models.attributes import Attribute, AttributeGroup, Option
from pim.models.catalogue import CatalogueEntry
from pim.models.classifications import Classification
from pim.models.completeness import (
    Completeness,
    CompletenessDay,
    CompletenessSummary,
    FirstCompletion,
    MissingCount,
)
from pim.models.facets import FacetCount, ProductFacets, UnitInUse
from pim.models.families import Family, FamilyAttribute, FamilyAxis, Requirement
from pim.models.imports import ColumnMapping, ImportRow, ImportRowError, ProductImport
from pim.models.placements import Placement
from pim.models.products import Identifier, Product, ProductSearch
from pim.models.records import Record, RecordType, RecordUse
from pim.models.relations import Relation, RelationType
from pim.models.rules import Finding, ValidationRule
from pim.models.values import Override, ProductValues

__all__ = [
    "Attribute",
    "AttributeGroup",
    "CatalogueEntry",
    "Classification",
    "ColumnMapping",
    "Completeness",
    "CompletenessDay",
    "CompletenessSummary",
    "FacetCount",
    "Family",
    "FamilyAttribute",
    "FamilyAxis",
    "Finding",
    "FirstCompletion",
    "Identifier",
    "ImportRow",
    "ImportRowError",
    "MissingCount",
    "Option",
    "Override",
    "Placement",
    "Product",
    "ProductFacets",
    "ProductImport",
    "ProductSearch",
    "ProductValues",
    "Record",
    "RecordType",
    "RecordUse",
    "Relation",
    "RelationType",
    "Requirement",
    "UnitInUse",
    "ValidationRule",
]
