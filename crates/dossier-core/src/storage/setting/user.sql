SELECT value ->> '$.name' FROM settings WHERE key = 'user'
