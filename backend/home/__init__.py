"""The first screen: what was found for this person, and the doors everybody uses."""
