"""Those who run the hall: their keys, their sessions, their roles, and the log of what they did."""
