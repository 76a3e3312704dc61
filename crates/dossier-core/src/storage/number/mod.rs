//! Official numbers: given in their order, never twice, never taken back.

use super::{DocumentId, Storage, Transaction};
use crate::{Code, Error, Result};

/// A number that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRecord {
    pub number: String,
    pub template_id: String,
    pub year: i32,
    pub seq: u32,
    /// None where it was given up without ever standing on a document.
    pub document: Option<DocumentId>,
    /// UTC
    pub given_at: String,
    pub given_by: String,
    /// When, by whom and why it was given up.
    pub void: Option<(String, String, String)>,
}

/// Where the next number of a kind of documents comes from.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// `REL-APP-{year}-{seq:03}`
    pub pattern: &'a str,
    pub template: &'a str,
    /// 0 where the pattern names no year.
    pub year: i32,
}

impl Storage {
    /// The running number that was given last; 0 where none was.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn last_number(&self, series: Series<'_>) -> Result<u32> {
        let mut statement = self.connection.prepare_cached(include_str!("last.sql"))?;
        Ok(statement.query_row((series.pattern, series.year), |row| row.get(0))?)
    }

    /// All numbers of a year, or at all.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn numbers(&self, year: Option<i32>) -> Result<Vec<NumberRecord>> {
        let mut statement = self.connection.prepare_cached(include_str!("all.sql"))?;
        let rows = statement.query_map([year], |row| {
            let void: Option<String> = row.get(7)?;
            Ok(NumberRecord {
                number: row.get(0)?,
                template_id: row.get(1)?,
                year: row.get(2)?,
                seq: row.get(3)?,
                document: row.get::<_, Option<i64>>(4)?.map(DocumentId),
                given_at: row.get(5)?,
                given_by: row.get(6)?,
                void: void.map(|at| Ok::<_, rusqlite::Error>((at, row.get(8)?, row.get(9)?))).transpose()?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Series in which a number is missing: its pattern, its year and how many.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn number_gaps(&self) -> Result<Vec<(String, i32, u32)>> {
        let mut statement = self.connection.prepare_cached(include_str!("gaps.sql"))?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Transaction<'_> {
    /// Gives the next number of a series. The transaction holds the database: nobody else gets the same one.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn give_number(
        &mut self,
        series: Series<'_>,
        number: impl Fn(u32) -> String,
        to: Option<DocumentId>,
    ) -> Result<String> {
        let seq = self.last_number(series)? + 1;
        let number = number(seq);
        self.connection.prepare_cached(include_str!("give.sql"))?.execute((
            series.pattern,
            series.year,
            seq,
            &number,
            series.template,
            to.map(|document| document.0),
            self.now(),
            self.actor(),
        ))?;
        Ok(number)
    }

    /// Gives a number up: it stands in 作废号登记 and on no document any more.
    ///
    /// # Errors
    /// There is no such number, or it was given up before.
    pub fn void_number(&mut self, number: &str, reason: &str) -> Result<()> {
        let row = (number, self.now(), self.actor(), reason);
        if self.connection.prepare_cached(include_str!("void.sql"))?.execute(row)? == 0 {
            return Err(Error::new(Code::NotFound, format!("没有可以作废的编号 `{number}`"))
                .hint("可用 `dossier register void` 查看已作废的编号"));
        }
        Ok(())
    }
}
