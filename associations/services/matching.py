"""Binding by what files carry: identifiers in their metadata, barcodes in the picture, the shoot's manifest.

Matching reads the present state of the asset, not the event that asked for it. So it may run twice, late or out of
order: what is bound, asked, or was settled by a stronger source stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from associations import events
from associations.choices import ROLE_OF_KIND, SINGLE_ROLES, BindingRole, BindingStatus, Source, outranks
from associations.matching import Finding, judge, role_in, spellings
from associations.models import Binding
from associations.queries.bindings import unbound_assets
from associations.queries.evidence import find_claims, version_with_evidence
from associations.services import rows
from associations.services.proposals import propose_binding
from dam.choices import AssetState
from dam.models import Asset, AssetVersion
from foundation.core import moment
from foundation.core.actors import Actor
from foundation.history.services import recorded
from foundation.markets.services import get_or_make_cell
from foundation.workflow.services import close_work_items
from pim.models import Product
from pim.queries.products import id_lines


def match_asset(*, asset: Asset, actor: Actor) -> list[Binding]:
    """Bind what is certain, ask about what is doubtful, leave the rest; what was newly bound or asked.

    The role is the one that shoot metadata names (`role:hero`), else that of the asset's kind. A hero is given where
    metadata say so and the place is free; a hero that is there stays.
    """
    with recorded(actor):
        present = Asset.objects.filter(pk=asset.pk, deleted_at=None).exclude(state=AssetState.RETIRED).first()
        version = version_with_evidence(present) if present else None
        if present is None or version is None:
            return []
        role = role_in(version.embedded, present.metadata) or ROLE_OF_KIND.get(present.kind, BindingRole.GALLERY)
        found = [_settle(finding, present, version, role, actor) for finding in judge(find_claims(version))]
        return [binding for binding in found if binding is not None]


def match_product(*, product: Product, actor: Actor) -> list[Binding]:
    """Match the assets that wait for this product: those whose identifiers name it and that show nothing yet."""
    wanted = Q(pk__in=[])
    for value in sorted({product.sku, *product.identifiers.values_list("value", flat=True)}):
        for form in spellings(value):
            wanted |= Q(identifiers__contains=[{"value": form}])
    waiting = unbound_assets(actor).filter(pk__in=AssetVersion.objects.filter(wanted).values("asset_id"))
    return [binding for asset in waiting.order_by("pk") for binding in match_asset(asset=asset, actor=actor)]


def retire_bindings(*, asset: Asset, actor: Actor) -> list[Binding]:
    """After an asset was retired or deleted: nobody is asked about it; what a deleted one showed, it shows no more."""
    gone = [BindingStatus.PROPOSED] + ([BindingStatus.ACTIVE] if asset.deleted_at else [])
    ended = []
    with recorded(actor):
        open_ones = Binding.objects.filter(asset=asset, status__in=gone).order_by("product_id", "pk")
        for uid, product_id in list(open_ones.values_list("uid", "product_id")):
            rows.lock_shown_product(product_id=product_id, actor=actor)
            binding = Binding.objects.select_related("product", "asset").filter(uid=uid, status__in=gone).first()
            if binding is None:
                continue
            binding.status, binding.settled_by, binding.settled_at = BindingStatus.REMOVED, "", moment.now()
            binding.reason = "asset gone"
            rows.write_binding(binding)
            rows.tell_binding(binding, event=events.BINDING_REMOVED)
            close_work_items(cause_key=binding.cause_key, actor=actor, outcome="asset gone")
            ended.append(binding)
    return ended


def _is_settled(finding: Finding, asset: Asset) -> bool:
    """Whether the target is bound, asked, or decided against by a stronger source; or a person placed the asset."""
    target = finding.target
    same = Binding.objects.filter(asset=asset, product_id=target.product_id, axis=target.axis).order_by("-pk")
    open_statuses = [BindingStatus.ACTIVE] if finding.is_certain else [BindingStatus.ACTIVE, BindingStatus.PROPOSED]
    if same.filter(status__in=open_statuses).exists():
        return True
    last = same.exclude(status=BindingStatus.PROPOSED).first()
    if last is not None and last.settled_by and outranks(last.settled_by, finding.source):
        return True
    placed = Binding.objects.active().filter(asset=asset, settled_by=Source.PERSON)
    return any(_on_one_line(target.product_id, target.line, row.product_id) for row in placed)


def _on_one_line(product_id: int, line: Iterable[int], other: int) -> bool:
    """Whether one of the two products is the other or stands above it."""
    return other in line or product_id in id_lines([other])[other].ids


def _settle(finding: Finding, asset: Asset, version: AssetVersion, role: str, actor: Actor) -> Binding | None:
    target = finding.target
    product = rows.lock_shown_product(product_id=target.product_id, actor=actor)
    if _is_settled(finding, asset):
        return None
    evidence = _evidence(finding, version)
    elsewhere = Binding.objects.active().filter(asset=asset).exclude(product=product, axis=target.axis)
    shown = sorted(elsewhere.values_list("product__sku", flat=True).distinct())
    if finding.is_certain and not shown:
        return _bind(finding, product, asset, role=role, evidence=evidence, actor=actor)
    if shown:
        evidence["sentence"] += f" It shows {', '.join(shown)} already."
    if Binding.objects.proposed().filter(asset=asset, product=product, axis=target.axis).exists():
        return None
    return propose_binding(
        product=product,
        asset=asset,
        role=role,
        source=finding.source,
        evidence=evidence,
        actor=actor,
        axis=target.axis,
    )


def _bind(
    finding: Finding, product: Product, asset: Asset, *, role: str, evidence: dict[str, Any], actor: Actor
) -> Binding:
    """Bind, or turn the open proposal of the same into a binding, now that the doubt is gone."""
    axis = finding.target.axis
    asked = Binding.objects.proposed().filter(asset=asset, product=product, axis=axis)
    binding = asked.select_related("product", "asset", "cell").first() or rows.new_binding(
        product=product, asset=asset, cell=get_or_make_cell(None, "*"), actor=actor, axis=axis
    )
    binding.source, binding.evidence, binding.actor, binding.role = finding.source, evidence, actor.label, role
    if role in SINGLE_ROLES and rows.same_place(binding).exists():
        evidence["sentence"] += f" Its metadata ask for {role}, which another asset is; it stays."
        role = BindingRole.GALLERY
    rows.take_place(binding, role=role, actor=actor, settled_by=finding.source)
    rows.tell_binding(binding, event=events.BINDING_CREATED)
    close_work_items(cause_key=binding.cause_key, actor=actor, outcome="bound")
    return binding


def _evidence(finding: Finding, version: AssetVersion) -> dict[str, Any]:
    return {
        "sentence": finding.sentence,
        "version": version.number,
        "filename": version.filename,
        "claims": [claim.to_json() for claim in finding.claims],
    }
