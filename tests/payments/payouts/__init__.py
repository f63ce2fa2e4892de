"""Money given: cards, payouts, the bank and its days."""
