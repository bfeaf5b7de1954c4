"""What accounts offers to programs."""
