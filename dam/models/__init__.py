"""Media truth: assets and versions, licences, presets and renditions, ingests."""

from dam.models.assets import Asset, AssetVersion
from dam.models.ingests import Ingest, IngestFile
from dam.models.licences import AssetLicence, Licence, LicenceTerm
from dam.models.renditions import Preset, Recipe, Rendition
from dam.models.uploads import Upload, UploadPart

__all__ = [
    "Asset",
    "AssetLicence",
    "AssetVersion",
    "Ingest",
    "IngestFile",
    "Licence",
    "LicenceTerm",
    "Preset",
    "Recipe",
    "Rendition",
    "Upload",
    "UploadPart",
]
