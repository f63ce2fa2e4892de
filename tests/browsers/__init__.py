"""Finding and driving the installed browsers in tests."""
