"""What works beside the hub: reads what is durable, and decides nothing."""
