"""Invented people on a fixed day: what the component gallery shows and the tests draw."""
