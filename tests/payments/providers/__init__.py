"""The three adapters, held to published values and to everything that is not valid."""
