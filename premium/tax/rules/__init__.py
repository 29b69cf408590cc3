"""Rules of jurisdictions, one module each, and the words for methods and lot scopes."""
