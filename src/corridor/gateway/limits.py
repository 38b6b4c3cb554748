"""How much the door takes from anybody, in one place."""

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of a gateway; every queue in it has one. Units as the names say."""

    body_bytes: int = 64 * 1024
    answer_s: float = 15.0
    """How long the hub may take to answer; after that the sender is asked to send again."""

    in_flight_per_bank: int = 512
    in_flight: int = 4_096

    requests_per_s: int = 5_000
    """Per bank, with a burst of two seconds' worth."""
    look_up_tokens_per_s: int = 500
    """Per bank, with a burst of four seconds' worth. A hit costs 1, a miss 20: so 25 misses a second."""
    look_up_miss: int = 20

    readers_per_bank: int = 16
    readers: int = 1_024
    stream_piece: int = 64
    """Messages in one piece of a stream: as much as waits for a slow reader."""
    heartbeat_s: float = 15.0
    feed_posts: int = 512
    feed_bytes: int = 2 * 1024 * 1024
    """Of a mailbox, held for its readers; whoever lags further behind reads from the store."""
