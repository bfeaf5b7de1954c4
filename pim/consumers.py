"""What pim reacts to: dirty models, overrides that lapse, files that wait."""

from foundation.events.models import Event
from foundation.events.registry import Projection, chore, consumer, register_projection
from foundation.jobs.registry import job_kind, timer_kind
from foundation.taxonomy.events import TERM_CHANGED, TERM_CREATED, TERM_DELETED
from pim.services.attribute_moves import MOVE_JOB, carry_out_attribute_move
from pim.services.axes import AXES_JOB, carry_out_axes_change
from pim.services.completeness import refresh_completeness, refresh_search, root_ids
from pim.services.facets import all_facets, recount_facets
from pim.services.importing import import_rows
from pim.services.imports import JOB
from pim.services.options import options_follow_term
from pim.services.summaries import family_ids, note_completeness_day, refresh_summaries
from pim.services.values import expire_override
from pim.services.writing import OVERRIDE_TIMER

register_projection(
    Projection(
        "pim.completeness",
        refresh_completeness,
        root_ids,
        tables=("pim_completeness", "pim_catalogueentry", "pim_recorduse", "pim_finding"),
        batch=200,
    )
)
register_projection(
    Projection(
        "pim.summaries",
        refresh_summaries,
        family_ids,
        tables=("pim_completenesssummary", "pim_missingcount"),
        after=("pim.completeness",),
        batch=1,
    )
)
register_projection(
    Projection("pim.search", refresh_search, root_ids, tables=("pim_productsearch", "pim_productfacets"), batch=200)
)
register_projection(
    Projection("pim.facets", recount_facets, all_facets, tables=("pim_facetcount",), after=("pim.search",), batch=1)
)


@consumer("pim.vocabularies", TERM_CREATED, TERM_CHANGED, TERM_DELETED)
def follow_terms(event: Event) -> None:
    """Options that are terms say what the terms say now; again or late, the same."""
    options_follow_term(vocabulary=event.data["vocabulary"], term=event.data["term"])


@timer_kind(OVERRIDE_TIMER)
def end_override(subject: str) -> None:
    """A market's own value ends. A second call finds nothing to end."""
    expire_override(subject)


@chore("pim.completeness_day", seconds=60.0)
def note_day() -> None:
    """What trends are drawn from. Within a day it brings the same rows up to date."""
    note_completeness_day()


job_kind(JOB)(import_rows)
job_kind(MOVE_JOB)(carry_out_attribute_move)
job_kind(AXES_JOB)(carry_out_axes_change)
