"""The front door: HTTP in and out. It proves signatures, reads messages, asks the hub, decides nothing."""
