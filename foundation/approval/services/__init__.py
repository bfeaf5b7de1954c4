"""The only writers of change requests."""

from foundation.approval.services.requests import (
    approve_change_request,
    propose_change,
    reject_change_request,
    withdraw_change_request,
)

__all__ = ["approve_change_request", "propose_change", "reject_change_request", "withdraw_change_request"]
