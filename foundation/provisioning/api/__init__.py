"""SCIM over HTTP."""
