"""Events of accounts."""

from foundation.audit.registry import declare_action
from foundation.events.catalogue import declare

USER_CREATED = declare("accounts.user.created", "A user exists", username="their sign-in name")
ROLE_DEFINED = declare("accounts.role.defined", "A role was made, or may other things", role="its code")
ROLE_DELETED = declare("accounts.role.deleted", "A role that nobody has is gone", role="its code")
USER_CHANGED = declare("accounts.user.changed", "A user's password, roles or keys changed", username="sign-in name")
PROVIDER_CHANGED = declare("accounts.provider.changed", "A sign-in provider was added or changed", code="its code")
GROUP_CHANGED = declare("accounts.group.changed", "A group, its members or its roles changed", group="its name")
SIGNED_IN = declare("accounts.user.signed_in", "Somebody signed in", username="sign-in name", method="what they showed")
SIGNED_OUT = declare("accounts.user.signed_out", "Somebody signed out", username="sign-in name")
VIEWING_STARTED = declare(
    "accounts.viewing.started", "Somebody views as somebody else", username="who", whom="as whom", reason="why"
)
VIEWING_ENDED = declare(
    "accounts.viewing.ended", "Somebody stopped viewing as somebody else", username="who", whom="as whom",
    reason="why they did", end="what ended it",
)  # fmt: skip

# Entered in the audit as well as told, or alone where nothing changed.
CAME = declare_action("accounts.user.came", "Somebody signed in")
WENT = declare_action("accounts.user.went", "Somebody signed out")
SIGN_IN_REFUSED = declare_action("accounts.sign_in.refused", "Somebody was not let in")
