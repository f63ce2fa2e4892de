"""What each screen needs to be drawn: one frozen Struct per screen, filled by whoever serves it."""
