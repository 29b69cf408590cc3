"""Write the documents of a report.

`layout` prints numbers, texts and pages; `forms` holds the US forms and `countries` the lines of each country's
return; the modules here write one document each, and `documents` lists them all.
"""
