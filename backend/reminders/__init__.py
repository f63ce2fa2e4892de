"""Who is due what, and why: the sweep that finds licences about to expire and reminds their holders once."""
