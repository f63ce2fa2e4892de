"""A push service for tests: real browsers subscribe to it offline, and the product's sender delivers through it."""
