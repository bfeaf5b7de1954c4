"""Writing what a directory says."""

from foundation.provisioning.services.exchanges import forget_exchanges, note_exchange
from foundation.provisioning.services.groups import change_group, provision_group, withdraw_group
from foundation.provisioning.services.people import change_person, provision_person, withdraw_person

__all__ = [
    "change_group",
    "change_person",
    "forget_exchanges",
    "note_exchange",
    "provision_group",
    "provision_person",
    "withdraw_group",
    "withdraw_person",
]
