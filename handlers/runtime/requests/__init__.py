"""What is read of a request, and what it must satisfy before a route runs."""
