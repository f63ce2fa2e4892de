"""UnionPay's adapter."""
