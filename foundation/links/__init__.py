"""Minting and verifying the tokens of delivery links. Whether a right still stands is asked elsewhere."""
