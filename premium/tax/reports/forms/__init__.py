"""Fill in the US forms: Form 8949, Schedule D and the TXF file."""
