"""Kinds of events beside purchases and sales: derivatives, loans, income taken back."""
