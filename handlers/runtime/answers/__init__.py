"""The form of every answer: envelope, errors, pages, jobs and CORS headers."""
