"""Tests of backend/home."""
