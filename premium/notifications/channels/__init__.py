"""How each channel is spoken to: one adapter a channel and provider."""
