"""Bills of providers beside the ledger."""
