"""Events of media. The subject is an asset's uid unless a line says otherwise."""

from foundation.events.catalogue import declare

ASSET_INGESTED = declare(
    "dam.asset.ingested", "A new asset is in the house",
    version="number", identifiers="list of {source, scheme, value}", filename="as it came",
    kind="image, graphic, document",
)  # fmt: skip
ASSET_CHANGED = declare(
    "dam.asset.changed", "What is said of an asset changed, or its state", changed="names of what changed",
    state="state now",
)  # fmt: skip
ASSET_APPROVED = declare("dam.asset.approved", "A version may go out from now on", version="number")
APPROVAL_WITHDRAWN = declare(
    "dam.approval.withdrawn", "A version may not go out any more; the one approved before it does, if there is one",
    version="number", state="state now",
)  # fmt: skip
VERSION_ADDED = declare(
    "dam.version.added", "An asset has another version, not yet approved",
    version="number", identifiers="list of {source, scheme, value}", filename="as it came",
)  # fmt: skip
RIGHTS_CHANGED = declare(
    "dam.rights.changed", "What a licence allows, or for which assets, changed; the subject is the licence",
    licence="uid", assets="uids, at most 1,000 an event",
)  # fmt: skip
RIGHTS_BOUNDARY = declare(
    "dam.rights.boundary", "A term of a licence has begun or ended; the subject is the licence",
    licence="uid", assets="uids, at most 1,000 an event",
)  # fmt: skip
RENDITION_READY = declare(
    "dam.rendition.ready", "The bytes of a rendition are there", key="key", version="number", preset="code"
)
INGEST_STARTED = declare(
    "dam.ingest.started", "Files are about to be taken in; the subject is the ingest", files="how many, 0 for a folder"
)
PRESET_CHANGED = declare(
    "dam.preset.changed", "A preset is new or asks for something else; its subject is its own", preset="code"
)
INGEST_REFUSED = declare(
    "dam.ingest.refused", "A file was not let in; the subject is the ingest", path="as it came", code="why",
    reason="text",
)  # fmt: skip
