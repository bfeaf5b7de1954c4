"""Everything out and in again. Rooms register what is truth; derived data is rebuilt, never carried."""
