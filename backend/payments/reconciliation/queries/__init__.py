"""The statements of reconciliation, by table."""
