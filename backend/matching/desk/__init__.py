"""The rules desk: what a rule says, whom it would tell, who lets it speak and who silences it, and what came of it."""
