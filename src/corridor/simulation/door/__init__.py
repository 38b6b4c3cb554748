"""The front door attacked: a real gateway on a real socket before a real hub, and peers that mean no good."""
