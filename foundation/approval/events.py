"""Events of change requests."""

from foundation.events.catalogue import declare

COMMON = {"kind": "what is asked for, such as taxonomy.move", "concerns": "tree/code"}
REQUEST_OPENED = declare("approval.change_request.opened", "Somebody asks for a change", **COMMON)
REQUEST_APPROVED = declare("approval.change_request.approved", "Somebody else had it carried out", **COMMON)
REQUEST_REJECTED = declare("approval.change_request.rejected", "Somebody else said no", **COMMON)
REQUEST_WITHDRAWN = declare("approval.change_request.withdrawn", "Who asked does so no longer", **COMMON)
