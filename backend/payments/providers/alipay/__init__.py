"""Alipay's open platform (opendocs.alipay.com), gateway.do with RSA2: wap and app."""
