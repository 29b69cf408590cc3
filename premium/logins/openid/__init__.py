"""What OpenID Connect says, read strictly: keys, addresses of a provider, identity tokens."""
