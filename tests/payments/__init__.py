"""Payments: every fen accounted for once, whatever arrives, in whatever order, however often."""
