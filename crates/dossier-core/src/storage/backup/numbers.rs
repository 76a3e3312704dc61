//! Official numbers outlive a restore: what was given after the copy was made stands on paper somewhere and is never given
//! again. It is entered as void, so that 作废号登记 explains the gap.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};

use super::super::Transaction;
use crate::Result;
use crate::template::number_of;

/// What 作废号登记 says of such a number.
const REASON: &str = "从备份恢复：给出这个编号之后的记录不在备份里";

/// The same of a number that was borrowed.
const REASON_LEASED: &str = "从备份恢复：借入的编号在备份以后可能已经用过";

/// A number that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Given {
    number: String,
    template: String,
    given: [String; 2],
    /// When, by whom and why it was given up.
    void: Option<[String; 3]>,
}

/// Pattern, year and running number.
pub(super) type Numbers = BTreeMap<(String, i32, u32), Given>;

/// The numbers of a database, as far as they can be read. None where it is of other data than what is restored.
pub(super) fn given(connection: &Connection, restored_first: Option<&str>) -> Numbers {
    let mut numbers = Numbers::new();
    let first = first_entry(connection).ok().flatten();
    if first.is_some() && first.as_deref() != restored_first {
        return numbers;
    }
    // From both ends: what is damaged in between holds up neither.
    for order in ["", " DESC"] {
        let sql = format!(
            "SELECT series, year, seq, number, template_id, given_at, given_by, void_at, void_by, void_reason
            FROM numbers ORDER BY series{order}, year{order}, seq{order}"
        );
        let Ok(mut statement) = connection.prepare(&sql) else { return numbers };
        let rows = statement.query_map([], |row| {
            let void: Option<String> = row.get(7)?;
            let void = void.map(|at| Ok::<_, rusqlite::Error>([at, row.get(8)?, row.get(9)?])).transpose()?;
            let given = Given { number: row.get(3)?, template: row.get(4)?, given: [row.get(5)?, row.get(6)?], void };
            Ok(((row.get(0)?, row.get(1)?, row.get(2)?), given))
        });
        numbers.extend(rows.into_iter().flatten().map_while(|row| row.ok()));
    }
    numbers
}

/// Hash of the first entry of the log: databases that began as one have the same.
pub(super) fn first_entry(connection: &Connection) -> Result<Option<String>> {
    Ok(connection.query_row("SELECT hash FROM audit WHERE seq = 1", [], |row| row.get(0)).optional()?)
}

/// Enters as void what a restored database does not know, and what must have been given in between; tells the numbers.
pub(super) fn carry(tx: &mut Transaction<'_>, numbers: &Numbers) -> Result<Vec<String>> {
    let (now, actor) = (tx.now(), tx.actor().to_owned());
    let mut statement = tx.connection.prepare(
        "INSERT INTO numbers (series, year, seq, number, template_id, given_at, given_by, void_at, void_by, void_reason)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING",
    )?;
    let mut carried = Vec::new();
    // A number that was still free when the copy was made may be in use since: nobody can say, so nobody uses it.
    let free =
        "SELECT number FROM leased_numbers JOIN leases ON leases.uid = lease WHERE direction = 'in' AND state = 'free'";
    let free: Vec<String> =
        tx.connection.prepare(free)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for number in free {
        let void = (now.as_str(), actor.as_str(), REASON_LEASED);
        tx.connection.execute("UPDATE leased_numbers SET state = 'void' WHERE number = ?1", [&number])?;
        tx.connection.prepare_cached(include_str!("../number/void.sql"))?.execute((&number, void.0, void.1, void.2))?;
        carried.push(number);
    }
    for ((series, year, last), of) in last_of_each(numbers) {
        for seq in 1..=last {
            let known = numbers.get(&(series.clone(), year, seq));
            let number = known.map_or_else(|| number_of(&series, year, seq), |known| known.number.clone());
            let [given_at, given_by] = &known.unwrap_or(of).given;
            let void = known.and_then(|known| known.void.clone());
            let [void_at, void_by, reason] = void.unwrap_or_else(|| [now.clone(), actor.clone(), REASON.to_owned()]);
            let row = (&series, year, seq, &number, &of.template, given_at, given_by, void_at, void_by, reason);
            if statement.execute(row)? > 0 {
                carried.push(number);
            }
        }
    }
    Ok(carried)
}

/// The last number of each series in each year.
fn last_of_each(numbers: &Numbers) -> Vec<((String, i32, u32), &Given)> {
    let mut last: BTreeMap<(&String, i32), (u32, &Given)> = BTreeMap::new();
    for ((series, year, seq), given) in numbers {
        last.insert((series, *year), (*seq, given));
    }
    last.into_iter().map(|((series, year), (seq, given))| ((series.clone(), year, seq), given)).collect()
}
