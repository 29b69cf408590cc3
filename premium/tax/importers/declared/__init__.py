"""Read exports by declarations: what a format's columns and words mean, as data.

`declaration` is what may be said of a format, `formats` loads what is shipped, `reader` makes events of lines by it.
A user's own mapping of an unknown file's columns is one more declaration (`own_words`).
"""
