//! What the window remembers between two starts.

use serde_json::{Map, Value};

use super::error::{damaged, placed};
use super::{Storage, Transaction, canonical};
use crate::Result;

impl Storage {
    /// Everything that is remembered.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn preferences(&self) -> Result<Map<String, Value>> {
        let mut statement = self.connection.prepare_cached(include_str!("all.sql"))?;
        let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        rows.map(|row| {
            let (key, value) = row?;
            let value = serde_json::from_str(&value).map_err(|_| damaged(format!("窗口记住的 `{key}` 已损坏")))?;
            Ok((key, value))
        })
        .collect()
    }

    /// Remembers what is mentioned and forgets what is null. The only write beside [`Storage::transact`]: how wide a
    /// column was drawn is nobody's act, and would bury the audit log.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn put_preferences(&mut self, changes: &Map<String, Value>) -> Result<()> {
        let path = self.connection.path().map(str::to_owned);
        self.write_preferences(changes).map_err(|error| placed(error, path.as_deref()))
    }

    fn write_preferences(&mut self, changes: &Map<String, Value>) -> Result<()> {
        let transaction = self.connection.transaction()?;
        for (key, value) in changes {
            match value {
                Value::Null => transaction.prepare_cached(include_str!("delete.sql"))?.execute([key])?,
                value => transaction.prepare_cached(include_str!("put.sql"))?.execute((key, canonical(value)))?,
            };
        }
        Ok(transaction.commit()?)
    }
}

impl Transaction<'_> {
    /// Remembers something that follows from what is written.
    ///
    /// # Errors
    /// The database cannot be written.
    pub(super) fn remember(&mut self, key: &str, value: &Value) -> Result<()> {
        self.connection.prepare_cached(include_str!("put.sql"))?.execute((key, canonical(value)))?;
        Ok(())
    }
}
