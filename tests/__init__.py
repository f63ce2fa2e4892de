"""Tests mirror the source; journeys tell whole stories."""
