"""SCIM documents as they are served here: fewer attributes than RFC 7643 knows, since nothing is kept without use.

What directories send beyond them is read and dropped. A password is among it: nobody's is set by a directory.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from scim2_models import (
    URN,
    AnyExtension,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    Email,
    EnterpriseUser,
    ETag,
    Filter,
    GroupMembership,
    Mutability,
    Name,
    Pagination,
    Patch,
    PhoneNumber,
    Reference,
    Required,
    Resource,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

MOST_OPERATIONS, LARGEST_BODY = 100, 1024 * 1024
PAGE, LARGEST_PAGE = 100, 200
ENTERPRISE = str(EnterpriseUser.__schema__)


class User(Resource[AnyExtension]):
    """A person."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    name: Name | None = None
    display_name: str | None = None
    nick_name: str | None = None
    title: str | None = None
    user_type: str | None = None
    preferred_language: str | None = None
    locale: str | None = None
    timezone: str | None = None
    active: bool | None = None
    emails: list[Email] | None = None
    phone_numbers: list[PhoneNumber] | None = None
    groups: Annotated[list[GroupMembership] | None, Mutability.read_only] = None


class Member(ComplexAttribute):
    """A person in a group."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[Reference[User[Any]] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])


class Group(Resource[Any]):
    """People together."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    members: list[Member] | None = None


Person = User[EnterpriseUser]

POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=True, max_operations=MOST_OPERATIONS, max_payload_size=LARGEST_BODY),
    filter=Filter(supported=True, max_results=LARGEST_PAGE),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    pagination=Pagination(
        cursor=False,
        index=True,
        default_pagination_method=Pagination.DefaultPaginationMethod.index,
        default_page_size=PAGE,
        max_page_size=LARGEST_PAGE,
    ),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="API key",
            description="An API key that may accounts.provision, as a bearer token",
            primary=True,
        )
    ],
)
PROVIDER = ScimProvider(
    models=[User, Group, EnterpriseUser],
    resource_types=[ResourceType.from_resource(Person), ResourceType.from_resource(Group)],
    config=CONFIG,
    policy=POLICY,
)

SCHEMAS = PROVIDER.schemas
for schema in SCHEMAS:
    for attribute in schema.attributes or []:
        # Everybody has it: an account that nothing is said of is open, and a PATCH that removes it changes nothing.
        if attribute.name == "active":
            attribute.required = Required.true


def mended(data: Any) -> Any:
    """What Entra ID and Okta send besides the standard, as the standard has it.

    A manager as a plain id, and in a PATCH without a path the attributes that nobody can write.
    """
    if not isinstance(data, dict):
        return data
    if isinstance(operations := data.get("Operations"), list):
        return data | {"Operations": [_mended_operation(one) for one in operations]}
    return {name: _with_manager(value) if name == ENTERPRISE else value for name, value in data.items()}


def _mended_operation(operation: Any) -> Any:
    if not isinstance(operation, dict):
        return operation
    path, value = operation.get("path"), operation.get("value")
    if isinstance(path, str) and path.casefold().endswith(":manager") and value:
        return operation | {"value": _manager(value)}
    if path in {None, ""} and isinstance(value, dict):
        written = {name: one for name, one in value.items() if name not in {"id", "meta", "schemas"}}
        return {"op": operation.get("op"), "value": mended(written)}
    return operation


def _with_manager(extension: Any) -> Any:
    if isinstance(extension, dict) and (manager := extension.get("manager")):
        return extension | {"manager": _manager(manager)}
    return extension


def _manager(value: Any) -> Any:
    found = {"value": value} if isinstance(value, str) else value
    if isinstance(found, dict) and isinstance(uid := found.get("value"), str):
        return {"$ref": f"../Users/{uid}", **found}
    return found
