"""Reconciliation: the providers' daily bills against the ledger, day by day."""
