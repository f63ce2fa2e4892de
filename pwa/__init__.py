"""The screens: templates, styles, scripts, service worker. Knows how to draw, not what a licence is."""
