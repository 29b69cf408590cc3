"""Ask payment providers by their own libraries.

These are imported when one is asked and not before: by no cold start.

`port` is what a provider can be asked; `stripe` and `paddle` are its two adapters, `choice.provider_of` picks one.
"""
