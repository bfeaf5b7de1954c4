"""News of the house: written with what it tells of, ordered by the sequencer, told to consumers."""
