"""The HTTP edge shared by all features: access guard, error rendering, pages, security headers."""
