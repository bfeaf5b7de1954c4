"""What every room stands on, as small Django apps. Lowest first: core, history, blobs, events, jobs, accounts,
markets, links, workflow, archive.
"""
