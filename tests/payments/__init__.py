"""Payments: every fen once."""
