"""Ways to reach a person outside the inbox, all behind one protocol (channel.py)."""
