"""UnionPay's full-channel interface 5.1.0 as its merchants meet it: forms, notices, clearing files."""
