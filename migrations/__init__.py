"""Both databases' schemas as plain SQL, and the command that brings them up to date: `python -m migrations up`."""
