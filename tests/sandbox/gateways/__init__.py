"""The three providers' programs, met by the hall's own adapters over HTTP."""
