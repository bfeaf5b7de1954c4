"""What roles may is data: made, changed, copied, deleted, and never so that somebody locks themselves out. G1."""

from __future__ import annotations

from typing import Any

import pytest

from foundation.accounts.choices import PERMISSIONS, Role
from foundation.accounts.models import Grant, RoleDefinition, User
from foundation.accounts.queries import actor_of
from foundation.accounts.services import (
    copy_role,
    create_user,
    define_role,
    delete_role,
    grant_role,
    permit,
    revoke_role,
)
from foundation.core.errors import Conflict, Denied, Invalid, Missing
from foundation.core.permissions import DECLARED
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, Any]]:
    rows = OutboxEvent.objects.filter(type__startswith="accounts.role.").order_by("pk")
    return list(rows.values_list("type", "data"))


def may(role: str) -> set[str]:
    return set(RoleDefinition.objects.get(code=role).permissions)


def again(actor: Any) -> Any:
    return actor_of(User.objects.get(pk=actor.user_id))


def test_a_house_begins_with_five_roles() -> None:
    found = {one.code: frozenset(one.permissions) for one in RoleDefinition.objects.filter(is_first=True)}
    assert found == {role.value: permissions for role, permissions in PERMISSIONS.items()}
    assert frozenset().union(*found.values()) - {"*"} <= DECLARED.keys()


def test_what_a_role_may_holds_at_the_next_request(administrator: Any, merchant: Any) -> None:
    assert not again(merchant).may("pim.place")
    permit(code="merchant", permission="pim.place", holds=True, actor=administrator)
    assert again(merchant).may("pim.place")
    assert told() == [("accounts.role.defined", {"role": "merchant"})]
    permit(code="merchant", permission="pim.place", holds=True, actor=administrator)
    assert len(told()) == 1
    permit(code="merchant", permission="pim.place", holds=False, actor=administrator)
    assert (again(merchant).may("pim.place"), len(told())) == (False, 2)
    assert Revision.objects.filter(table_name="accounts_roledefinition", actor=administrator.label).count() == 2


def test_a_role_is_copied_granted_and_deleted_when_nobody_has_it(administrator: Any) -> None:
    copy_role(code="studio", to="retoucher", name="Retoucher", actor=administrator)
    assert may("retoucher") == may("studio")
    user = create_user(username="rita", actor=administrator)
    grant = grant_role(holder=user, role="retoucher", actor=administrator)
    assert actor_of(user).may("dam.edit")
    with pytest.raises(Conflict):
        delete_role(code="retoucher", actor=administrator)
    revoke_role(holder=user, grant_id=grant.pk, actor=administrator)
    delete_role(code="retoucher", actor=administrator)
    assert not RoleDefinition.objects.filter(code="retoucher").exists()
    with pytest.raises(Missing):
        grant_role(holder=user, role="retoucher", actor=administrator)
    assert not Grant.objects.filter(user=user).exists()


def test_administrators_may_everything_and_the_first_roles_stay(administrator: Any) -> None:
    for change in ({"permissions": []}, {"permissions": ["pim.view"]}):
        with pytest.raises(Conflict):
            define_role(code="administrator", actor=administrator, **change)
    with pytest.raises(Conflict):
        permit(code="administrator", permission="pim.view", holds=True, actor=administrator)
    with pytest.raises(Conflict):
        delete_role(code="steward", actor=administrator)
    assert (may("administrator"), told()) == ({"*"}, [])


def test_nobody_locks_themselves_out(administrator: Any) -> None:
    define_role(code="clerk", permissions=["accounts.manage"], actor=administrator)
    user = create_user(username="carl", actor=administrator)
    grant = grant_role(holder=user, role="clerk", actor=administrator)
    clerk = actor_of(user)
    with pytest.raises(Conflict):
        permit(code="clerk", permission="accounts.manage", holds=False, actor=clerk)
    with pytest.raises(Conflict):
        revoke_role(holder=user, grant_id=grant.pk, actor=clerk)
    assert (may("clerk"), user.grants.count()) == ({"accounts.manage"}, 1)
    permit(code="clerk", permission="accounts.manage", holds=False, actor=administrator)
    assert not actor_of(user).may("accounts.manage")


@pytest.mark.parametrize(
    "given",
    [
        {"code": "Clerk"},
        {"code": ""},
        {"code": "clerk", "permissions": ["pim.fly"]},
        {"code": "clerk", "permissions": ["*"]},
        {"code": "clerk", "name": " " * 3},
        {"code": "clerk", "sentence": "x" * 301},
    ],
)
def test_what_a_role_cannot_be(administrator: Any, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        define_role(**given, actor=administrator)
    assert (RoleDefinition.objects.count(), told()) == (5, [])


def test_only_who_manages_accounts_says_what_roles_may(steward: Any) -> None:
    with pytest.raises(Denied):
        permit(code="steward", permission="accounts.manage", holds=True, actor=steward)
    with pytest.raises(Denied):
        define_role(code="mine", permissions=["pim.view"], actor=steward)
    assert (again(steward).may("accounts.manage"), told()) == (False, [])


def test_the_secret_class_has_the_restricted_one_in_it(administrator: Any) -> None:
    define_role(code="buyer", permissions=["pim.view", "pim.view_secret"], actor=administrator)
    assert may("buyer") == {"pim.view", "pim.view_restricted", "pim.view_secret"}


def test_a_role_of_everything_is_copied_as_what_there_is(administrator: Any) -> None:
    assert set(copy_role(code="administrator", to="chief", name="Chief", actor=administrator).permissions) == set(
        DECLARED
    )
    assert Role.ADMINISTRATOR in PERMISSIONS
