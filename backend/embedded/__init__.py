"""Finds and runs the embedded Postgres and Redis; only the command line and the tests know it."""
