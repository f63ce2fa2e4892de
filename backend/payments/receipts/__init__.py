"""Receipts (电子缴费凭证): one for each settled bill, to read, to print, and to be checked by whoever is shown one."""
