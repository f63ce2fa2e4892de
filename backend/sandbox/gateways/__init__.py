"""Three payment providers as programs of their own: wire formats, keys, faults. See docs/sandbox-gateways.md."""
