//! Blocks of official numbers that one installation may give in the name of another.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::{DocumentId, Series, Storage, Transaction};
use crate::{Code, Error, Result};

/// A block of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseRecord {
    pub uid: String,
    /// Whether this installation gave it away; else it was given to it.
    pub is_out: bool,
    /// How the uid of the other installation begins.
    pub partner: String,
    pub partner_name: String,
    pub template_id: String,
    pub series: String,
    pub year: i32,
    pub first: u32,
    pub count: u32,
    /// UTC
    pub at: String,
}

/// What became of a leased number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeasedState {
    Free,
    Used,
    /// Given up, with a reason.
    Void,
    /// Given back unused.
    Returned,
}

/// A number of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeasedNumber {
    pub number: String,
    pub lease: String,
    pub seq: u32,
    pub state: LeasedState,
}

impl LeasedState {
    const ALL: [Self; 4] = [Self::Free, Self::Used, Self::Void, Self::Returned];

    /// As stored, and as programs know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Used => "used",
            Self::Void => "void",
            Self::Returned => "returned",
        }
    }
}

impl FromSql for LeasedState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Self::ALL.into_iter().find(|state| state.name() == name).ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for LeasedState {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.name().into())
    }
}

const LEASES: &str =
    "SELECT uid, direction, partner, partner_name, template_id, series, year, first, count, at FROM leases";
const NUMBERS: &str = "SELECT own.number, own.lease, numbers.seq, own.state
    FROM leased_numbers AS own JOIN numbers USING (number)";

impl Storage {
    /// All blocks, oldest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn leases(&self) -> Result<Vec<LeaseRecord>> {
        let sql = format!("{LEASES} ORDER BY at, series, year, first");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_map([], read_lease)?.collect::<Result<_, _>>()?)
    }

    /// The numbers of a block, in their order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn numbers_of_lease(&self, uid: &str) -> Result<Vec<LeasedNumber>> {
        let sql = format!("{NUMBERS} WHERE own.lease = ?1 ORDER BY numbers.seq");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_map([uid], read_number)?.collect::<Result<_, _>>()?)
    }

    /// The block that a number belongs to, and what became of the number.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn lease_of_number(&self, number: &str) -> Result<Option<(LeaseRecord, LeasedNumber)>> {
        let sql = format!("{NUMBERS} WHERE own.number = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let Some(found) = statement.query_row([number], read_number).optional()? else { return Ok(None) };
        let mut statement = self.connection.prepare_cached(&format!("{LEASES} WHERE uid = ?1"))?;
        Ok(Some((statement.query_row([&found.lease], read_lease)?, found)))
    }

    /// The next number that this installation may give in somebody's name.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn next_leased(&self, series: Series<'_>) -> Result<Option<LeasedNumber>> {
        let sql = format!(
            "{NUMBERS} JOIN leases ON leases.uid = own.lease
            WHERE leases.direction = 'in' AND own.state = 'free' AND numbers.series = ?1 AND numbers.year = ?2
            ORDER BY numbers.seq LIMIT 1"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_row((series.pattern, series.year), read_number).optional()?)
    }

    /// The document that a number stands on. None inside where it stands on none, outside where it was never given.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn holder_of_number(&self, number: &str) -> Result<Option<Option<DocumentId>>> {
        let mut statement = self.connection.prepare_cached("SELECT document_id FROM numbers WHERE number = ?1")?;
        let read = |row: &Row<'_>| Ok(row.get::<_, Option<i64>>(0)?.map(DocumentId));
        Ok(statement.query_row([number], read).optional()?)
    }
}

impl Transaction<'_> {
    /// Enters a block and its numbers, which stand on no document yet.
    ///
    /// # Errors
    /// One of the numbers was given here already; the database cannot be written.
    pub fn enter_lease(&mut self, lease: &LeaseRecord, number: impl Fn(u32) -> String) -> Result<()> {
        let direction = if lease.is_out { "out" } else { "in" };
        let row = (
            &lease.uid,
            direction,
            &lease.partner,
            &lease.partner_name,
            &lease.template_id,
            &lease.series,
            lease.year,
            lease.first,
            lease.count,
            self.now(),
        );
        self.connection
            .prepare_cached("INSERT INTO leases VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?
            .execute(row)?;
        for seq in lease.first..lease.first + lease.count {
            let number = number(seq);
            if self.holder_of_number(&number)?.is_some() {
                return Err(Error::new(Code::IllegalMove, format!("借号没有收下：编号 `{number}` 在这里已经给出"))
                    .hint("这里也自行给过同一系列的编号，请与借出方核对"));
            }
            self.connection.prepare_cached(include_str!("../number/give.sql"))?.execute((
                &lease.series,
                lease.year,
                seq,
                &number,
                &lease.template_id,
                None::<i64>,
                self.now(),
                self.actor(),
            ))?;
            self.connection
                .prepare_cached("INSERT INTO leased_numbers VALUES (?1, ?2, 'free')")?
                .execute((&number, &lease.uid))?;
        }
        Ok(())
    }

    /// Puts a leased number on its document, for good.
    ///
    /// # Errors
    /// It stands on one already, or was given up; the database cannot be written.
    pub fn use_leased(&mut self, number: &str, document: DocumentId) -> Result<()> {
        let count = self
            .connection
            .prepare_cached(
                "UPDATE numbers SET document_id = ?2 WHERE number = ?1 AND document_id IS NULL AND void_at IS NULL",
            )?
            .execute((number, document.0))?;
        if count == 0 {
            return Err(Error::new(Code::IllegalMove, format!("编号 `{number}` 已经用过")).hint("编号不会重复使用"));
        }
        self.mark_leased(number, LeasedState::Used)
    }

    /// Says what became of a leased number; what is no longer free stays as it is.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn mark_leased(&mut self, number: &str, state: LeasedState) -> Result<()> {
        self.connection
            .prepare_cached("UPDATE leased_numbers SET state = ?2 WHERE number = ?1 AND state = 'free'")?
            .execute((number, state))?;
        Ok(())
    }

    /// Gives a number up as it was given up elsewhere: when (UTC), by whom and why. One that is void stays as it is.
    ///
    /// # Errors
    /// The database cannot be written.
    pub fn carry_void(&mut self, number: &str, (at, by, reason): (&str, &str, &str)) -> Result<()> {
        self.connection.prepare_cached(include_str!("../number/void.sql"))?.execute((number, at, by, reason))?;
        Ok(())
    }
}

fn read_lease(row: &Row<'_>) -> rusqlite::Result<LeaseRecord> {
    Ok(LeaseRecord {
        uid: row.get(0)?,
        is_out: row.get::<_, String>(1)? == "out",
        partner: row.get(2)?,
        partner_name: row.get(3)?,
        template_id: row.get(4)?,
        series: row.get(5)?,
        year: row.get(6)?,
        first: row.get(7)?,
        count: row.get(8)?,
        at: row.get(9)?,
    })
}

fn read_number(row: &Row<'_>) -> rusqlite::Result<LeasedNumber> {
    Ok(LeasedNumber { number: row.get(0)?, lease: row.get(1)?, seq: row.get(2)?, state: row.get(3)? })
}
