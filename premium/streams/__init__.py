"""Messages to users over WebSocket: who listens, and sending to them."""
