"""What a cleaning, a member and a price are, and what may happen to them. Knows neither screen nor database."""
