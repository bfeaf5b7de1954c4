"""Users, roles, grants by dimension and code, API keys."""
