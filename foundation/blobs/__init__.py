"""Content-addressed bytes. A row never points at bytes that are not there; bytes are written first."""
