"""Illustrations drawn as vectors, lit like a studio and saved as photographs would be."""
