"""What the provider says of itself (OpenID Connect Discovery 1.0)."""

from urllib.parse import urlsplit

from msgspec import Struct

from backend.citizens.errors import ProviderAnswerRefused

WELL_KNOWN = "/.well-known/openid-configuration"


class Metadata(Struct, frozen=True, kw_only=True):
    """Section 3, as far as the code flow needs it; members we do not know are ignored."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False  # RFC 9207

    def check(self, issuer: str) -> None:
        """The document must be of the issuer we asked (section 4.3) and may not lead from https to plain http."""
        if self.issuer != issuer:
            raise ProviderAnswerRefused(reason="discovery_issuer")
        endpoints = (
            self.authorization_endpoint,
            self.token_endpoint,
            self.jwks_uri,
            self.userinfo_endpoint,
            self.end_session_endpoint,
        )
        allowed = {"https", urlsplit(issuer).scheme}
        if any(urlsplit(endpoint).scheme not in allowed for endpoint in endpoints if endpoint is not None):
            raise ProviderAnswerRefused(reason="discovery_endpoint")
