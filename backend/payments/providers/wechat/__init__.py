"""WeChat Pay API v3 (pay.weixin.qq.com/doc/v3/merchant): h5, jsapi and native."""
