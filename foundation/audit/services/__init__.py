"""The only writers of the audit."""

from foundation.audit.services.chaining import chain_committed
from foundation.audit.services.entries import collected_reads, note_read, record_act
from foundation.audit.services.heads import publish_head
from foundation.audit.services.looking import note_exported, note_looked, note_opened
from foundation.audit.services.redacting import redact
from foundation.audit.services.retention import retire
from foundation.audit.services.verifying import start_verification, verify_chain

__all__ = [
    "chain_committed", "collected_reads", "note_exported", "note_looked", "note_opened", "note_read", "publish_head",
    "record_act", "redact", "retire",
    "start_verification", "verify_chain",
]  # fmt: skip
