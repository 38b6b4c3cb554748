"""What the product does. Each service is commands, records and rules, all pure."""
