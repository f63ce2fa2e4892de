"""For those who run the hall: is it alive, is it ready, what do its figures say, what does its API offer."""
