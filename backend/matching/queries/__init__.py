"""SQL of the rules: one function, one statement."""
