"""Events of accounts."""

from foundation.events.catalogue import declare

USER_CREATED = declare("accounts.user.created", "A user exists", username="their sign-in name")
USER_CHANGED = declare("accounts.user.changed", "A user's password, roles or keys changed", username="sign-in name")
GROUP_CHANGED = declare("accounts.group.changed", "A group, its members or its roles changed", group="its name")
