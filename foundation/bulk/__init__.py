"""Many things changed at once: previewed, carried out in batches, kept row by row, and undone as a whole."""
