"""What an asset is worth in US dollars, how sure that is, and since when."""
