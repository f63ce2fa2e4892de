"""Whole stories: a department, the office, a phone and the person who holds it."""
