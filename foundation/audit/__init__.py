"""Who wrote, read or was refused what, in a chain of hashes that shows where somebody altered it afterwards."""
