"""Groups: roles that hang on them, and members by the word of several sources."""

from typing import Any

import pytest

from foundation.accounts.choices import Dimension, Role
from foundation.accounts.models import Grant, Group, Membership, User
from foundation.accounts.queries import WITH_GRANTS, actor_of
from foundation.accounts.services import (
    add_members,
    close_account,
    create_group,
    create_user,
    delete_group,
    edit_group,
    grant_role,
    remove_members,
    revoke_role,
    set_memberships,
)
from foundation.core.errors import Conflict, Denied, Invalid, Missing
from foundation.events.models import OutboxEvent
from foundation.history.models import Revision
from foundation.workflow.queries import able_people

pytestmark = pytest.mark.django_db


@pytest.fixture
def nora(house_actor: Any) -> User:
    return create_user(username="nora", actor=house_actor)


@pytest.fixture
def editors(house_actor: Any) -> Group:
    """Stewards in GB."""
    group = create_group(name="Editors", actor=house_actor)
    grant_role(holder=group, role=Role.STEWARD, dimension=Dimension.MARKET, code="GB", actor=house_actor)
    return group


def said(user: User) -> set[tuple[str, str]]:
    return set(user.memberships.values_list("group__name", "source"))


def test_a_member_has_the_roles_of_the_group_and_their_own(nora: User, editors: Group, house_actor: Any) -> None:
    assert not actor_of(nora).may("pim.edit")
    assert add_members(group=editors, users=[nora], actor=house_actor) == 1
    assert (actor_of(nora).may("pim.edit"), actor_of(nora).limits("market")) == (True, {"GB"})
    grant_role(holder=nora, role=Role.MERCHANT, dimension=Dimension.MARKET, code="US", actor=house_actor)
    fetched = User.objects.prefetch_related(*WITH_GRANTS).get(pk=nora.pk)
    assert actor_of(nora).limits("market") == actor_of(fetched).limits("market") == {"GB", "US"}
    assert nora in able_people()
    assert remove_members(group=editors, users=[nora], actor=house_actor) == 1
    assert (actor_of(nora).may("pim.edit"), actor_of(nora).limits("market")) == (False, {"US"})


def test_the_grants_of_a_user_are_one_question(
    nora: User, editors: Group, house_actor: Any, django_assert_num_queries: Any
) -> None:
    add_members(group=editors, users=[nora], actor=house_actor)
    with django_assert_num_queries(1):
        actor_of(nora)


def test_losing_a_group_or_its_role_is_losing_what_it_gave(nora: User, editors: Group, house_actor: Any) -> None:
    add_members(group=editors, users=[nora], actor=house_actor)
    grant = editors.grants.get()
    revoke_role(holder=editors, grant_id=grant.pk, actor=house_actor)
    assert not actor_of(nora).may("pim.edit")
    with pytest.raises(Missing):
        revoke_role(holder=editors, grant_id=grant.pk, actor=house_actor)
    grant_role(holder=editors, role=Role.STEWARD, actor=house_actor)
    grant_role(holder=editors, role=Role.STEWARD, actor=house_actor)
    assert actor_of(nora).may("pim.edit")
    delete_group(group=editors, actor=house_actor)
    assert not actor_of(nora).may("pim.edit")
    assert (Grant.objects.count(), Membership.objects.count(), User.objects.filter(pk=nora.pk).count()) == (0, 0, 1)


def test_a_source_speaks_for_itself_alone(nora: User, editors: Group, house_actor: Any) -> None:
    add_members(group=editors, users=[nora], actor=house_actor)
    create_group(name="Studio", actor=house_actor)
    given = set_memberships(user=nora, names=["editors", " STUDIO", "Nowhere"], source="okta", actor=house_actor)
    assert [one.name for one in given] == ["Editors", "Studio"]
    assert said(nora) == {("Editors", "hand"), ("Editors", "okta"), ("Studio", "okta")}
    assert not Group.objects.filter(name="Nowhere").exists()
    set_memberships(user=nora, names=[], source="okta", actor=house_actor)
    assert said(nora) == {("Editors", "hand")}
    set_memberships(user=nora, names=["Nowhere"], source="okta", actor=house_actor, makes_groups=True)
    assert said(nora) == {("Editors", "hand"), ("Nowhere", "okta")}
    assert Group.objects.get(name="Nowhere").grants.count() == 0


def test_saying_the_same_again_writes_nothing(nora: User, editors: Group, house_actor: Any) -> None:
    set_memberships(user=nora, names=["Editors"], source="okta", actor=house_actor)
    before = Revision.objects.count(), OutboxEvent.objects.count()
    set_memberships(user=nora, names=["Editors"], source="okta", actor=house_actor)
    add_members(group=editors, users=[nora], source="okta", actor=house_actor)
    edit_group(group=editors, name="Editors", actor=house_actor)
    assert (Revision.objects.count(), OutboxEvent.objects.count()) == before


def test_history_and_events_tell_of_groups(nora: User, editors: Group, house_actor: Any) -> None:
    before = OutboxEvent.objects.count()
    add_members(group=editors, users=[nora], actor=house_actor)
    edit_group(group=editors, name="Writers", actor=house_actor)
    assert Revision.objects.filter(table_name="accounts_membership", op="I", actor="system:tests").count() == 1
    changed = Revision.objects.get(table_name="accounts_group", op="U")
    assert changed.before["name"] == "Editors"
    assert OutboxEvent.objects.count() == before + 2


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\0b"])
def test_names_that_are_none_are_refused(name: str, house_actor: Any) -> None:
    with pytest.raises(Invalid):
        create_group(name=name, actor=house_actor)
    assert Group.objects.count() == 0


def test_two_groups_have_two_names(editors: Group, house_actor: Any) -> None:
    other = create_group(name="Others", actor=house_actor)
    for make in (
        lambda: create_group(name="EDITORS", actor=house_actor),
        lambda: edit_group(group=other, name="editors", actor=house_actor),
    ):
        with pytest.raises(Conflict, match="There is a group 'Editors' already"):
            make()


def test_who_does_not_manage_accounts_changes_no_group(nora: User, editors: Group, steward: Any) -> None:
    before = Revision.objects.count(), OutboxEvent.objects.count()
    for attempt in (
        lambda: create_group(name="x", actor=steward),
        lambda: create_group(name="x", source="scim", actor=steward),
        lambda: edit_group(group=editors, name="x", actor=steward),
        lambda: delete_group(group=editors, actor=steward),
        lambda: grant_role(holder=editors, role=Role.STEWARD, actor=steward),
        lambda: revoke_role(holder=editors, grant_id=editors.grants.get().pk, actor=steward),
        lambda: add_members(group=editors, users=[nora], actor=steward),
        lambda: remove_members(group=editors, users=[nora], actor=steward),
        lambda: set_memberships(user=nora, names=["Editors"], source="okta", actor=steward),
    ):
        with pytest.raises(Denied):
            attempt()
    assert (Revision.objects.count(), OutboxEvent.objects.count()) == before


def test_the_last_administrator_stays(nora: User, house_actor: Any) -> None:
    group = create_group(name="Keepers", actor=house_actor)
    grant = grant_role(holder=group, role=Role.ADMINISTRATOR, actor=house_actor)
    add_members(group=group, users=[nora], actor=house_actor)
    for attempt in (
        lambda: remove_members(group=group, users=[nora], actor=house_actor),
        lambda: set_memberships(user=nora, names=[], source="hand", actor=house_actor),
        lambda: revoke_role(holder=group, grant_id=grant.pk, actor=house_actor),
        lambda: delete_group(group=group, actor=house_actor),
        lambda: close_account(user=nora, actor=house_actor),
    ):
        with pytest.raises(Conflict, match="nobody who administers the house"):
            attempt()
    assert actor_of(User.objects.get(pk=nora.pk)).may("accounts.manage")
    other = grant_role(
        holder=create_user(username="ada", actor=house_actor), role=Role.ADMINISTRATOR, actor=house_actor
    )
    remove_members(group=group, users=[nora], actor=house_actor)
    with pytest.raises(Conflict, match="nobody who administers the house"):
        revoke_role(holder=other.user, grant_id=other.pk, actor=house_actor)


def test_nobody_takes_their_own_access_away_by_a_group(nora: User, house_actor: Any) -> None:
    group = create_group(name="Keepers", actor=house_actor)
    grant = grant_role(holder=group, role=Role.ADMINISTRATOR, actor=house_actor)
    other = create_user(username="ada", actor=house_actor)
    grant_role(holder=other, role=Role.ADMINISTRATOR, actor=house_actor)
    add_members(group=group, users=[nora], actor=house_actor)
    actor = actor_of(nora)
    for attempt in (
        lambda: remove_members(group=group, users=[nora], actor=actor),
        lambda: revoke_role(holder=group, grant_id=grant.pk, actor=actor),
        lambda: delete_group(group=group, actor=actor),
    ):
        with pytest.raises(Conflict, match="their own last key"):
            attempt()
    assert actor_of(User.objects.get(pk=nora.pk)).may("accounts.manage")
    delete_group(group=group, actor=actor_of(other))
    assert not actor_of(User.objects.get(pk=nora.pk)).may("accounts.manage")
