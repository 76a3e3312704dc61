SELECT key, value FROM preferences ORDER BY key
