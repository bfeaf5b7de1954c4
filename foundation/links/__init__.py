"""Minting and verifying the tokens of delivery links. Whether the right still stands is asked elsewhere, at each request."""
