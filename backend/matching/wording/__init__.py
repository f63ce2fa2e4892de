"""What a match says, in both languages."""
