"""The OpenAPI document is committed, so that a change of the API shows in review. E6.

After a change on purpose: `python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml`.
"""

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_the_committed_document_is_what_the_code_says(tmp_path: Path) -> None:
    fresh = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(fresh))
    assert yaml.safe_load(fresh.read_text()) == yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())


def test_every_operation_says_what_it_is_for_and_who_may() -> None:
    document = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) > 40
    assert [(path, method) for path, method, operation in operations if not operation.get("description")] == []
    assert [(path, method) for path, method, operation in operations if {} in operation.get("security", [{}])] == []
