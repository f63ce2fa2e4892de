"""SQL of the rules desk: one function, one statement."""
