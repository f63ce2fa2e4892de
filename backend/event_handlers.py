"""THE MAP: what happens after each fact. Two or three lines a handler; the work is done by the features."""
