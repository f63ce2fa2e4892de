"""Payments under fire: real processes, real Postgres, real signatures."""
