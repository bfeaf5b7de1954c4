"""Work items: what a person has to do, once per cause, in the queue of a role. Knows subjects by type and id only."""
