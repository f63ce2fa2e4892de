"""Alipay's adapter."""
