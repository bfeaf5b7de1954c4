"""The embedded stack: PostgreSQL and Valkey from wheels, and a supervisor for what runs beside them."""

from config.stack.console import Console
from config.stack.environment import ensure_secrets
from config.stack.postgres import EmbeddedPostgres
from config.stack.process import Process, StackError
from config.stack.stack import Stack
from config.stack.supervisor import Supervisor
from config.stack.valkey import EmbeddedValkey

__all__ = [
    "Console",
    "EmbeddedPostgres",
    "EmbeddedValkey",
    "Process",
    "Stack",
    "StackError",
    "Supervisor",
    "ensure_secrets",
]
