"""What makes an entry faulty although it can be decoded; absent fields are never a fault."""
