"""Fargate tasks, their image, and the services that scale them."""
