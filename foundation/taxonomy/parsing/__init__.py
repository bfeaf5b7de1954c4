"""Published trees, read line by line in a child process. Knows no tables and no Django."""
