"""The same facts lead to the same messages, in whatever order they come and whatever happens meanwhile."""
