"""What a server does with its heap before the first request."""

from __future__ import annotations

import gc

THRESHOLDS = (20_000, 20, 50)  # a page makes some ten thousand objects, and few of them in circles


def settle_heap() -> None:
    """What is loaded stays for good, so that no collection need walk over it again; collections come seldom.

    Otherwise each full collection, in the midst of somebody's page, walks over modules that never change.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
