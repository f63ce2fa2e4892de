"""WeChat Pay API v3 as its side speaks it (pay.weixin.qq.com/doc/v3/merchant)."""
