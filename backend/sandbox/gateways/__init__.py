"""Three payment providers as programs of their own: their wire formats, keys and faults. See docs/payments.md."""
