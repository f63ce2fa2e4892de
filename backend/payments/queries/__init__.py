"""The statements on payments, by table."""
