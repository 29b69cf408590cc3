"""Read the CSV exports of exchanges and tools as neutral rows.

One module a format, recognised by its header (`recognition`); `base` describes a format and its lines, `movements`
makes rows of what moved, `checks` looks at the rows of an import before any is stored.
"""
