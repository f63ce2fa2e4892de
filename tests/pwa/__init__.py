"""The screens: drawn from examples, looked at by a real browser."""
