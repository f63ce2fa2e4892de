"""WeChat Pay, Alipay and UnionPay, each its own adapter over one protocol."""
