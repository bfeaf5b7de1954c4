"""No engine runs here, so what the compose file and the Dockerfile name is looked up instead."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import yaml

from config import env
from config.stack.stack import QUEUES
from tests.config.stacks import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "tandem"}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SHELL = {"APP_ORIGIN", "BEHIND_PROXY", "LINK_KEYS", "MEDIA_ORIGIN", "OUTGOING_HOSTS"}
SHELL |= {"POSTGRES_PASSWORD", "S3_SECRET", "SECRET_KEY"}


def words(service: dict[str, Any]) -> list[str]:
    return [word for part in service["command"] for word in str(part).split()]


def test_the_services_are_those_of_the_embedded_stack() -> None:
    assert set(OURS) == {"migrate", "web", "delivery", "sequencer", "worker"}
    assert set(SERVICES) - set(OURS) == {"postgres", "valkey", "objects", "bucket"}


@pytest.mark.parametrize("name", SERVICES)
def test_what_a_service_waits_for_exists_and_can_be_waited_for(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other]
        else:
            assert how["condition"] == "service_completed_successfully"
            assert SERVICES[other]["restart"] == "no"
    if name in OURS and name != "migrate":
        assert set(SERVICES[name]["depends_on"]) == {"postgres", "valkey", "objects", "bucket", "migrate"}


def test_volumes_are_declared_and_used() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", OURS)
def test_variables_are_those_that_settings_read(name: str) -> None:
    import config.settings  # noqa: F401  fills the registry

    assert set(OURS[name]["environment"]) <= set(env.REGISTRY)


def test_urls_can_be_read_and_point_at_services(monkeypatch: pytest.MonkeyPatch) -> None:
    given = OURS["web"]["environment"]
    for variable in ("DATABASE_URL", "STORAGE_URL"):
        monkeypatch.setenv(
            variable, given[variable].replace(":?", "").replace("$", "").replace("{", "").replace("}", "")
        )
    database, storage = env.database("DATABASE_URL", ""), env.storage("STORAGE_URL", "", "")
    assert database["HOST"] == "postgres"
    assert database["NAME"] == SERVICES["postgres"]["environment"]["POSTGRES_DB"]
    assert database["USER"] == SERVICES["postgres"]["environment"]["POSTGRES_USER"]
    options = storage["OPTIONS"]
    assert isinstance(options, dict)
    assert options["endpoint_url"] == "http://objects:8333"
    assert options["access_key"] == SERVICES["objects"]["environment"]["AWS_ACCESS_KEY_ID"]
    assert given["REDIS_URL"].startswith("redis://valkey:")


def test_the_shell_variables_are_the_documented_ones() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{(\w+)", text)) == SHELL


def modules(service: dict[str, Any]) -> Iterator[str]:
    for word in words(service):
        if match := re.fullmatch(r"(?:--app=)?([a-z_]+(?:\.[a-z_]+)+)(?::\w+)?", word):
            yield match[1]


@pytest.mark.parametrize("name", OURS)
def test_commands_name_real_modules_and_management_commands(name: str) -> None:
    from django.core.management import get_commands

    told = words(OURS[name])
    for module in modules(OURS[name]):
        if module != "manage.py":
            place = ROOT / module.replace(".", "/")
            assert place.with_suffix(".py").is_file() or (place / "__init__.py").is_file(), module
    for before, command in pairwise(told):
        if before == "manage.py":
            assert command in get_commands()
    assert (name != "worker") or f"--queues={QUEUES}" in told


def test_the_image_copies_what_exists_and_runs_as_nobody_special() -> None:
    for source in re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE):
        assert (ROOT / source).exists(), source
    assert "USER tandem" in DOCKERFILE
    ports = {port.split(":")[1] for service in OURS.values() for port in service.get("ports", [])}
    assert set(re.findall(r"^EXPOSE (.+)$", DOCKERFILE, re.MULTILINE)[0].split()) == ports
    assert all(volume.endswith(":/var/lib/tandem") for volume in OURS["web"]["volumes"])
    assert "VAR_DIR=/var/lib/tandem" in DOCKERFILE
