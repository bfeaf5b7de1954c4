"""What taxonomy keeps derived: the lines of categories, which services keep as they go and a rebuild makes again."""

from foundation.events.registry import Projection, register_projection
from foundation.taxonomy.services import refresh_lines, tree_ids

register_projection(Projection("taxonomy.lines", refresh_lines, tree_ids, tables=("taxonomy_category",)))
