"""Keys behind a port: software keys here, hardware later. A private key never leaves its object."""
