"""The backend of a city service hall: features in layers, wired together by the roots."""
