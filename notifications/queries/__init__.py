"""One function, one statement; every statement on a person's rows names the person."""
