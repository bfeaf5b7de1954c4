"""A marketplace played by a process of its own: feeds in, processing reports out, by rules that are data.

Feeds and reports are in the manner of the published listings feed 2.0 schemas. Nothing here imports
Django or a room of the application.
"""
