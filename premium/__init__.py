"""The domain: one package a service, and what the services share."""
