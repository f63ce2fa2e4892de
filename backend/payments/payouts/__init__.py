"""Money that the city gives: cards to be paid to, payouts through the bank, and their rows in the ledger."""
