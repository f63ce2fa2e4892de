"""The outside world keeps to the protocols it stands for."""
