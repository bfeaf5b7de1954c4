"""What an administrator sets up before the first file arrives: the model, channels' rules, people and keys."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dam.services import define_preset
from foundation.accounts.choices import Dimension, Role
from foundation.accounts.models import ApiKey, User
from foundation.accounts.services import create_api_key, create_user, grant_role, revoke_api_key, set_password
from foundation.core.actors import Actor, system
from foundation.markets.models import Channel
from foundation.markets.services import define_channel
from foundation.workflow.services import define_queue
from pim.services import apply_model
from syndication.services.profiles import define_profile, set_channel_key

HERE = Path(__file__).parent
KEY_NAME = "demo"
QUEUES = {
    "imports": ("Supplier files", Role.STEWARD),
    "matching": ("Which product is this?", Role.STEWARD),
    "rejections": ("Refused by a channel", Role.STEWARD),
    "ingest": ("Pictures that were refused", Role.STUDIO),
}
PEOPLE = {
    "ada": ("Ada Marlow", Role.ADMINISTRATOR, ""),
    "stella": ("Stella Brandt", Role.STEWARD, ""),
    "phil": ("Phil Okafor", Role.STUDIO, ""),
    "mona": ("Mona Lefèvre", Role.MERCHANT, ""),
    "otto": ("Otto Reyes", Role.STEWARD, "US"),
}


@dataclass(frozen=True)
class Prepared:
    """The keys of the people who act, and the administrator's password."""

    keys: dict[str, str]
    password: str


def prepare(folder: Path, *, marketplace: str, marketplace_key: str, password_file: Path) -> Prepared:
    """Set the house up; doing it again changes nothing but the keys, which are made anew."""
    actor = system("demo")
    house = json.loads((HERE / "profiles.json").read_text())
    apply_model(json.loads((folder / "supplier" / "model.json").read_text()), actor=actor)
    for preset in house["presets"]:
        define_preset(**preset, actor=actor)
    connect(Channel.objects.get(code="d2c"), "Web shop", "", actor)
    connect(Channel.objects.get(code="market"), "Marketplace", marketplace, actor)
    set_channel_key(channel="market", token=marketplace_key, actor=actor)
    for channel, body in house["profiles"].items():
        define_profile(channel=channel, body=body, actor=actor)
    for code, (name, role) in QUEUES.items():
        define_queue(code=code, name=name, role=role, actor=actor)
    password = kept_password(password_file)
    return Prepared({name: ensure_person(name, password, actor) for name in PEOPLE}, password)


def connect(channel: Channel, name: str, endpoint: str, actor: Actor) -> None:
    define_channel(
        code=channel.code,
        name=name,
        kind=channel.kind,
        use=channel.use,
        asks_restricted=channel.asks_restricted,
        endpoint=endpoint,
        actor=actor,
    )


def ensure_person(name: str, password: str, actor: Actor) -> str:
    """The person with their role, and a fresh key of theirs."""
    full_name, role, market = PEOPLE[name]
    user = User.objects.filter(username=name).first()
    if user is None:
        is_admin = role is Role.ADMINISTRATOR
        user = create_user(username=name, name=full_name, actor=actor, is_staff=is_admin, is_superuser=is_admin)
        set_password(user=user, password=password, actor=actor)
    scope: dict[str, Any] = {"dimension": Dimension.MARKET, "code": market} if market else {}
    grant_role(holder=user, role=role, actor=actor, **scope)
    for old in ApiKey.objects.filter(user=user, name=KEY_NAME, revoked_at=None):
        revoke_api_key(prefix=old.prefix, actor=actor)
    return create_api_key(user=user, name=KEY_NAME, actor=actor)[1]


def kept_password(path: Path) -> str:
    """One password for the people of the demo, made once for this machine."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(12))
    return path.read_text()
