"""Links over sockets: versioned, length-prefixed frames of MessagePack."""
