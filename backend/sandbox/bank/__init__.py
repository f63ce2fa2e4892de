"""The bank that pays out, as a program of its own: signed JSON over HTTP, one number for every try, faults."""
