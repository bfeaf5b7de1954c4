"""Invariants of media. Each check yields a sentence for each thing that is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.db.models import Exists, F, OuterRef, Q

from dam.choices import AssetState, RenditionState, VersionState
from dam.models import Asset, AssetVersion, Licence, Rendition, UploadPart
from dam.queries.rights import facts_of_licences
from dam.verdict import boundaries
from foundation.archive.registry import fsck_check
from foundation.blobs.services import path_of
from foundation.core import moment
from foundation.jobs.models import Timer


@fsck_check("every version has its bytes")
def versions_have_bytes() -> Iterator[str]:
    for version in AssetVersion.objects.order_by("pk").iterator():
        if not default_storage.exists(path_of(version.blob_id)):
            yield f"version {version.number} of asset {version.asset_id} has lost its bytes {version.blob_id}"


@fsck_check("every finished rendition has its bytes")
def renditions_have_bytes() -> Iterator[str]:
    for row in Rendition.objects.filter(state=RenditionState.DONE).order_by("pk").iterator():
        if not default_storage.exists(path_of(row.sha256 or "")):
            yield f"rendition {row.key} is done and has no bytes; `manage.py renditions` makes it again"


@fsck_check("every upload has its parts")
def uploads_have_parts() -> Iterator[str]:
    for part in UploadPart.objects.order_by("pk").iterator():
        if not default_storage.exists(part.name):
            yield f"upload {part.upload_id} has lost its part {part.name}; its sender must begin again"


@fsck_check("the current version is the last approved one")
def current_version_is_right() -> Iterator[str]:
    versions = AssetVersion.objects.filter(asset=OuterRef("pk"))
    newer = versions.filter(state=VersionState.APPROVED, number__gt=OuterRef("current_version__number"))
    approved = versions.filter(state=VersionState.APPROVED)
    wrong = Asset.objects.annotate(newer=Exists(newer), approved=Exists(approved)).filter(
        Q(current_version=None)
        | Q(newer=True)
        | Q(approved=True, current_version__state=VersionState.DRAFT)
        | Q(state=AssetState.APPROVED, current_version__state=VersionState.DRAFT)
        | ~Q(current_version__asset=F("pk"))
    )
    for asset in wrong.order_by("pk").iterator():
        yield f"asset {asset.uid} ({asset.state}) has the wrong current version"


@fsck_check("every boundary of a licence has its timer")
def boundaries_have_timers() -> Iterator[str]:
    at = moment.now()
    timers = dict(Timer.objects.filter(kind="dam.rights").values_list("subject", "due_at"))
    for licence in Licence.objects.filter(revoked_at=None).order_by("pk").iterator():
        facts = facts_of_licences({licence.pk}).values()
        due = next((moment for moment in boundaries(facts) if moment > at), None)
        found = timers.get(str(licence.uid))
        if due is not None and (found is None or found > due):
            yield f"licence {licence.name!r} has a boundary at {due} and no timer for it"
