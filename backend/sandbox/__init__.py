"""The outside world for development and tests: programs of their own that speak the real protocols."""
