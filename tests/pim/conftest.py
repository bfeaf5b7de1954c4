from __future__ import annotations

import pytest

from . import factories


@pytest.fixture
def model(db: None) -> None:
    factories.make_model()
