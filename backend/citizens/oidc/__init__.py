"""The relying party of OpenID Connect: the code flow with PKCE, and what must hold before an answer is believed."""
