"""What a code may look like that stands in addresses and keys."""

import re

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
SMALL_CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")  # of what the house itself names too
