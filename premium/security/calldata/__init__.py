"""Tell what calldata says: the selector's signature, its arguments, and how sure that is."""
