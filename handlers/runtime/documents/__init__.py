"""The OpenAPI document of all services, and the methods of every path."""
