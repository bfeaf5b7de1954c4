"""Reads over products."""
