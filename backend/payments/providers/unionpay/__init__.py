"""UnionPay's full-channel interface 5.1.0 (open.unionpay.com): front and app."""
