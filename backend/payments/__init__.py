"""Government fees: bills, payments by three providers, refunds, and a ledger that accounts for every fen once."""
