"""Benchmarks: every claim of speed is a ratio, measured against a bound or a peer in the same run."""
