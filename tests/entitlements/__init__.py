"""Answering entitlements, from the message to the money."""
