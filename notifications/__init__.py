"""Tell this person this, at this time, once: inbox, preferences, quiet hours, channels, web push."""
