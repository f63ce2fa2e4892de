"""What every feature stands on: database, clock, settings, crypto, events, sessions, HTTP."""
