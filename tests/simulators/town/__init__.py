"""Who lives around the demo company: customers at every simulator, an exchange, a bot, and who connects them all."""
