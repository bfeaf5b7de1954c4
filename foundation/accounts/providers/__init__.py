"""How the house speaks with identity providers: OpenID Connect and SAML, stricter than the library by itself."""
