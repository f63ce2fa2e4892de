"""Tests of backend/ops."""
