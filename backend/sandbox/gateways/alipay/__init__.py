"""Alipay's open platform as its merchants meet it: gateway.do, notices, bills."""
