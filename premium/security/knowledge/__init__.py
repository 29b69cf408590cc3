"""What a scan may take for known; anything else is unknown, never safe."""
