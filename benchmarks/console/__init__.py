"""What the console costs a browser: bytes, paints, long tables and charts, news on screen."""
