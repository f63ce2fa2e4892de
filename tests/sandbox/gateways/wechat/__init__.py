"""WeChat Pay's sandbox, driven by the hall's adapter: what the one says the other understands."""
