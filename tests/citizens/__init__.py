"""Residents: kept once, sealed, signed in by a real identity provider."""
