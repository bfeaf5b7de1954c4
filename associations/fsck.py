"""Invariants of bindings that no constraint can hold, since they join tables of several rooms."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from associations.choices import QUEUE
from associations.models import Binding
from foundation.archive.registry import fsck_check
from foundation.workflow.models import WorkItem

SHOWN = 20
ITEMS = """
SELECT w.title FROM workflow_workitem w JOIN associations_binding b ON b.uid = w.subject
  JOIN pim_product p ON p.id = b.product_id
  LEFT JOIN pim_classification k ON k.product_id = p.root_id AND k.is_primary
 WHERE w.subject_type = 'binding' AND w.category_id IS DISTINCT FROM k.category_id ORDER BY w.id LIMIT %s
"""


def register() -> None:
    fsck_check("every open proposal has its work item, and the reverse")(proposals_have_items)
    fsck_check("no binding points at a deleted asset")(assets_are_live)
    fsck_check("nothing was bound by its file name")(no_file_name_binds)
    fsck_check("work items of bindings lie where their products lie")(items_follow_products)
    fsck_check("settled bindings say when and by what")(settled_bindings_say_so)


def proposals_have_items() -> Iterator[str]:
    open_keys = set(
        WorkItem.objects.unfinished().filter(cause_key__startswith="proposal:", queue__code=QUEUE)
        .values_list("cause_key", flat=True)
    )  # fmt: skip
    asked = {f"proposal:{uid}" for uid in Binding.objects.proposed().values_list("uid", flat=True)}
    for key in sorted(asked - open_keys)[:SHOWN]:
        yield f"{key} is open and has no work item"
    for key in sorted(open_keys - asked)[:SHOWN]:
        yield f"the work item {key} is open and asks about nothing"


def items_follow_products() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(ITEMS, [SHOWN])
        for (title,) in cursor.fetchall():
            yield f"work item {title!r} lies in another category than the product of its binding"


def assets_are_live() -> Iterator[str]:
    gone = Binding.objects.exclude(asset__deleted_at=None).filter(status__in=["active", "proposed"])
    for binding in gone.select_related("asset", "product")[:SHOWN]:
        yield f"binding {binding.uid} shows {binding.product.sku} by the deleted asset {binding.asset.uid}"


def no_file_name_binds() -> Iterator[str]:
    for binding in Binding.objects.active().filter(settled_by="filename")[:SHOWN]:
        yield f"binding {binding.uid} is active by nothing but a file name"


def settled_bindings_say_so() -> Iterator[str]:
    for binding in Binding.objects.active().filter(settled_by="")[:SHOWN]:
        yield f"binding {binding.uid} is active and nobody decided it"
    for binding in Binding.objects.proposed().exclude(settled_by="")[:SHOWN]:
        yield f"binding {binding.uid} is proposed and decided at once"
