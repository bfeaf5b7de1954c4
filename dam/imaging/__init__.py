"""Foreign bytes: looked at and rendered in a child process with limits, never in the worker itself.

`sandbox` is the parent's side and all that services use; the other modules run in the child only
(`python -m dam.imaging`). Nothing here knows Django or a table.
"""
