"""Foreign input files, made once by a seeded generator: the same seed gives the same bytes.

Nothing here imports Django or a room of the application: these files stand for the outside world.
"""

from config.demo.files.make import make_files
from config.demo.files.manifest import Manifest
from config.demo.files.scale import Scale

__all__ = ["Manifest", "Scale", "make_files"]
