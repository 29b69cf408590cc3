"""Lists of labels as their publishers write them, read into one form."""
