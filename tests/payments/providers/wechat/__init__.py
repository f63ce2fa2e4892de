"""WeChat Pay's adapter."""
