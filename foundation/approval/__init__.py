"""Change requests: what one asks for and another decides, carried out by the same services as a change by hand."""
