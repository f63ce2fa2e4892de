"""The city pack: what a city offers, issues, charges and celebrates, and what follows from it."""
