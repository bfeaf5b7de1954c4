"""News of the house: written to the outbox in the transaction that made it, ordered by the sequencer, told to consumers."""
