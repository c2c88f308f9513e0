"""Stand-ins for paid vendors, over real HTTP, with ledgers of their own."""
