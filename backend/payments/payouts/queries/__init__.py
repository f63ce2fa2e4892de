"""Statements on cards and payouts."""
