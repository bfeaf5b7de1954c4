from __future__ import annotations

from tests.stages import staged

from . import factories

# The product model of `factories.MODEL`.
model = staged("model", lambda: {"model": factories.make_model()})
