"""Plain purchases and sales by columns, as most of a long history is.

A block holds some hundred of them in a tenth of the memory; what is asked of all is asked of whole columns. Whatever
is not plain takes the way of single transactions, which these give too.
"""
