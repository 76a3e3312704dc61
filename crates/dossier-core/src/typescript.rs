//! The types of the door to the window, made from the Rust types: `ui/src/backend/generated.ts`.

use ts_rs::{Config, TS};

const HEAD: &str = "\
// Made from the Rust types by a test of dossier-core (UPDATE_EXPECT=1 writes it anew); do not edit.

/** `planned_at`, `plan[3].version`: a field, or a cell of a table. */
export type Path = string;

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One row of a table field, by column id. */
export type Row = { [key: string]: Json };
";

macro_rules! declarations {
    ($config:expr; $($type:ty),* $(,)?) => { vec![$(declaration::<$type>($config)),*] };
}

fn declaration<T: TS>(config: &Config) -> String {
    let docs = T::docs().unwrap_or_default();
    format!("{docs}export {}\n", T::decl(config))
}

fn generated() -> String {
    use crate::form::*;
    use crate::storage::Status;
    let config = &Config::default().with_large_int("number");
    let declarations = declarations![config;
        Form, FormStyle, Section, Block, What, GridRow, GridCell, Align, TableLayout, TableColumn, Part, Field, FieldKind,
        ChoiceOption, Table, FixedRow, Totals, State, Status, Derived, DerivedFrom, SectionState, Required, Problem,
        ProblemKind, DocumentHead, Letterhead, Opened, Edit, Edited, Undone, HistoryEntry,
    ];
    format!("{HEAD}\n{}", declarations.join("\n"))
}

#[test]
fn the_window_knows_the_types_of_the_core() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/backend/generated.ts");
    let kept = std::fs::read_to_string(file).expect("the types");
    let tail = kept.find("// ---- import").map_or("", |at| &kept[at..]);
    expect_test::expect_file![file].assert_eq(&format!("{}\n{tail}", generated()));
}
