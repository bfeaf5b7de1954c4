"""What surrounds the application in a demonstration: supplier files, a photo shoot, a marketplace."""
