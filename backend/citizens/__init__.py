"""Persons and organisations: who they are, sealed; how they sign in; what the city must know of their lives."""
